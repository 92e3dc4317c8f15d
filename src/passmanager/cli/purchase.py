"""`passmanager purchase`: new passes, further products, gifts, carts that a shop made."""

from pathlib import Path
from typing import Annotated, Any

import typer

from passmanager.abi.structs import AdditionalPurchaseParams, InitialPurchaseParams
from passmanager.cli.carts import (
    Approval,
    Coupon,
    Deadline,
    Discounts,
    Lines,
    Most,
    Paused,
    Reference,
    approved,
    bought,
    purchase_steps,
    typed,
)
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Reader, reads
from passmanager.cli.values import BaseUnits, OrgId, PassId, address, word
from passmanager.cli.writing import Step, Writer, writes
from passmanager.core.purchases import BuyOptions, Line, MoreOptions
from passmanager.units import Address

app = group("Buy products: new passes, further products, gifts.")
DEADLINE_S = 600
Receiver = Annotated[Address, typer.Option("--to", metavar="ADDRESS", help="Who gets the pass.", parser=address)]


@writes(app, "products")
def products(  # noqa: PLR0913 - one parameter per option
    desk: Writer,
    org: OrgId,
    lines: Lines,
    *,
    coupon: Coupon = "",
    discount: Discounts = None,
    pause: Paused = False,
    reference: Reference = None,
    most: Most = None,
    base_units: BaseUnits = False,
    deadline: Deadline = DEADLINE_S,
    approve: Approval = None,
) -> list[Step]:
    """Buy a new pass with products, for the price of now and no more."""
    options = _options(desk, lines, coupon, reference, most, base_units=base_units)
    options |= {"pause": pause, "deadline_s": deadline, "approve": approved(approve)}
    return _buy(desk, org, lines, BuyOptions(**options, discount_ids=sorted(discount or [])))


@writes(app, "gift")
def gift(  # noqa: PLR0913 - one parameter per option
    desk: Writer,
    org: OrgId,
    lines: Lines,
    *,
    to: Receiver,
    coupon: Coupon = "",
    pause: Paused = False,
    reference: Reference = None,
    most: Most = None,
    base_units: BaseUnits = False,
    deadline: Deadline = DEADLINE_S,
    approve: Approval = None,
) -> list[Step]:
    """Buy a new pass for somebody else."""
    options = _options(desk, lines, coupon, reference, most, base_units=base_units)
    options |= {"pause": pause, "deadline_s": deadline, "approve": approved(approve)}
    return _buy(desk, org, lines, BuyOptions(**options, to=to))


@writes(app, "additional")
def additional(  # noqa: PLR0913 - one parameter per option
    desk: Writer,
    pass_id: PassId,
    lines: Lines,
    *,
    coupon: Coupon = "",
    pause: Paused = False,
    reference: Reference = None,
    most: Most = None,
    base_units: BaseUnits = False,
    deadline: Deadline = DEADLINE_S,
    approve: Approval = None,
) -> list[Step]:
    """Buy further products for a pass."""
    options = _options(desk, lines, coupon, reference, most, base_units=base_units)
    options |= {"pause": pause, "deadline_s": deadline, "approve": approved(approve)}
    return _buy_more(desk, pass_id, lines, options)


@writes(app, "checkout")
def checkout(
    desk: Writer,
    cart: Annotated[Path, typer.Argument(metavar="FILE", help="JSON file with the cart of a shop.")],
    *,
    approve: Approval = None,
) -> list[Step]:
    """Buy the cart in a file: for a new pass, or for one that is there."""
    from passmanager.cli.cartfile import read_cart  # noqa: PLC0415 - pydantic takes time to load

    desk.client.check_code()  # a person without a node does not need to hear of the file
    found = read_cart(cart)
    lines = found.typed_lines()
    options = MoreOptions(
        coupon_code=found.coupon,
        pause=found.pause,
        order_reference=bytes.fromhex(found.reference[2:]),
        max_amount=found.max_amount,
        approve=approved(approve),
    )
    if found.deadline is not None:
        options["deadline_s"] = found.deadline - desk.node.head().timestamp
    if found.pass_id:
        return _buy_more(desk, found.pass_id, lines, options)
    more = BuyOptions(**options, to=found.receiver(), discount_ids=sorted(found.discounts))
    return _buy(desk, found.organization, lines, more)


def _options(
    desk: Writer, lines: list[Line], coupon: str, reference: str | None, most: str | None, *, base_units: bool
) -> MoreOptions:
    options = MoreOptions(coupon_code=coupon)
    if reference is not None:
        options["order_reference"] = bytes.fromhex(reference[2:])
    if most is not None:
        token = desk.client.lens.pricing_of(lines[0].pricing_id).terms.token
        options["max_amount"] = desk.base_units(most, token, exact=base_units)
    return options


def _buy(desk: Writer, org: int, lines: list[Line], options: BuyOptions) -> list[Step]:
    plan = desk.client.purchases.build_buy(lines, org, **options)
    return purchase_steps(desk, plan, lines, f"of organization {org}", asked=options.get("approve") is not None)


def _buy_more(desk: Writer, pass_id: int, lines: list[Line], options: MoreOptions) -> list[Step]:
    plan = desk.client.purchases.build_buy_more(pass_id, lines, **options)
    return purchase_steps(desk, plan, lines, f"for pass {pass_id}", asked=options.get("approve") is not None)


# --- free of charge, by the organization


@writes(app, "give")
def give(
    desk: Writer, org: OrgId, lines: Lines, *, to: Receiver, discount: Discounts = None, pause: Paused = False
) -> Step:
    """Give a new pass free of charge, as the organization (role airdrop)."""
    cart = InitialPurchaseParams(
        to=to,
        organization_id=org,
        discount_ids=sorted(discount or []),
        **_columns(lines),
        coupon_code="",
        airdrop=True,
        pause=pause,
    )
    return Step(
        title=f"Give a pass of organization {org} with {len(lines)} product(s) to {to}",
        call=desk.client.manager.calls.purchase_products(cart),
        facts={"orgId": org, "to": to, "lines": typed(lines)},
        ids=lambda receipt: bought(desk, receipt),
    )


@writes(app, "give-additional")
def give_additional(desk: Writer, pass_id: PassId, lines: Lines, *, pause: Paused = False) -> Step:
    """Give further products for a pass free of charge, as the organization (role airdrop)."""
    cart = AdditionalPurchaseParams(
        product_pass_id=pass_id, **_columns(lines), coupon_code="", airdrop=True, pause=pause
    )
    return Step(
        title=f"Give {len(lines)} product(s) for pass {pass_id}",
        call=desk.client.manager.calls.purchase_additional_products(cart),
        facts={"passId": pass_id, "lines": typed(lines)},
        ids=lambda receipt: bought(desk, receipt),
    )


def _columns(lines: list[Line]) -> dict[str, Any]:
    return {
        "product_ids": [one.product_id for one in lines],
        "pricing_ids": [one.pricing_id for one in lines],
        "quantities": [one.quantity for one in lines],
    }


# --- reading


@reads(app, "reference")
def reference(
    desk: Reader,
    org: OrgId,
    reference: Annotated[str, typer.Argument(metavar="HASH", help="32 bytes of the shop's.", parser=word)],
) -> Facts:
    """Show whether an order reference of an organization is used: its airdrop was executed."""
    used = desk.client.manager.is_reference_used(org, bytes.fromhex(reference[2:]))
    return Facts({"orgId": org, "reference": reference, "used": used})


@reads(app, "limits")
def limits(desk: Reader) -> Facts:
    """Show the limits of purchases, and whether they are stopped."""
    manager = desk.client.manager
    return Facts(
        {
            "purchasesPaused": manager.purchases_paused(),
            "passes": manager.pass_supply(),
            "linesOfACart": manager.max_lines(),
            "productsOfAPass": manager.max_products(),
            "renewalsAtOnce": manager.max_batch(),
            "recipientsAtOnce": manager.max_recipients(),
        }
    )
