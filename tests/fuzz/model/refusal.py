"""How the model says no: with the name of a custom error of `contracts/modules/errors.vy`."""


class Refusal(Exception):
    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


def refuse_if(bad: bool, name: str) -> None:
    if bad:
        raise Refusal(name)
