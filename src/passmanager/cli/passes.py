"""`passmanager pass`: what is on passes, and who holds them."""

import json
from base64 import b64decode
from binascii import Error as NoBase64
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from passmanager.cli.cells import Moment, Percent
from passmanager.cli.common import group
from passmanager.cli.errors import MetadataUnreadable
from passmanager.cli.reading import Facts, Listing, Reader, Row, reads
from passmanager.cli.times import Period, When
from passmanager.cli.values import PassId, ProductId, Wallet, address
from passmanager.cli.writing import Step, Writer, writes
from passmanager.core.passes import Pass, PassProduct
from passmanager.units import NATIVE, Address

if TYPE_CHECKING:
    from passmanager.core.calls import Call

app = group("See and move passes.")
JSON_URI: Final = "data:application/json;base64,"
Operator = Annotated[Address, typer.Argument(metavar="WALLET", help="Who may move it.", parser=address)]
To = Annotated[Address, typer.Argument(metavar="WALLET", help="Who gets it.", parser=address)]


# --- reading


@reads(app, "list")
def list_passes(
    desk: Reader,
    wallet: Wallet,
    *,
    after: Annotated[int, typer.Option(help="Only passes with a greater id.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="Passes on the page.", min=1, max=1_000)] = 100,
) -> Listing:
    """List the passes of a wallet with their products."""
    page = desk.client.passes.of(wallet, after=after, limit=limit)
    more = f"; the next page: --after {page.next_after}" if page.next_after is not None else ""
    note = f"{len(page.passes)} of {page.total} passes of {wallet}{more}"
    return Listing([_summary(one) for one in page.passes], note=note)


@reads(app, "show")
def show(desk: Reader, pass_id: PassId) -> Facts:
    """Show a pass: its holder, its products and subscriptions, whether it can move."""
    found = desk.client.passes.get(pass_id)
    values = {
        "passId": found.id,
        "holder": found.owner,
        "orgId": found.organization_id,
        "discount": Percent(found.discount_bps),
        "discountIds": found.discount_ids,
        **_movement(desk, found),
    }
    return Facts(values, lists={"products": [_product(found, one) for one in found.products]})


@reads(app, "access")
def access(desk: Reader, pass_id: PassId, product: ProductId) -> Facts:
    """Show whether the holder of a pass may use a product now."""
    allowed = desk.client.lens.has_access(pass_id, product)
    return Facts({"passId": pass_id, "productId": product, "access": allowed})


@reads(app, "metadata")
def metadata(desk: Reader, pass_id: PassId) -> Facts:
    """Show the metadata of a pass, as wallets and marketplaces read it."""
    uri = desk.client.product_pass.token_uri(pass_id)
    found = _decoded(pass_id, uri)
    attributes = [_attribute(one) for one in found.pop("attributes", [])]
    return Facts(found, lists={"attributes": attributes})


@reads(app, "operator")
def operator(
    desk: Reader,
    wallet: Wallet,
    operator: Annotated[Address, typer.Argument(metavar="OPERATOR", help="Who may move them.", parser=address)],
) -> Facts:
    """Show whether somebody may move all passes of a wallet."""
    allowed = desk.client.product_pass.is_approved_for_all(wallet, operator)
    return Facts({"wallet": wallet, "operator": operator, "allowed": allowed})


def _summary(one: Pass) -> Row:
    return {
        "passId": one.id,
        "orgId": one.organization_id,
        "products": [f"{item.product_name} ({item.status.name.lower().replace('_', ' ')})" for item in one.products],
        "nextEnd": When(min((item.end for item in one.products if item.end > one.timestamp), default=0), one.timestamp),
        "discount": Percent(one.discount_bps),
    }


def _movement(desk: Reader, found: Pass) -> Row:
    nft, lens = desk.client.product_pass.calls, desk.client.lens.calls
    asked: list[Call[Any]] = [nft.locked(found.id), nft.get_approved(found.id)]
    asked += [lens.expires_at(found.id), lens.is_pass_renewable(found.id)]
    locked, approved, expires, renewable = desk.client.read_many(asked)
    return {
        "locked": locked,
        "mayBeMovedBy": None if approved == NATIVE else approved,
        "expires": When(expires, found.timestamp),
        "renewable": renewable,
    }


def _product(found: Pass, item: PassProduct) -> Row:
    return {
        "productId": item.product_id,
        "name": item.product_name,
        "pricingId": item.pricing_id,
        "quantity": item.quantity or None,
        "status": item.status,
        "period": Period(start=item.start, end=item.end, left=item.seconds_left, now=found.timestamp),
        "autoRenew": None if item.state.one_time else item.state.auto_renew,
    }


def _decoded(pass_id: int, uri: str) -> dict[str, Any]:
    try:
        found = json.loads(b64decode(uri.removeprefix(JSON_URI), validate=True))
    except (NoBase64, ValueError) as problem:
        raise MetadataUnreadable(pass_id=pass_id, uri=uri) from problem
    return found


def _attribute(one: dict[str, Any]) -> Row:
    value = one.get("value")
    if one.get("display_type") == "date" and isinstance(value, int):
        value = Moment(value)
    return {"traitType": one.get("trait_type"), "value": value}


# --- writing


@writes(app, "transfer")
def transfer(
    desk: Writer,
    pass_id: PassId,
    to: To,
    *,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Do not ask a contract whether it takes passes.")
    ] = False,
) -> Step:
    """Give a pass to somebody else; automatic renewals, coupons and caps on it end."""
    owner = desk.client.product_pass.owner_of(pass_id)
    calls = desk.client.product_pass.calls
    safe = calls.safe_transfer_from(owner, receiver=to, token_id=pass_id)
    return Step(
        title=f"Transfer pass {pass_id} to {to}",
        call=calls.transfer_from(owner, to, token_id=pass_id) if unchecked else safe,
        facts={"passId": pass_id, "from": owner, "to": to},
    )


@writes(app, "approve")
def approve(desk: Writer, pass_id: PassId, operator: Operator) -> Step:
    """Let somebody move a pass; the zero address takes that back."""
    return Step(
        title=f"Let {operator} move pass {pass_id}",
        call=desk.client.product_pass.calls.approve(operator, pass_id),
        facts={"passId": pass_id, "operator": operator},
    )


@writes(app, "approve-all")
def approve_all(
    desk: Writer,
    operator: Operator,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it back.")] = False,
) -> Step:
    """Let somebody move all passes of the sender, or take that back."""
    return Step(
        title=f"{'Stop letting' if revoke else 'Let'} {operator} move all passes of {desk.signer.address}",
        call=desk.client.product_pass.calls.set_approval_for_all(operator, approved=not revoke),
        facts={"operator": operator, "allowed": not revoke},
    )


@writes(app, "burn")
def burn(desk: Writer, pass_id: PassId) -> Step:
    """Destroy a pass and all that is on it, without a refund."""
    items = desk.client.passes.get(pass_id).products
    return Step(
        title=f"Destroy pass {pass_id} with {len(items)} product(s), without a refund",
        call=desk.client.product_pass.calls.burn(pass_id),
        facts={"passId": pass_id, "products": [item.product_name for item in items]},
    )
