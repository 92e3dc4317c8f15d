"""A token, or a wallet that gets coins back, calls the system from inside a call: the lock stops it."""

import boa
import pytest

from tests.support.bad_tokens import Move, OnCoin, Read
from tests.support.offers import MONTH_PRICE, make_offer
from tests.support.shop import FLAT, MONTHLY, columns, travel
from tests.support.system import partial, refused

FUNCTIONS = [
    "purchaseProducts",
    "checkout",
    "purchaseAdditionalProducts",
    "checkoutAdditional",
    "airdropProducts",
    "renewSubscription",
    "renewSubscriptionBatch",
    "renewSubscriptions",
    "pauseSubscription",
    "pauseSubscriptionBatch",
    "cancelSubscription",
    "cancelSubscriptionBatch",
    "changeSubscriptionPricing",
    "changeTieredSubscriptionUnitQuantity",
    "setAutoRenew",
    "setUsageCap",
    "endSubscription",
    "topUp",
    "refundProduct",
    "beforePassTransfer",
]


@pytest.fixture
def evil(shop, system, buyer):
    """A token that calls back, and a subscription priced in it, on a pass of the buyer."""
    token = partial("mocks/MockBadToken").deploy()
    token.mint(buyer, 10**12)
    token.approve(system.escrow.address, 10**12, sender=buyer)
    offer = make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=token.address)
    pass_id = shop.buy(buyer, offer.line)
    token.behave(Move.REENTERS, Read.WELL, 0, 0)
    return token, offer, pass_id


def payload(shop, name, offer, pass_id, token):
    manager = shop.system.manager
    cart, more = shop.purchase(token, offer.line), (pass_id, *columns([offer.line]), "", False, False)
    terms = (b"\0" * 32, token, 2**256 - 1, 2**256 - 1)
    arguments = {
        "purchaseProducts": (cart,),
        "checkout": (cart, terms),
        "purchaseAdditionalProducts": (more,),
        "checkoutAdditional": (more, terms),
        "airdropProducts": (shop.org, [token], *columns([offer.line]), b"\0" * 32),
        "renewSubscription": (pass_id, offer.product, False),
        "renewSubscriptionBatch": (pass_id, [offer.product], False),
        "renewSubscriptions": ([pass_id], [offer.product]),
        "pauseSubscription": (pass_id, offer.product, True),
        "pauseSubscriptionBatch": (pass_id, [offer.product], [True]),
        "cancelSubscription": (pass_id, offer.product, True),
        "cancelSubscriptionBatch": (pass_id, [offer.product], [True]),
        "changeSubscriptionPricing": ((shop.org, pass_id, offer.product, 1, False),),
        "changeTieredSubscriptionUnitQuantity": (pass_id, offer.product, 2, False),
        "setAutoRenew": (pass_id, offer.product, False),
        "setUsageCap": (pass_id, offer.product, 1),
        "endSubscription": (pass_id, offer.product),
        "topUp": (shop.org, token, 1),
        "refundProduct": (pass_id, offer.product, 1, False),
        "beforePassTransfer": (pass_id, 0),
    }[name]
    return getattr(manager, name).prepare_calldata(*arguments)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("during", ["purchase", "renewal", "batch"])
def test_call_back_fails_and_the_payment_counts_once_when_a_token_calls(
    shop, manager, buyer, keeper, evil, during, name
):
    """An answer without a word of error is that of the lock."""
    token, offer, pass_id = evil
    token.callBack(manager.address, payload(shop, name, offer, pass_id, token.address))
    row = shop.balance(token.address)
    if during == "purchase":
        shop.buy(buyer, offer.line)
    else:
        travel(days=31)
        if during == "renewal":
            manager.renewSubscription(pass_id, offer.product, False, sender=keeper)
        else:
            assert manager.renewSubscriptions([pass_id], [offer.product], sender=keeper) == [0]
    assert (token.calls(), token.succeeded(), token.returned()) == (1, 0, b"")
    assert shop.balance(token.address) - row == MONTH_PRICE


def test_all_functions_are_tried_when_the_abi_is_compared(manager):
    """Those of the platform touch no subscription and no money."""
    platform = {"pausePurchases", "unpausePurchases", "announceFee", "transferOwnership", "acceptOwnership"}
    changing = {e["name"] for e in manager.abi if e.get("stateMutability") in ("payable", "nonpayable") and "name" in e}
    assert changing - platform == set(FUNCTIONS)


def test_pass_cannot_move_when_its_payment_is_under_way(shop, manager, product_pass, buyer, friend, evil):
    token, offer, pass_id = evil
    manager.pauseSubscription(pass_id, offer.product, True, sender=buyer)
    product_pass.setApprovalForAll(token.address, True, sender=buyer)
    token.callBack(product_pass.address, product_pass.transferFrom.prepare_calldata(buyer, friend, pass_id))
    shop.buy(buyer, offer.line)
    assert (token.calls(), token.succeeded()) == (1, 0)
    assert shop.holder(pass_id) == buyer


def test_call_back_fails_and_the_rest_returns_once_when_a_wallet_calls(shop, manager, coin_monthly):
    wallet = partial("mocks/MockReceiver").deploy()
    boa.env.set_balance(wallet.address, 10**18)
    pass_id = shop.buy(wallet.address, coin_monthly.line, value=MONTH_PRICE)
    again = manager.renewSubscription.prepare_calldata(pass_id, coin_monthly.product, False)
    wallet.callBack(manager.address, again)
    wallet.behave(OnCoin.REENTERS)
    before = boa.env.get_balance(wallet.address)
    manager.renewSubscription(pass_id, coin_monthly.product, False, sender=wallet.address, value=10**12)
    assert (wallet.calls(), wallet.succeeded(), wallet.returned()) == (1, 0, b"")
    assert before - boa.env.get_balance(wallet.address) == MONTH_PRICE


@pytest.mark.parametrize(
    "habit",
    [
        Move.SAYS_FALSE,
        Move.MOVES_SAYS_FALSE,
        Move.SAYS_TWO,
        Move.SHORT_ANSWER,
        Move.FEE_ON_TRANSFER,
        Move.BACKWARDS,
        Move.MOVES_NOTHING,
        Move.REVERTS,
        Move.BURNS_ALL_GAS,
    ],
)
@pytest.mark.parametrize("what", ["purchase", "renewal", "change", "more"])
def test_nothing_is_kept_when_the_token_fails(shop, manager, buyer, evil, habit, what):
    token, offer, pass_id = evil
    token.behave(habit, Read.WELL, 0, 0)
    dear = shop.offer(offer.product, FLAT, MONTHLY, price=9 * MONTH_PRICE, token=token.address)
    other = make_offer(shop, FLAT, MONTHLY, price=MONTH_PRICE, token=token.address)
    supply, word, row = manager.passSupply(), manager.stateOf(pass_id, offer.product), shop.balance(token.address)
    options = {"sender": buyer, "gas": 20_000_000}
    with refused(manager, "PaymentFailed(address)", token.address):
        if what == "purchase":
            manager.purchaseProducts(shop.purchase(buyer, offer.line), **options)
        elif what == "renewal":
            manager.renewSubscription(pass_id, offer.product, False, **options)
        elif what == "change":
            manager.changeSubscriptionPricing((shop.org, pass_id, offer.product, dear, False), **options)
        else:
            manager.purchaseAdditionalProducts((pass_id, *columns([other.line]), "", False, False), **options)
    assert (manager.passSupply(), manager.stateOf(pass_id, offer.product)) == (supply, word)
    assert (shop.balance(token.address), manager.stateOf(pass_id, other.product)) == (row, 0)
