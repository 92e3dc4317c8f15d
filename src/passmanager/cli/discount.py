"""`passmanager discount`: what makes everything on a pass cheaper, for good."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from passmanager.abi.events import DiscountAccessSet, DiscountCreated, DiscountMinted
from passmanager.cli.access import AccessList, access_group
from passmanager.cli.cells import Limit, Percent
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Listing, Reader, Row, reads
from passmanager.cli.values import OrgId, PassId, bps, given, parts, percent, sized
from passmanager.cli.writing import Step, Writer, writes
from passmanager.specs import DiscountMode

app = group("Create, edit, list and give discounts.")
app.add_typer(
    access_group(
        AccessList(
            noun="discount",
            meaning="Wallets that may take a discount once, with a first purchase; of mode listed.",
            event=DiscountAccessSet,
            field="discount_id",
            change=lambda client, discount, wallets, allowed: client.promotions.calls.set_discount_access(
                discount, wallets, allowed=allowed
            ),
        )
    ),
    name="access",
)


MOST_AT_ONCE = 8
"""Discounts in one transaction."""


class Mode(StrEnum):
    """The modes by the words that are typed."""

    LISTED = "listed"
    EVERYBODY = "everybody"
    ORGANIZATION = "organization"

    @property
    def number(self) -> int:
        """The number of the ABI."""
        return DiscountMode[self.name]


DiscountId = Annotated[int, typer.Argument(metavar="DISCOUNT", help="Id of the discount.", min=1, show_default=False)]
Discounts = Annotated[
    list[int], typer.Argument(metavar="DISCOUNT", help="Ids of discounts.", min=1, show_default=False)
]
MaxMints = Annotated[int | None, typer.Option(help="Passes in all; 0 = no limit.", min=0)]


@writes(app, "create")
def create(
    desk: Writer,
    org: OrgId,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="1 to 32 bytes, shown on passes.", parser=sized(32), show_default=False),
    ],
    *,
    off: Annotated[
        str, typer.Option("--percent", metavar="PERCENT", help="How much cheaper.", parser=percent, show_default=False)
    ],
    mode: Annotated[Mode, typer.Option(help="Who may take it with a first purchase.")] = Mode.LISTED,
    max_mints: MaxMints = 0,
) -> Step:
    """Create a discount."""
    limit = max_mints or 0
    return Step(
        title=f"Create discount {name!r} of organization {org}",
        call=desk.client.promotions.calls.create_discount(
            org, name=name, bps=bps(off), max_mints=limit, mode=mode.number
        ),
        facts={
            "orgId": org,
            "name": name,
            "percent": Percent(bps(off)),
            "maxMints": Limit(limit),
            "mode": DiscountMode(mode.number),
        },
        ids=lambda receipt: {"discountId": receipt.event(DiscountCreated).discount_id},
    )


@reads(app, "list")
def list_discounts(desk: Reader, org: OrgId) -> Listing:
    """List the discounts of an organization."""
    return Listing([_row(one.id, one) for one in desk.client.organizations.catalog(org).discounts])


@reads(app, "show")
def show(desk: Reader, discount: DiscountId) -> Facts:
    """Show a discount."""
    found = desk.client.promotions.discount(discount)
    return Facts({**_row(discount, found), "orgId": found.org_id})


@writes(app, "edit")
def edit(
    desk: Writer,
    discount: DiscountId,
    *,
    active: Annotated[bool | None, typer.Option("--active/--paused", help="Can it be taken and given?")] = None,
    max_mints: MaxMints = None,
) -> Step:
    """Change the number of passes that may get a discount, or switch it; who has it keeps it."""
    return _set(desk, discount, given({"active": active, "max_mints": max_mints}, "change"))


@writes(app, "pause")
def pause(desk: Writer, discount: DiscountId) -> Step:
    """Let nobody take or get a discount for now; who has it keeps it."""
    return _set(desk, discount, {"active": False})


@writes(app, "resume")
def resume(desk: Writer, discount: DiscountId) -> Step:
    """Let a paused discount be taken and given again."""
    return _set(desk, discount, {"active": True})


@writes(app, "give")
def give(desk: Writer, pass_id: PassId, discounts: Discounts) -> list[Step]:
    """Put discounts of any mode on a pass, for good; with role promotions."""
    return [
        Step(
            title=f"Put discount {', '.join(str(one) for one in part)} on pass {pass_id} for good",
            call=desk.client.promotions.calls.mint_discounts(pass_id, part),
            facts={"passId": pass_id, "discountIds": part},
            ids=lambda receipt: {"totalPercent": Percent(receipt.events_of(DiscountMinted)[-1].total_bps)},
        )
        for part in parts(sorted(discounts), MOST_AT_ONCE)
    ]


def _set(desk: Writer, discount: int, wanted: dict[str, Any]) -> Step:
    found = desk.client.promotions.discount(discount)
    after: dict[str, Any] = {"active": found.active, "max_mints": found.max_mints} | wanted
    return Step(
        title=f"Change discount {discount} ({found.name})",
        call=desk.client.promotions.calls.set_discount(discount, **after),
        facts={"discountId": discount, "active": after["active"], "maxMints": Limit(after["max_mints"])},
    )


def _row(discount_id: int, discount: Any) -> Row:
    return {
        "discountId": discount_id,
        "name": discount.name,
        "percent": Percent(discount.bps),
        "mode": DiscountMode(discount.mode),
        "minted": discount.minted,
        "maxMints": Limit(discount.max_mints),
        "active": discount.active,
    }
