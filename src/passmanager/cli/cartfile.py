"""A cart in a file, as a shop's back end writes it; `passmanager purchase checkout` buys it."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from passmanager.cli.errors import BadCart
from passmanager.core.addresses import parse_address
from passmanager.core.purchases import Line
from passmanager.errors import BadAddress
from passmanager.units import Address


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)


class CartLine(_Part):
    """One product."""

    product: int = Field(ge=1)
    pricing: int = Field(ge=1)
    quantity: int = Field(default=0, ge=0)


class Cart(_Part):
    """A new pass of `organization`, or further products for `pass`.

    Attributes:
        reference: 32 bytes in hexadecimal digits.
        max_amount: Most that it may cost, in the token's smallest unit.
        deadline: Last unix second at which it may be bought.
    """

    organization: int = Field(default=0, ge=0)
    pass_id: int = Field(default=0, ge=0, alias="pass")
    lines: list[CartLine] = Field(min_length=1)
    to: str | None = None
    coupon: str = ""
    discounts: list[int] = []
    pause: bool = False
    reference: str = Field(default="0x" + 64 * "0", pattern="^0x[0-9a-fA-F]{64}$")
    max_amount: int | None = Field(default=None, ge=0)
    deadline: int | None = Field(default=None, ge=0)

    def typed_lines(self) -> list[Line]:
        """The lines as the SDK takes them."""
        return [Line(one.product, one.pricing, one.quantity) for one in self.lines]

    def receiver(self) -> Address | None:
        """Who gets the new pass; None is who pays."""
        return None if self.to is None else parse_address(self.to)


def read_cart(path: Path) -> Cart:
    """The cart in a JSON file.

    Raises:
        BadCart: It cannot be read, or is no cart.
    """
    try:
        cart = TypeAdapter(Cart).validate_json(path.read_text(encoding="utf-8"))
        cart.receiver()
    except OSError as problem:
        raise BadCart(path=str(path), problem=problem.strerror or "it cannot be read") from problem
    except UnicodeDecodeError as problem:
        raise BadCart(path=str(path), problem="it is no text") from problem
    except ValidationError as problem:
        raise BadCart(path=str(path), problem="; ".join(map(_told, problem.errors()))) from problem
    except BadAddress as problem:
        raise BadCart(path=str(path), problem=f"to: {problem}") from problem
    if bool(cart.organization) == bool(cart.pass_id):
        raise BadCart(path=str(path), problem="it needs either `organization` or `pass`")
    if cart.pass_id and (cart.to or cart.discounts):
        raise BadCart(path=str(path), problem="`to` and `discounts` are for new passes only")
    return cart


def _told(problem: Any) -> str:
    return f"{'.'.join(map(str, problem['loc'])) or 'the file'}: {problem['msg']}"
