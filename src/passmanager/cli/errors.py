"""What somebody typed and cannot be meant."""

from passmanager.errors import PassManagerError


class NotAToken(PassManagerError):
    """The address of a currency is no token."""

    token: str
    problem: str

    def __str__(self) -> str:
        """What is there instead, and what to type."""
        return (
            f"{self.token} cannot be used as a currency: {self.problem}. Give the address of an ERC-20 token,"
            " or `native` for the chain's own coin."
        )


class InexactAmount(PassManagerError, ValueError):
    """More digits than the currency has decimals."""

    amount: str
    unit: str
    decimals: int

    def __str__(self) -> str:
        """How many digits are possible."""
        most = f"at most {self.decimals} digits after the point" if self.decimals else "a whole number"
        return f"{self.amount} {self.unit} cannot be paid exactly. Type {most}, and no more than tokens have."


class UnknownRole(PassManagerError, ValueError):
    """A role that does not exist."""

    role: str
    roles: str

    def __str__(self) -> str:
        """The roles there are."""
        return f"There is no role {self.role!r}. Give some of {self.roles}."


class UnknownCoupon(PassManagerError, LookupError):
    """No coupon with this id was made."""

    coupon_id: int

    def __str__(self) -> str:
        """Where the ids are."""
        return f"There is no coupon {self.coupon_id}. Take its id from `passmanager coupon list`."


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


class ServiceNotInstalled(PassManagerError):
    """The packages of the commerce service are an extra."""

    package: str

    def __str__(self) -> str:
        """How to get them."""
        return f"The service needs {self.package}, which is not installed. Run: pip install 'passmanager[service]'"
