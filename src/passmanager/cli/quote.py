"""`passmanager quote`: what a cart costs now."""

from typing import Annotated, Final

import typer

from passmanager.cli.carts import Coupon, Discounts, Lines, priced, quoted_lines
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Reader, reads
from passmanager.cli.values import OrgId, address
from passmanager.core.purchases import Order
from passmanager.units import Address, checksum

app = group()
SOMEBODY: Final = checksum("0x000000000000000000000000000000000000dead")


@reads(app, "quote")
def quote(
    desk: Reader,
    org: OrgId,
    lines: Lines,
    *,
    payer: Annotated[
        Address,
        typer.Option(metavar="ADDRESS", help="Who would pay.", parser=address, show_default="somebody without rights"),
    ] = SOMEBODY,
    pass_id: Annotated[
        int | None, typer.Option("--pass", metavar="PASS", help="For this pass.", min=1, show_default="a new one")
    ] = None,
    coupon: Coupon = "",
    discount: Discounts = None,
) -> Facts:
    """Quote a cart: what it costs now, with coupon and discounts."""
    order = Order(
        lines=lines,
        organization_id=0 if pass_id else org,
        pass_id=pass_id or 0,
        coupon_code=coupon,
        discount_ids=sorted(discount or []),
    )
    order.check()
    found = desk.client.read(order.quote(desk.client.contracts, payer))
    values = {"orgId": org, "passId": pass_id, "payer": payer, **priced(desk, found)}
    values["platformFee"] = desk.money(found.fee, found.token)
    return Facts(values, lists={"lines": quoted_lines(desk, found, lines)})
