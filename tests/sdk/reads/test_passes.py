import asyncio

import pytest

from passmanager.abi.errors import ERC721InvalidOwner, NoSuchItem, NoSuchPass, NotUsageBased
from passmanager.aio import AsyncPassManager
from passmanager.client import PassManager
from passmanager.core.passes import REASONS
from passmanager.core.purchases import Line
from passmanager.core.state import Outcome, Status
from passmanager.demo.shop import ONE
from passmanager.errors import BadArgument
from passmanager.units import DAY, NATIVE
from tests.sdk.airdrop.proxy import proxy
from tests.sdk.reads.conftest import PASSES, Counter, behind


def test_a_page_of_100_passes_takes_3_requests(market, way):
    counter = Counter()
    with behind(market, counter) as client:
        page = client.passes.of(market.wallet("collector"), limit=100)
    assert len(page.passes) == 100
    assert len(counter.sizes) == 3
    # 1 header, 1 code and 2 questions for logs; then 3 calls a pass and the count; then 2 items a pass and 2 names
    assert counter.sizes == [4, 301, 202] if way == "batch" else [4, 7, 5]
    assert counter.methods == {"eth_getBlockByNumber", "eth_getCode", "eth_getLogs", "eth_call"}


def test_the_asynchronous_client_asks_as_often(market, way):
    counter = Counter()

    async def read(url: str) -> int:
        async with await AsyncPassManager.connect(url, deployment=market.deployment) as client:
            counter.sizes.clear()
            return len((await client.passes.of(market.wallet("collector"), limit=100)).passes)

    with proxy(market.url, counter) as url:
        assert asyncio.run(read(url)) == 100
    assert len(counter.sizes) == 3


def test_pages_give_each_pass_once(market, way):
    passes = market.client("stranger").passes
    seen, after = [], 0
    while after is not None:
        page = passes.of(market.wallet("collector"), after=after, limit=100)
        assert page.total == PASSES
        seen += [one.id for one in page.passes]
        after = page.next_after
    assert seen == sorted(set(seen))
    assert tuple(seen) == passes.ids_of(market.wallet("collector"))
    assert len(seen) == PASSES


def test_a_page_shows_what_the_contracts_say(market, way):
    shop, client = market.shop, market.client("stranger")
    page = client.passes.of(market.wallet("collector"), limit=1)
    (found,) = page.passes
    assert (found.owner, found.organization_id) == (market.wallet("collector"), shop.org)
    assert (page.block_number, page.timestamp) == (found.block_number, found.timestamp)
    assert [one.product_name for one in found.products] == ["Handbook", "Membership"]
    book, plan = found.products
    assert (book.pricing_id, book.status, book.end, book.end_at, book.has_access) == (
        shop.once,
        Status.ACTIVE,
        0,
        None,
        True,
    )
    same = client.lens.get_subscription(found.id, shop.plan)
    assert (plan.start, plan.end, plan.seconds_left) == (same.start, same.end, same.seconds_left)
    assert plan.end_at.timestamp() == plan.start + 30 * DAY


def test_passes_that_moved_or_burned_are_not_on_the_page(market, way):
    first = market.give("friend", 3, (market.shop.handbook, market.shop.once, 0))
    friend = market.client("friend")
    friend.product_pass.burn(first)
    friend.product_pass.transfer_from(friend.signer.address, market.wallet("stranger"), token_id=first + 1)
    assert friend.passes.ids_of(friend.signer.address) == (first + 2,)
    (kept,) = friend.passes.of(friend.signer.address).passes
    (got,) = friend.passes.of(market.wallet("stranger")).passes
    assert (kept.id, got.id, got.owner) == (first + 2, first + 1, market.wallet("stranger"))


def test_a_pass_that_came_back_is_on_the_page(market):
    first = market.give("friend", 1, (market.shop.handbook, market.shop.once, 0))
    for one, other in (("friend", "stranger"), ("stranger", "friend")):
        client = market.client(one)
        client.product_pass.transfer_from(client.signer.address, market.wallet(other), token_id=first)
    assert market.client("friend").passes.ids_of(market.wallet("friend")) == (first,)
    assert market.client("friend").passes.ids_of(market.wallet("stranger")) == ()


def test_a_wallet_without_passes_has_an_empty_page(market, way):
    page = market.client("friend").passes.of(market.wallet("friend"))
    assert (page.passes, page.total, page.next_after) == ((), 0, None)


def test_the_past_is_read_at_its_block(market, way):
    client = market.client("friend")
    before = client.node.head().number
    market.give("friend", 1, (market.shop.handbook, market.shop.once, 0))
    assert client.passes.of(client.signer.address, block=before).total == 0
    assert client.passes.of(client.signer.address).total == 1


@pytest.mark.parametrize("limit", [0, 1_001])
def test_refused_when_the_page_is_too_small_or_too_large(market, limit):
    with pytest.raises(BadArgument, match=f"limit is {limit}"):
        market.client("friend").passes.of(market.wallet("friend"), limit=limit)


def test_the_zero_address_is_refused_by_name(market, way):
    with pytest.raises(ERC721InvalidOwner):
        market.client("friend").passes.of(NATIVE)


# --- one pass


def test_statuses_follow_the_time(market, way):
    shop, merchant = market.shop, market.client("merchant")
    buyer: PassManager = market.client("buyer")
    bought = buyer.purchases.buy(
        [Line(shop.handbook, shop.once), Line(shop.plan, shop.monthly), Line(shop.seats, shop.seat_tiers, 10)],
        shop.org,
        discount_ids=[shop.discount],
        approve="exact",
    )
    buyer.manager.cancel_subscription(bought.pass_id, shop.seats, cancel=True)
    found = merchant.passes.get(bought.pass_id)
    assert [(one.status, one.quantity) for one in found.products] == [
        (Status.ACTIVE, 0),
        (Status.ACTIVE, 0),
        (Status.CANCELLED, 10),
    ]
    assert (found.discount_bps, found.discount_ids) == (500, (shop.discount,))
    market.world.travel(31)
    later = merchant.passes.get(bought.pass_id)
    assert [one.status for one in later.products] == [Status.ACTIVE, Status.PAST_DUE, Status.EXPIRED]
    assert [one.has_access for one in later.products] == [True, False, False]
    assert [one.seconds_left for one in later.products] == [0, 0, 0]


def test_a_paused_subscription_keeps_what_is_left(market, way):
    shop, buyer = market.shop, market.client("buyer")
    bought = buyer.purchases.buy([Line(shop.plan, shop.monthly)], shop.org, approve="exact", pause=True)
    (plan,) = buyer.passes.get(bought.pass_id).products
    assert (plan.status, plan.start, plan.end, plan.start_at, plan.end_at) == (Status.PAUSED, 0, 0, None, None)
    assert plan.seconds_left == 30 * DAY


def test_refused_by_name_when_there_is_no_such_pass(market, way):
    with pytest.raises(NoSuchPass) as refusal:
        market.client("buyer").passes.get_many([1, 10**6])
    assert refusal.value.product_pass_id == 10**6


# --- renewals and usage


def test_a_renewal_says_why_it_would_not_go_ahead(market, way):
    shop, buyer = market.shop, market.client("buyer")
    lines = [Line(shop.handbook, shop.once), Line(shop.plan, shop.monthly)]
    bought = buyer.purchases.buy(lines, shop.org, approve="exact")
    now = buyer.passes.renewability(bought.pass_id, shop.plan)
    assert (now.outcome, now.renewable, now.amount, now.token) == (Outcome.NOT_DUE, False, 0, market.world.token)
    assert now.due_at.timestamp() == buyer.passes.get(bought.pass_id).products[1].end
    assert now.too_late == now.due + 3 * DAY == now.too_late_at.timestamp()
    market.world.travel(30)
    poor = buyer.passes.renewability(bought.pass_id, shop.plan)
    assert (poor.outcome, poor.amount) == (Outcome.ALLOWANCE_TOO_SMALL, 10 * ONE)
    assert poor.payer == buyer.signer.address
    assert poor.reason == "PaymentEscrow may not take that much from the payer"
    market.token("buyer", "approve", buyer.contracts.payment_escrow, 10 * ONE)
    ready, none = buyer.passes.renewabilities([(bought.pass_id, shop.plan), (bought.pass_id, shop.seats)])
    assert (ready.renewable, ready.amount) == (True, 10 * ONE)
    assert (none.outcome, none.token, none.due_at) == (Outcome.NO_SUCH_SUBSCRIPTION, None, None)


def test_all_outcomes_have_words(market):
    assert set(REASONS) == set(Outcome)


def test_usage_says_what_was_counted_and_what_it_costs(market, way):
    shop, buyer = market.shop, market.client("buyer")
    bought = buyer.purchases.buy([Line(shop.api, shop.metered)], shop.org)
    market.client("merchant").catalog.record_usage(shop.meter, product_pass_ids=[bought.pass_id], units=[150])
    buyer.manager.set_usage_cap(bought.pass_id, shop.api, amount=2 * ONE)
    found = buyer.passes.usage(bought.pass_id, shop.api)
    assert (found.meter_id, found.total, found.billed, found.units) == (shop.meter, 150, 0, 150)
    assert (found.cost, found.cap, found.token) == (500_000, 2 * ONE, market.world.token)


def test_usage_is_refused_by_name(market, way):
    shop, buyer = market.shop, market.client("buyer")
    bought = buyer.purchases.buy([Line(shop.plan, shop.monthly)], shop.org, approve="exact")
    with pytest.raises(NotUsageBased):
        buyer.passes.usage(bought.pass_id, shop.plan)
    with pytest.raises(NoSuchItem):
        buyer.passes.usage(bought.pass_id, shop.api)
