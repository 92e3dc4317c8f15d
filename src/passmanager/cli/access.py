"""Lists of wallets: of an organization, a pricing, a coupon, a discount. All have the same three commands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passmanager.cli.common import group
from passmanager.cli.reading import Listing, Reader, reads
from passmanager.cli.values import Wallets, parts
from passmanager.cli.writing import Step, Writer, writes
from passmanager.units import Address

if TYPE_CHECKING:
    from passmanager.client import PassManager
    from passmanager.core.calls import Call

Owner = Annotated[int, typer.Argument(metavar="ID", help="Id of what has the list.", min=1, show_default=False)]
MOST_WALLETS = 200
"""In one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """A list of wallets.

    Attributes:
        noun: What has the list: `pricing`.
        meaning: What it is good for.
        event: Class of the event that tells a change.
        field: The event's field with the id.
        change: The call that puts wallets on the list, or takes them off.
    """

    noun: str
    meaning: str
    event: Any
    field: str
    change: Callable[["PassManager", int, Sequence[Address], bool], "Call[None]"]


def access_group(of: AccessList) -> typer.Typer:
    """The commands `add`, `remove` and `list` of a list."""
    app = group(of.meaning)
    key = f"{of.noun}Id" if of.noun != "organization" else "orgId"

    def add(desk: Writer, owner: Owner, wallets: Wallets) -> list[Step]:
        return _steps(desk, of, owner, wallets, allowed=True)

    def remove(desk: Writer, owner: Owner, wallets: Wallets) -> list[Step]:
        return _steps(desk, of, owner, wallets, allowed=False)

    def show(desk: Reader, owner: Owner) -> Listing:
        return Listing([{key: owner, "wallet": wallet} for wallet in _wallets(desk, of, owner)], columns=["wallet"])

    add.__doc__ = f"Put wallets on the list of the {of.noun}."
    remove.__doc__ = f"Take wallets off the list of the {of.noun}."
    show.__doc__ = f"List the wallets on the list of the {of.noun}, from the events."
    writes(app, "add")(add)
    writes(app, "remove")(remove)
    reads(app, "list")(show)
    return app


def _steps(desk: Writer, of: AccessList, owner: int, wallets: list[Address], *, allowed: bool) -> list[Step]:
    verb, where = ("Put", "on") if allowed else ("Take", "off")
    return [
        Step(
            title=f"{verb} {len(part)} wallet(s) {where} the list of {of.noun} {owner}",
            call=of.change(desk.client, owner, part, allowed),
            facts={of.noun: owner, "wallets": part, "allowed": allowed},
        )
        for part in parts(wallets, MOST_WALLETS)
    ]


def _wallets(desk: Reader, of: AccessList, owner: int) -> list[Address]:
    on_list: dict[Address, bool] = {}
    for log in desk.client.events.history(desk.found.from_block, kinds=[of.event]):
        event: Any = log.event
        if getattr(event, of.field) == owner:
            on_list[event.wallet] = event.allowed
    return [wallet for wallet, allowed in on_list.items() if allowed]
