"""What a wallet sends to pay an order on the chain: built and quoted by the SDK, never by hand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.abi.errors import InsufficientBalance
from passmanager.core.purchases import Line, Plan, Step
from passmanager.errors import InsufficientFunds, NoNode, PassManagerError, RpcError
from passmanager.service.catalog.binding_api import chain_reader
from passmanager.service.catalog.models import Currency, Organization, Product
from passmanager.service.chain.offers import sold_by_quantity
from passmanager.service.checkout.confirming import order_of
from passmanager.service.checkout.models import CheckoutSession
from passmanager.service.checkout.problems import FundsMissing, PurchaseRefused
from passmanager.service.checkout.schemas import IntentCallOut, IntentIn, IntentOut
from passmanager.service.http.problems import Conflict, Problem, Unavailable
from passmanager.service.http.shapes import money
from passmanager.service.orders import deciding, repository
from passmanager.service.orders.models import Order, OrderItem
from passmanager.service.orders.placing import PriceChanged
from passmanager.service.services import Services
from passmanager.units import NATIVE, Address, checksum

if TYPE_CHECKING:
    from passmanager.client import PassManager

VALID_MS = 3_600_000
BUNDLE_VERSION = "2.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An unpaid order, and who wants to pay it.

    Attributes:
        org_id: Who sells, by the chain's id.
        coupon: Its code, if the order has one.
        deadline_s: Seconds for which the purchase is good: never longer than the order waits.
    """

    order: Order
    currency: Currency
    org_id: int
    lines: list[Line]
    coupon: str
    payer: Address
    to: Address
    periods: int
    deadline_s: int


def ask(session: Session, found: CheckoutSession, body: IntentIn, now: int) -> Asked:
    """What the database knows of it.

    Raises:
        Conflict: The order is paid, not on the chain, or not sold by one organization.
    """
    order = order_of(session, found)
    deciding.require_open(order)
    currency = session.scalars(
        select(Currency).where(Currency.store_id == order.store_id, Currency.symbol == order.currency)
    ).one()
    if currency.chain_id is None:
        raise Conflict(detail=f"order {order.id} is in {order.currency}, which is not on a chain; change the method")
    items = repository.items_of(session, order.id)
    coupons = order.details.get("coupons", [])
    payer = checksum(body.payer)
    return Asked(
        order=order, currency=currency, org_id=_organization(session, order, items, currency.chain_id),
        lines=[_line(session, item, currency.chain_id) for item in items],
        coupon=coupons[0]["code"] if coupons else "", payer=payer, to=checksum(body.to) if body.to else payer,
        periods=body.periods, deadline_s=max(1, min(VALID_MS, (order.expires_at or now + VALID_MS) - now) // 1000),
    )  # fmt: skip


def _organization(session: Session, order: Order, items: list[OrderItem], chain_id: int) -> int:
    wanted = select(Organization).where(
        Organization.id.in_(select(Product.org_ref).where(Product.id.in_([item.product_id for item in items])))
    )
    found = session.scalars(wanted).all()
    whole = all(item.chain_product_id is not None and item.pricing_id is not None for item in items)
    if len(found) != 1 or not whole or found[0].chain_id != chain_id:
        raise Conflict(
            detail=f"the products of order {order.id} are not sold by one organization on chain {chain_id};"
            " bind them to it in the catalog"
        )
    return found[0].org_id


def _line(session: Session, item: OrderItem, chain_id: int) -> Line:
    pricing = item.pricing_id or 0
    tiered = sold_by_quantity(session, chain_id, pricing)
    if tiered is None:
        raise Unavailable(detail=f"the service has not read pricing {pricing} from the chain yet; try again")
    return Line(item.chain_product_id or 0, pricing, item.quantity if tiered else 0)


def client_of(http: Request, services: Services) -> "PassManager":
    """The SDK on the node of the settings; web3 is loaded by the first request that needs it."""
    from passmanager.client import PassManager  # noqa: PLC0415

    reader = chain_reader(http, services)
    return PassManager(reader.node, reader.contracts)


def build(client: "PassManager", asked: Asked) -> IntentOut:
    """Quotes and builds it.

    Raises:
        PriceChanged: The chain asks another price than the order has.
        PurchaseRefused: The chain would refuse it.
        FundsMissing: The payer has too little.
        Unavailable: The node does not answer, or is on another chain.
    """
    try:
        _require_chain(client, asked)
        plan = client.purchases.build_buy(
            asked.lines, asked.org_id, payer=asked.payer, to=asked.to, coupon_code=asked.coupon,
            order_reference=bytes.fromhex((asked.order.reference or "")[2:]), deadline_s=asked.deadline_s,
            approve=asked.periods if asked.periods > 1 else "exact",
        )  # fmt: skip
    except Problem:
        raise
    except PassManagerError as problem:
        raise _problem(problem) from problem
    _require_price(asked, plan)
    return _show(client, asked, plan)


def _require_chain(client: "PassManager", asked: Asked) -> None:
    found = client.node.chain_id()
    if found != asked.currency.chain_id:
        raise Unavailable(detail=f"{asked.currency.symbol} is on chain {asked.currency.chain_id}, the node on {found}")


def _problem(problem: PassManagerError) -> Problem:
    if isinstance(problem, (NoNode, RpcError)):
        return Unavailable(detail=f"the chain cannot be asked now: {problem}")
    if isinstance(problem, (InsufficientFunds, InsufficientBalance)):
        return FundsMissing(detail=str(problem))
    return PurchaseRefused(detail=f"the chain would refuse the purchase: {problem}")


def _require_price(asked: Asked, plan: Plan) -> None:
    order, quote = asked.order, plan.quote
    if quote.total != order.total or quote.token != (asked.currency.token or NATIVE):
        raise PriceChanged(
            detail=f"the chain asks {quote.total} of token {quote.token} for order {order.id}, which has"
            f" {order.total} {order.currency} in base units; begin a new cart"
        )


def _show(client: "PassManager", asked: Asked, plan: Plan) -> IntentOut:
    order, chain_id = asked.order, asked.currency.chain_id or 0
    escrow = client.contracts.payment_escrow
    return IntentOut(
        order_id=order.id, order_reference=order.reference or "", chain_id=chain_id, payer=asked.payer,
        token=plan.quote.token, total=money(order.total, order.currency, order.decimals),
        approvals=[_call(step, _approval_uri(step, chain_id, escrow)) for step in plan.approvals],
        checkout=_call(plan.checkout, _data_uri(plan.checkout, chain_id)),
        wallet_send_calls=_bundle(asked, plan, chain_id), valid_for=asked.deadline_s,
    )  # fmt: skip


def _call(step: Step, uri: str) -> IntentCallOut:
    fields = step.fields()
    return IntentCallOut(
        description=step.description, sender=fields["from"], to=fields["to"], value=fields["value"],
        data=fields["data"], uri=uri,
    )  # fmt: skip


def _approval_uri(step: Step, chain_id: int, escrow: Address) -> str:
    amount = int.from_bytes(step.call.data[-32:])
    return f"ethereum:{step.call.to}@{chain_id}/approve?address={escrow}&uint256={amount}"


def _data_uri(step: Step, chain_id: int) -> str:
    """EIP-681 has no form for structs: the calldata goes along as it is."""
    return f"ethereum:{step.call.to}@{chain_id}?value={step.call.value}&data=0x{step.call.data.hex()}"


def _bundle(asked: Asked, plan: Plan, chain_id: int) -> dict[str, Any]:
    """EIP-5792: approval and purchase, both or neither."""
    calls = [{name: step.fields()[name] for name in ("to", "value", "data")} for step in plan.steps]
    return {
        "version": BUNDLE_VERSION, "chainId": hex(chain_id), "from": asked.payer, "atomicRequired": len(calls) > 1,
        "calls": calls,
    }  # fmt: skip
