"""`passmanager pricing`: at which prices products are offered."""

from typing import Annotated

import typer

from passmanager.abi.events import PricingAccessSet
from passmanager.cli.access import AccessList, access_group
from passmanager.cli.common import group
from passmanager.cli.meters import app as meters_app
from passmanager.cli.pricing_create import app as create_app
from passmanager.cli.pricing_rows import described, price_text
from passmanager.cli.reading import Facts, Listing, Reader, reads
from passmanager.cli.values import OrgId, PricingId, ProductId, given, parts
from passmanager.cli.writing import Step, Writer, writes

app = group("Create pricings and meters, and offer products at them.")
app.add_typer(create_app, name="create")
app.add_typer(meters_app, name="meter")
app.add_typer(
    access_group(
        AccessList(
            noun="pricing",
            meaning="Wallets that may hold products at a restricted pricing.",
            event=PricingAccessSet,
            field="pricing_id",
            change=lambda client, pricing, wallets, allowed: client.catalog.calls.set_pricing_access(
                pricing, wallets, allowed=allowed
            ),
        )
    ),
    name="access",
)

Switch = bool | None
MOST_AT_ONCE = 24
"""Pricings in one transaction."""
Pricings = Annotated[list[int], typer.Argument(metavar="PRICING", help="Ids of pricings.", min=1, show_default=False)]


@reads(app, "list")
def list_pricings(desk: Reader, org: OrgId) -> Listing:
    """List the pricings of an organization."""
    rows = [
        {
            "pricingId": pricing.id,
            **described(desk, pricing.spec.terms()),
            "prices": price_text(desk, pricing.spec.terms()),
            "active": pricing.active,
            "retired": pricing.retired,
            "restricted": pricing.restricted,
        }
        for pricing in desk.client.organizations.catalog(org).pricings
    ]
    return Listing(rows, columns=["pricingId", "style", "every", "prices", "active", "retired", "restricted"])


@reads(app, "show")
def show(desk: Reader, pricing: PricingId) -> Facts:
    """Show a pricing with all its tiers."""
    found = desk.client.lens.pricing_of(pricing)
    terms = found.terms
    values = described(desk, terms)
    tiers = values.pop("tiers", [])
    flags = {"active": found.active, "retired": found.retired}
    return Facts({"pricingId": pricing, "orgId": found.org_id, **values, **flags}, lists={"tiers": tiers})


@writes(app, "edit")
def edit(
    desk: Writer,
    pricing: PricingId,
    *,
    active: Annotated[Switch, typer.Option("--active/--inactive", help="Is it on sale? It is renewed anyway.")] = None,
    retired: Annotated[Switch, typer.Option("--retired/--not-retired", help="Neither sold nor renewed.")] = None,
    restricted: Annotated[Switch, typer.Option("--restricted/--open", help="For listed wallets only.")] = None,
) -> Step:
    """Start or stop sales and renewals at a pricing; its terms never change."""
    changes = given({"active": active, "retired": retired, "restricted": restricted}, "switch")
    found = desk.client.lens.pricing_of(pricing)
    present = {"active": found.active, "retired": found.retired, "restricted": found.terms.restricted}
    wanted = present | changes
    return Step(
        title=f"Change pricing {pricing}",
        call=desk.client.catalog.calls.set_pricing_flags(pricing, **wanted),
        facts={"pricingId": pricing, **wanted},
    )


@writes(app, "link")
def link(desk: Writer, product: ProductId, pricings: Pricings) -> list[Step]:
    """Offer a product at pricings."""
    return _link(desk, product, pricings, linked=True)


@writes(app, "unlink")
def unlink(desk: Writer, product: ProductId, pricings: Pricings) -> list[Step]:
    """No longer offer a product at pricings; running subscriptions go on."""
    return _link(desk, product, pricings, linked=False)


def _link(desk: Writer, product: int, pricings: list[int], *, linked: bool) -> list[Step]:
    org = desk.client.lens.product_of(product).org_id
    verb = "Offer" if linked else "No longer offer"
    return [
        Step(
            title=f"{verb} product {product} at pricing {', '.join(str(pricing) for pricing in part)}",
            call=desk.client.catalog.calls.link_pricings(org, product_id=product, pricing_ids=part, linked=linked),
            facts={"orgId": org, "productId": product, "pricingIds": part, "linked": linked},
        )
        for part in parts(pricings, MOST_AT_ONCE)
    ]
