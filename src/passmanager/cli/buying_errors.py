"""What the commands of buyers refuse by themselves."""

from passmanager.abi import errors
from passmanager.errors import PassManagerError


class InsufficientAllowance(errors.InsufficientAllowance):
    """The contract's error of this name, with what to type on the command line."""

    NEXT = "Add --approve to the command, or let the payer approve PaymentEscrow before."

    amounts: str = ""

    def __str__(self) -> str:
        """Both amounts as people read them, then as the chain has them."""
        fields = f"InsufficientAllowance(have={self.have}, need={self.need})"
        return f"The payer has approved PaymentEscrow for too little: {self.amounts}. {fields}. {self.NEXT}"


class BadCart(PassManagerError, ValueError):
    """A file that is no cart."""

    path: str
    problem: str

    def __str__(self) -> str:
        """What is wrong with it, and how a cart looks."""
        return (
            f"{self.path} is no cart: {self.problem}."
            ' A cart is like {"organization": 1, "lines": [{"product": 1, "pricing": 1}]}.'
        )


class NothingDue(PassManagerError):
    """None of the subscriptions can be renewed now."""

    reasons: list[str]

    def __str__(self) -> str:
        """Why, for each."""
        return f"Nothing can be renewed now: {'; '.join(self.reasons)}. Nothing was sent."


class MetadataUnreadable(PassManagerError):
    """The metadata of a pass is no JSON."""

    pass_id: int
    uri: str

    def __str__(self) -> str:
        """What there is instead."""
        return (
            f"The metadata of pass {self.pass_id} cannot be read: {self.uri[:80]!r}."
            " Ask the organization to check its texts."
        )
