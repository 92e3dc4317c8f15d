"""A subscription as the chain's follower leaves it."""

from sqlalchemy import select

from passmanager.core.state import ItemState
from passmanager.service.chain.models import ChainOffer
from passmanager.service.customers.models import Customer
from passmanager.service.db import session_scope
from passmanager.service.ids import new_id
from passmanager.service.orders.models import OrderItem, Purchase

MONTH = 30 * 86_400


def subscribe(shop, services, status="active", **customer):
    """An order that is paid, and the number of the subscription that came with it."""
    order = shop.order(**({"customer": customer} if customer else {}))
    shop.act(order, "mark-paid")
    now = services.clock.now()
    start = now // 1000
    word = ItemState.from_word(0)
    state = type(word)(**{
        **{name: getattr(word, name) for name in word.__dataclass_fields__},
        "pricing_id": 7, "start": start, "end": start + MONTH, "auto_renew": True,
    })  # fmt: skip
    with session_scope(services.sessions) as session:
        item = session.scalars(select(OrderItem).where(OrderItem.id == order["items"][0]["id"])).one()
        owner = session.scalars(select(Customer).where(Customer.id == order["customer"]["id"])).one()
        if session.scalar(select(ChainOffer.number)) is None:
            session.add(ChainOffer(
                chain_id=31337, kind="pricing", number=7, block_number=1, log_index=0, org_id="1",
                data={"frequency": 3},
            ))  # fmt: skip
        right = Purchase(
            id=new_id("pur"), store_id=item_store(order), order_item_id=item.id, customer_id=owner.id,
            product_id=item.product_id, source="chain", owner="0x" + "a" * 40, chain_id=31337, subscription=True,
            status=status, active_until=now + 1000 * MONTH, details={"state": hex(state.word)}, created_at=now,
            updated_at=now,
        )  # fmt: skip
        session.add(right)
        session.flush()
        return order, right.number


def item_store(order):
    return order["store_id"]
