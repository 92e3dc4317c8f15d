"""`passmanager coupon`: codes that make a purchase cheaper."""

from typing import Annotated, Any, Final

import typer

from passmanager.abi.events import CouponAccessSet, CouponCreated
from passmanager.abi.structs import Coupon
from passmanager.cli.access import AccessList, access_group
from passmanager.cli.cells import Limit, Moment, Percent
from passmanager.cli.common import group
from passmanager.cli.errors import UnknownCoupon
from passmanager.cli.reading import Facts, Listing, Reader, reads
from passmanager.cli.values import OrgId, bps, given, moment, percent, seconds, sized
from passmanager.cli.writing import Step, Writer, writes
from passmanager.specs import FOR_EVER, coupon, coupon_hash

app = group("Create, edit and list coupons.")
app.add_typer(
    access_group(
        AccessList(
            noun="coupon",
            meaning="Wallets that may redeem a restricted coupon.",
            event=CouponAccessSet,
            field="coupon_id",
            change=lambda client, coupon_id, wallets, allowed: client.promotions.calls.set_coupon_access(
                coupon_id, wallets, allowed=allowed
            ),
        )
    ),
    name="access",
)
ALL: Final = "all"
MOST_PRODUCTS: Final = 64

CouponId = Annotated[int, typer.Argument(metavar="COUPON", help="Id of the coupon.", min=1, show_default=False)]
Code = Annotated[
    str,
    typer.Argument(metavar="CODE", help="What buyers type, at most 64 bytes.", parser=sized(64), show_default=False),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="ISO 8601, UTC unless it says otherwise; +30d; never.", parser=moment),
]
MaxRedemptions = Annotated[int | None, typer.Option(help="Purchases in all; 0 = no limit.", min=0)]


def renewals(typed: str) -> str:
    """Number of renewals as text; `all` never ends."""
    if not (typed == ALL or (typed.isdecimal() and int(typed) < FOR_EVER)):
        raise typer.BadParameter(f"BadRenewals: {typed!r} is no number of renewals. Type 0 to {FOR_EVER - 1}, or all")
    return typed


@writes(app, "create")
def create(  # noqa: PLR0913 - one parameter per term
    desk: Writer,
    org: OrgId,
    code: Code,
    *,
    off: Annotated[
        str, typer.Option("--percent", metavar="PERCENT", help="How much cheaper.", parser=percent, show_default=False)
    ],
    until: Until = "never",
    max_redemptions: MaxRedemptions = 0,
    renewed: Annotated[
        str, typer.Option("--renewals", metavar="N", help="Renewals it also makes cheaper, or all.", parser=renewals)
    ] = "0",
    once_per_wallet: Annotated[bool, typer.Option("--once-per-wallet", help="Each wallet redeems it once.")] = False,
    first_pass_only: Annotated[
        bool, typer.Option("--first-pass-only", help="For a wallet's first pass; needs `org rules --count-passes`.")
    ] = False,
    restricted: Annotated[bool, typer.Option("--restricted", help="For the wallets of its list only.")] = False,
    product: Annotated[
        list[int] | None, typer.Option(help="Only for this product; may be repeated.", show_default="all")
    ] = None,
) -> Step:
    """Create a coupon; only a hash of its code goes to the chain."""
    products = product or []
    if len(products) > MOST_PRODUCTS:
        raise typer.BadParameter(
            f"{len(products)} products are given, a coupon takes {MOST_PRODUCTS}; make another one"
        )
    made = coupon(
        code,
        organization_id=org,
        bps=bps(off),
        expiry=seconds(until or "never"),
        max_redemptions=max_redemptions or 0,
        renewals=FOR_EVER if renewed == ALL else int(renewed),
        once_per_wallet=once_per_wallet,
        first_pass_only=first_pass_only,
        restricted=restricted,
    )
    return Step(
        title=f"Create coupon {code!r} of organization {org}",
        call=desk.client.promotions.calls.create_coupon(
            org, code_hash=made.code_hash, terms=made.terms, product_ids=products
        ),
        facts={"orgId": org, "codeHash": made.code_hash, **_terms(made.terms), "productIds": products},
        ids=lambda receipt: {"couponId": receipt.event(CouponCreated).coupon_id},
    )


@reads(app, "list")
def list_coupons(desk: Reader, org: OrgId) -> Listing:
    """List the coupons of an organization; their codes are not known to the chain before they are used."""
    rows = [
        {
            "couponId": one.id,
            "codeHash": one.code_hash,
            **_terms(one),
            "redeemed": one.redeemed,
            "productIds": one.product_ids,
        }
        for one in desk.client.organizations.catalog(org).coupons
    ]
    return Listing(rows, columns=["couponId", "percent", "active", "until", "redeemed", "maxRedemptions", "renewals"])


@reads(app, "show")
def show(desk: Reader, org: OrgId, code: Code) -> Facts:
    """Show a coupon by its code."""
    found = desk.client.promotions.coupon_of(org, coupon_hash(org, code))
    return Facts(
        {"couponId": found.coupon_id, "orgId": org, **_terms(found.terms), "redeemed": found.redeemed}
        | {"limitedToProducts": found.limited}
    )


@writes(app, "edit")
def edit(
    desk: Writer,
    coupon_id: CouponId,
    *,
    active: Annotated[bool | None, typer.Option("--active/--paused", help="Can it be redeemed?")] = None,
    until: Until = None,
    max_redemptions: MaxRedemptions = None,
) -> Step:
    """Change the end or the number of redemptions of a coupon, or switch it; the rest stays."""
    expiry = None if until is None else seconds(until)
    options = {"active": active, "expiry": expiry, "max_redemptions": max_redemptions}
    return _set(desk, coupon_id, given(options, "change"))


@writes(app, "pause")
def pause(desk: Writer, coupon_id: CouponId) -> Step:
    """Let nobody redeem a coupon for now."""
    return _set(desk, coupon_id, {"active": False})


@writes(app, "resume")
def resume(desk: Writer, coupon_id: CouponId) -> Step:
    """Let a paused coupon be redeemed again."""
    return _set(desk, coupon_id, {"active": True})


def _set(desk: Writer, coupon_id: int, wanted: dict[str, Any]) -> Step:
    terms = _present(desk, coupon_id).terms
    present: dict[str, Any] = {"active": terms.active, "expiry": terms.expiry, "max_redemptions": terms.max_redemptions}
    after = present | wanted
    return Step(
        title=f"Change coupon {coupon_id}",
        call=desk.client.promotions.calls.set_coupon(coupon_id, **after),
        facts={
            "couponId": coupon_id,
            "active": after["active"],
            "until": Moment(after["expiry"]),
            "maxRedemptions": Limit(after["max_redemptions"]),
        },
    )


def _present(desk: Reader, coupon_id: int) -> Coupon:
    """A coupon by its id: the chain finds it by organization and hash, which are in its first event."""
    for log in desk.client.events.history(desk.found.from_block, kinds=[CouponCreated]):
        event: Any = log.event
        if event.coupon_id == coupon_id:
            return desk.client.promotions.coupon_of(event.org_id, event.code_hash)
    raise UnknownCoupon(coupon_id=coupon_id)


def _terms(terms: Any) -> dict[str, Any]:
    return {
        "percent": Percent(terms.bps),
        "active": terms.active,
        "until": Moment(terms.expiry),
        "maxRedemptions": Limit(terms.max_redemptions),
        "renewals": "all" if terms.renewals == FOR_EVER else terms.renewals,
        "oncePerWallet": terms.once_per_wallet,
        "firstPassOnly": terms.first_pass_only,
        "restricted": terms.restricted,
    }
