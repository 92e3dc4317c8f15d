"""SQL that turns facts of the chain into orders: everything is asked and written for many facts at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from passmanager.service.catalog.models import Currency, Organization, Product, ProductType, Store
from passmanager.service.chain.repository import portions
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.db import add_rows
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order, OrderHistory, OrderItem, Payment, Purchase, Refund
from passmanager.service.orders.rights import Right

UPDATED = (
    "order_item_id", "customer_id", "owner", "pass_id", "subscription", "quantity", "status", "active", "active_until",
    "changes_at", "details", "updated_at",
)  # fmt: skip
LOCATED = ("confirmed", "finalized", "late", "underpaid", "overpaid", "duplicate")
"""Statuses of payments that are in a block."""


class Buyer(NamedTuple):
    """A customer, as far as orders copy it."""

    id: str
    email: str
    first_name: str
    last_name: str
    email_key: str


class Offered(NamedTuple):
    """A product of the merchant's catalog."""

    id: str
    name: str
    sku: str
    tangible: bool
    deliver_on: str | None
    template_id: str | None
    files: dict[str, Any] = {}  # noqa: RUF012 - never changed


# --- what is there


def organizations(session: Session, chain_id: int, org_ids: Collection[int]) -> dict[int, Organization]:
    """Organizations that some merchant has bound, or had; locked, so that none is bound anew meanwhile."""
    statement = select(Organization).where(Organization.chain_id == chain_id, Organization.org_id.in_(org_ids))
    return {one.org_id: one for one in session.scalars(statement.with_for_update())}


def rights(session: Session, chain_id: int, pass_ids: Collection[int]) -> dict[tuple[int, int], Right]:
    """What passes hold, by pass and product."""
    found: dict[tuple[int, int], Right] = {}
    for some in portions(pass_ids):
        columns = Purchase.__table__.columns
        statement = select(*columns).where(Purchase.chain_id == chain_id, Purchase.pass_id.in_(some))
        for row in session.execute(statement).mappings():
            right = _right(dict(row))
            found[right.pass_id, right.chain_product_id] = right
    return found


def rights_of_items(session: Session, item_ids: Collection[str]) -> list[Right]:
    """Rights that came with lines of orders, also those that lost their pass in a reorg."""
    statement = select(*Purchase.__table__.columns).where(Purchase.order_item_id.in_(item_ids))
    return [_right(dict(row)) for row in session.execute(statement).mappings()]


def _right(row: Mapping[str, Any]) -> Right:
    details = dict(row["details"])
    return Right(
        id=row["id"], store_id=row["store_id"], stored=True, order_item_id=row["order_item_id"],
        customer_id=row["customer_id"], product_id=row["product_id"], source=row["source"], owner=row["owner"],
        chain_id=row["chain_id"], pass_id=row["pass_id"] or 0, chain_product_id=row["chain_product_id"],
        created_at=row["created_at"], state=int(details.get("state", "0x0"), 16),
        state_at=int(details.get("state_at", row["updated_at"])), status=row["status"], details=details,
    )  # fmt: skip


def payments(session: Session, chain_id: int, tx_hashes: Collection[str]) -> dict[tuple[str, int], Payment]:
    """Payments of transactions, by hash and position."""
    found: dict[tuple[str, int], Payment] = {}
    for some in portions(tx_hashes):
        statement = select(Payment).where(Payment.chain_id == chain_id, Payment.tx_hash.in_(some))
        found |= {(one.tx_hash or "", one.position or 0): one for one in session.scalars(statement)}
    return found


def orders_by_reference(
    session: Session, merchants: Collection[str], references: Collection[str]
) -> dict[tuple[str, str], Order]:
    """Orders that payments may name, by merchant and reference."""
    found: dict[tuple[str, str], Order] = {}
    for some in portions(references):
        statement = select(Order).where(Order.merchant_id.in_(merchants), Order.reference.in_(some))
        found |= {(one.merchant_id, one.reference or ""): one for one in session.scalars(statement.with_for_update())}
    return found


def products(
    session: Session, organization_refs: Collection[str], numbers: Collection[int]
) -> dict[tuple[str, int], Offered]:
    """Products of the catalog, by organization and the chain's id."""
    found: dict[tuple[str, int], Offered] = {}
    for some in portions(numbers):
        statement = (
            select(Product, ProductType.fulfillment_template_id)
            .outerjoin(ProductType, ProductType.id == Product.type_id)
            .where(Product.org_ref.in_(organization_refs), Product.chain_product_id.in_(some))
        )
        for one, of_type in session.execute(statement):
            template = one.fulfillment_template_id or of_type
            offered = Offered(one.id, one.name, one.sku, one.kind == "tangible", one.deliver_on, template, one.files)
            found[one.org_ref or "", one.chain_product_id or 0] = offered
    return found


def depths_of(session: Session, product_ids: Collection[str]) -> dict[str, str | None]:
    """How deep payments of products have to be; None is the chain's default."""
    statement = select(Product.id, Product.deliver_on).where(Product.id.in_(product_ids))
    return dict(session.execute(statement).all())


def currencies(session: Session, stores: Collection[str], chain_id: int) -> dict[tuple[str, str], Currency]:
    """Tokens in which stores sell, by store and address."""
    statement = select(Currency).where(Currency.store_id.in_(stores), Currency.chain_id == chain_id)
    return {(one.store_id, one.token or ""): one for one in session.scalars(statement)}


def add_currency(session: Session, store_id: str, chain_id: int, token: str, known: tuple[str, int] | None) -> Currency:
    """A token in which a store sold before anybody told the service of it."""
    symbol, decimals = known or ("", 0)
    taken = set(session.scalars(select(Currency.symbol).where(Currency.store_id == store_id)))
    choices = [symbol, f"{symbol[:9]}-{token[2:8]}", f"{token[2:12]}"]
    free = next(one for one in choices if one and one not in taken)
    made = Currency(id=new_id("cur"), store_id=store_id, symbol=free, chain_id=chain_id, token=token, decimals=decimals)
    session.add(made)
    session.flush()
    return made


def buyers(session: Session, wallets: Collection[tuple[str, str]]) -> dict[tuple[str, str], Buyer]:
    """Customers by store and wallet; store by store, because SQLite looks for pairs without its index."""
    found: dict[tuple[str, str], Buyer] = {}
    columns = (Customer.id, Customer.email, Customer.first_name, Customer.last_name, Customer.email_key)
    joined = select(CustomerWallet.address, *columns).join(Customer, Customer.id == CustomerWallet.customer_id)
    for store_id in {store for store, _ in wallets}:
        for some in portions([wallet for store, wallet in wallets if store == store_id]):
            theirs = joined.where(CustomerWallet.store_id == store_id, CustomerWallet.address.in_(some))
            found |= {(store_id, row[0]): Buyer(*row[1:]) for row in session.execute(theirs)}
    return found


def items_of(session: Session, order_id: str) -> list[OrderItem]:
    """Lines of an order, the first one first."""
    statement = select(OrderItem).where(OrderItem.order_id == order_id).order_by(OrderItem.number)
    return list(session.scalars(statement))


def get_order(session: Session, order_id: str) -> Order:
    """An order that is there, for changes."""
    return session.scalars(select(Order).where(Order.id == order_id).with_for_update()).one()


def payments_from(session: Session, chain_id: int, first_block: int) -> list[Payment]:
    """Payments in blocks from `first_block` on, the newest first; those that were taken back already are left out."""
    statement = select(Payment).where(
        Payment.chain_id == chain_id, Payment.status.in_(LOCATED), Payment.block_number >= first_block
    )
    return list(session.scalars(statement.order_by(Payment.block_number.desc(), Payment.position.desc())))


def payments_to_finalize(session: Session, chain_id: int, finalized: int, limit: int) -> list[Payment]:
    """Payments in blocks that are final by now."""
    statement = select(Payment).where(
        Payment.chain_id == chain_id, Payment.status == "confirmed", Payment.block_number <= finalized
    )
    return list(session.scalars(statement.order_by(Payment.block_number).limit(limit)))


def rights_changing(session: Session, chain_id: int, block_at: int, limit: int) -> list[Right]:
    """Subscriptions whose status has changed by itself until a time."""
    columns = Purchase.__table__.columns
    statement = select(*columns).where(Purchase.chain_id == chain_id, Purchase.changes_at <= block_at)
    found = session.execute(statement.order_by(Purchase.changes_at).limit(limit))
    return [_right(dict(row)) for row in found.mappings()]


def merchants_of(session: Session, store_ids: Collection[str]) -> dict[str, str]:
    """Merchants by store."""
    statement = select(Store.id, Store.merchant_id).where(Store.id.in_(store_ids))
    return dict(session.execute(statement).all())


def open_payment(session: Session, order_id: str) -> Payment | None:
    """The attempt to pay an order that is under way."""
    return session.scalar(select(Payment).where(Payment.order_id == order_id, Payment.status == "pending").limit(1))


def refunds_of(session: Session, order_id: str) -> list[Refund]:
    """Every refund of an order."""
    return list(session.scalars(select(Refund).where(Refund.order_id == order_id)))


# --- what comes to be


def add_history(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Many moves."""
    add_rows(session, OrderHistory, rows)


def change_rights(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """New values of rights, by their ids."""
    if rows:
        table = cast("Table", Purchase.__table__)
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in UPDATED}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(values)
        session.connection().execute(
            statement, [{"row_id": row["id"], **{f"new_{name}": row[name] for name in UPDATED}} for row in rows]
        )
