"""Calls to the deployed system by name: a refusal is an answer, not a stack trace."""

import re
from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak

from tests.fuzz.chain import Chain, Done, Function, Log, wallet
from tests.support.system import CONTRACTS, NATIVE

_DECLARATION = re.compile(r'method_id\("((\w+)\([^"]*\))"\)')
_SOURCE = (CONTRACTS / "modules" / "errors.vy").read_text()
ERRORS = {keccak(text=text)[:4]: name for text, name in _DECLARATION.findall(_SOURCE)}
ANYBODY = wallet("anybody")


@dataclass(frozen=True)
class Answer:
    """`error` is the name of the custom error, "empty" for a bare revert, None for success."""

    error: str | None
    value: Any = None
    logs: tuple[Log, ...] = field(default=())


class Driver:
    def __init__(self, chain: Chain):
        self.chain = chain

    def address(self, name: str) -> str:
        return self.chain.addresses[name]

    def send(self, name: str, *args: Any, by: str, value: int = 0) -> Answer:
        function, done = self._execute(name, args, by, value)
        return _answer(function, done)

    def read(self, name: str, *args: Any) -> Any:
        answer = self.ask(name, *args)
        assert answer.error is None, (name, args, answer.error)
        return answer.value

    def ask(self, name: str, *args: Any) -> Answer:
        """A view that may refuse, as quotes do."""
        function, done = self._execute(name, args, ANYBODY, 0, is_view=True)
        return _answer(function, done)

    def tell(self, name: str, *args: Any, by: str) -> None:
        """A call to a token; what it answers is not looked at."""
        assert self._execute(name, args, by, 0)[1].success, name

    def balance(self, token: str, wallet: str) -> int:
        """Of a token by its name, or NATIVE."""
        if token == NATIVE:
            return self.chain.balance(wallet)
        return int.from_bytes(self._execute(f"{token}.balanceOf", (wallet,), ANYBODY, 0, is_view=True)[1].output)

    def _execute(self, name: str, args: tuple, by: str, value: int, *, is_view: bool = False) -> tuple[Function, Done]:
        function = self.chain.function(name, args)
        to = self.address(name.split(".", maxsplit=1)[0])
        return function, self.chain.call(to, function.data(args), by=by, value=value, is_view=is_view)


def _answer(function: Function, done: Done) -> Answer:
    if not done.success:
        return Answer(ERRORS.get(done.output[:4], "empty"))
    return Answer(None, function.answer(done.output), done.logs)
