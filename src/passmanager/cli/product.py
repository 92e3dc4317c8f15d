"""`passmanager product`: what an organization sells."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passmanager.abi.events import ProductSet
from passmanager.abi.structs import Product
from passmanager.cli.cells import Limit
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Listing, Reader, Row, reads
from passmanager.cli.values import OrgId, ProductId, given, sized
from passmanager.cli.writing import Step, Writer, writes

if TYPE_CHECKING:
    from passmanager.core.organizations import CatalogProduct

app = group("Create, edit and list products.")

Text = Annotated[str | None, typer.Option(help="Text about it.", metavar="TEXT", parser=sized(512))]
Supply = Annotated[int | None, typer.Option(help="Largest number ever sold; 0 = no limit.", min=0)]
Transferable = Annotated[
    bool | None, typer.Option("--transferable/--soulbound", help="May passes with it change hands? For later sales.")
]
OnSale = Annotated[bool | None, typer.Option("--active/--inactive", help="Is it on sale?")]
Image = Annotated[str | None, typer.Option(help="Address of an image.", metavar="URL", parser=sized(256))]
Url = Annotated[str | None, typer.Option("--url", help="Web site.", metavar="URL", parser=sized(256))]


@writes(app, "create")
def create(  # noqa: PLR0913 - one parameter per property
    desk: Writer,
    org: OrgId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="1 to 64 bytes.", parser=sized(64), show_default=False)],
    *,
    description: Text = "",
    image: Image = "",
    external_url: Url = "",
    transferable: Transferable = True,
    active: OnSale = True,
    max_supply: Supply = 0,
) -> Step:
    """Create a product; offer it with `pricing link`."""
    product = Product(
        name=name,
        description=description or "",
        image=image or "",
        external_url=external_url or "",
        transferable=bool(transferable),
        active=bool(active),
        max_supply=max_supply or 0,
    )
    return _set(desk, f"Create product {name!r} of organization {org}", org, 0, product)


@writes(app, "edit")
def edit(  # noqa: PLR0913 - one parameter per property
    desk: Writer,
    product: ProductId,
    *,
    name: Annotated[str | None, typer.Option(help="1 to 64 bytes.", metavar="NAME", parser=sized(64))] = None,
    description: Text = None,
    image: Image = None,
    external_url: Url = None,
    transferable: Transferable = None,
    active: OnSale = None,
    max_supply: Supply = None,
) -> Step:
    """Change properties of a product; those that are not given stay as they are."""
    options = {
        "name": name,
        "description": description,
        "image": image,
        "external_url": external_url,
        "transferable": transferable,
        "active": active,
        "max_supply": max_supply,
    }
    return _change(desk, f"Change product {product}", product, given(options, "property"))


@writes(app, "activate")
def activate(desk: Writer, product: ProductId) -> Step:
    """Put a product on sale."""
    return _change(desk, f"Put product {product} on sale", product, {"active": True})


@writes(app, "deactivate")
def deactivate(desk: Writer, product: ProductId) -> Step:
    """Take a product off sale; who has it keeps it and renews it."""
    return _change(desk, f"Take product {product} off sale", product, {"active": False})


@reads(app, "list")
def list_products(desk: Reader, org: OrgId) -> Listing:
    """List the products of an organization, and the pricings they are offered at."""
    rows = [_row(product) for product in desk.client.organizations.catalog(org).products]
    return Listing(rows, columns=["productId", "name", "active", "transferable", "sold", "maxSupply", "pricingIds"])


@reads(app, "show")
def show(desk: Reader, product: ProductId) -> Facts:
    """Show a product with its texts."""
    org, found = _find(desk, product)
    return Facts({"orgId": org, **_row(found)})


def _row(product: "CatalogProduct") -> Row:
    return {
        "productId": product.id,
        "name": product.name,
        "description": product.description,
        "image": product.image,
        "url": product.external_url,
        "active": product.active,
        "transferable": product.transferable,
        "sold": product.sold,
        "maxSupply": Limit(product.max_supply),
        "pricingIds": product.pricing_ids,
    }


def _find(desk: Reader, product_id: int) -> tuple[int, "CatalogProduct"]:
    """A product with its texts, which only the events have, and its organization."""
    org = desk.client.lens.product_of(product_id).org_id
    products = desk.client.organizations.catalog(org).products
    return org, next(product for product in products if product.id == product_id)


def _change(desk: Writer, title: str, product_id: int, wanted: dict[str, Any]) -> Step:
    org, found = _find(desk, product_id)
    present = Product(
        name=found.name,
        description=found.description,
        image=found.image,
        external_url=found.external_url,
        transferable=found.transferable,
        active=found.active,
        max_supply=found.max_supply,
    )
    return _set(desk, title, org, product_id, replace(present, **wanted))


def _set(desk: Writer, title: str, org: int, product_id: int, product: Product) -> Step:
    return Step(
        title=title,
        call=desk.client.catalog.calls.set_product(org, product_id, product=product),
        facts={
            "orgId": org,
            "name": product.name,
            "description": product.description,
            "image": product.image,
            "url": product.external_url,
            "active": product.active,
            "transferable": product.transferable,
            "maxSupply": Limit(product.max_supply),
        },
        ids=lambda receipt: {"productId": receipt.event(ProductSet).product_id},
    )
