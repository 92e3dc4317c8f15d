"""Who may do what in which status: every cell of the matrix in docs/spec/contracts.md, section 4.

A cell is the error, or the status afterwards; `-` means that the call does nothing. PAUSED+ is PAUSED with the
cancelled bit, LAPSED an EXPIRED one that nobody cancelled, OVER one that was cancelled before, REVOKED one that
was revoked.
"""

import pytest

from tests.support.shop import events, travel
from tests.support.system import refused

STATUSES = ["ACTIVE", "CANCELLED", "PAST_DUE", "PAUSED", "EXPIRED"]  # by number

TABLE = """
what        who         ACTIVE                 CANCELLED              PAST_DUE               PAUSED              PAUSED+             LAPSED                 OVER                   REVOKED
renew       anyone      NotDue                 SubscriptionCancelled  ACTIVE                 SubscriptionPaused  SubscriptionPaused  PastGrace              SubscriptionCancelled  PastGrace
renew_off   anyone      NotDue                 SubscriptionCancelled  NoConsent              SubscriptionPaused  SubscriptionPaused  PastGrace              SubscriptionCancelled  PastGrace
renew       merchant    NotDue                 SubscriptionCancelled  ACTIVE                 SubscriptionPaused  SubscriptionPaused  PastGrace              SubscriptionCancelled  PastGrace
renew       holder      ACTIVE                 SubscriptionCancelled  ACTIVE                 SubscriptionPaused  SubscriptionPaused  ACTIVE                 ACTIVE                 ACTIVE
renew_off   holder      ACTIVE                 SubscriptionCancelled  ACTIVE                 SubscriptionPaused  SubscriptionPaused  ACTIVE                 ACTIVE                 ACTIVE
renew_free  airdropper  ACTIVE                 SubscriptionCancelled  ACTIVE                 SubscriptionPaused  SubscriptionPaused  ACTIVE                 SubscriptionCancelled  ACTIVE
renew_free  holder      NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
renew_free  supporter   NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
cancel      holder      CANCELLED              -                      EXPIRED                PAUSED              -                   EXPIRED                -                      EXPIRED
cancel      supporter   CANCELLED              -                      EXPIRED                PAUSED              -                   EXPIRED                -                      EXPIRED
cancel      merchant    CANCELLED              -                      EXPIRED                PAUSED              -                   EXPIRED                -                      EXPIRED
cancel      anyone      NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
cancel      airdropper  NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
undo        holder      NotCancelled           ACTIVE                 NotCancelled           NotCancelled        PAUSED              NotCancelled           ACTIVE                 NotCancelled
undo        supporter   NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
undo        merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
pause       holder      PAUSED                 PAUSED                 NotActive              AlreadyPaused       AlreadyPaused       NotActive              NotActive              NotActive
pause       merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
unpause     holder      NotPaused              NotPaused              NotPaused              ACTIVE              CANCELLED           NotPaused              NotPaused              NotPaused
unpause     merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
plan        holder      ACTIVE                 NotActive              NotActive              NotActive           NotActive           NotActive              NotActive              NotActive
plan_free   airdropper  ACTIVE                 NotActive              NotActive              NotActive           NotActive           NotActive              NotActive              NotActive
plan        merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
plan_free   supporter   NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
units       holder      ACTIVE                 NotActive              NotActive              NotActive           NotActive           NotActive              NotActive              NotActive
units_free  airdropper  ACTIVE                 NotActive              NotActive              NotActive           NotActive           NotActive              NotActive              NotActive
units       merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
units_free  supporter   NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
auto_on     holder      ACTIVE                 CANCELLED              PAST_DUE               PAUSED              PAUSED              EXPIRED                EXPIRED                EXPIRED
auto_off    holder      ACTIVE                 CANCELLED              PAST_DUE               PAUSED              PAUSED              EXPIRED                EXPIRED                EXPIRED
auto_on     merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
auto_off    supporter   NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
end         holder      EXPIRED                EXPIRED                EXPIRED                EXPIRED             EXPIRED             -                      -                      -
end         merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
buy         holder      AlreadyOnPass          AlreadyOnPass          AlreadyOnPass          AlreadyOnPass       AlreadyOnPass       ACTIVE                 ACTIVE                 ACTIVE
buy_free    airdropper  AlreadyOnPass          AlreadyOnPass          AlreadyOnPass          AlreadyOnPass       AlreadyOnPass       ACTIVE                 ACTIVE                 ACTIVE
buy         merchant    NotPassHolder          NotPassHolder          NotPassHolder          NotPassHolder       NotPassHolder       NotPassHolder          NotPassHolder          NotPassHolder
buy_free    holder      NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
refund      refunder    ACTIVE                 CANCELLED              PAST_DUE               PAUSED              PAUSED              EXPIRED                EXPIRED                EXPIRED
revoke      refunder    EXPIRED                EXPIRED                EXPIRED                EXPIRED             EXPIRED             EXPIRED                EXPIRED                EXPIRED
refund      supporter   NotAuthorized          NotAuthorized          NotAuthorized          NotAuthorized       NotAuthorized       NotAuthorized          NotAuthorized          NotAuthorized
move        holder      PassLocked             PassLocked             PassLocked             PAUSED              PAUSED              EXPIRED                EXPIRED                EXPIRED
move        merchant    ERC721Insufficient     ERC721Insufficient     ERC721Insufficient     ERC721Insufficient  ERC721Insufficient  ERC721Insufficient     ERC721Insufficient     ERC721Insufficient
"""  # noqa: E501

# The same for what is billed by usage, where the matrix differs. DUE: cancelled and over, the last bill can still come.
# UNPAID: past due without auto-renew; BILLED: that, and the bill is paid; LAPSED and OVER: after grace.
USAGE_TABLE = """
what        who         ACTIVE                 CANCELLED              PAST_DUE               DUE                    UNPAID     BILLED     LAPSED         OVER
renew       anyone      NotDue                 SubscriptionCancelled  ACTIVE                 EXPIRED                PAST_DUE   NoConsent  PastGrace      SubscriptionCancelled
renew       holder      NotDue                 SubscriptionCancelled  ACTIVE                 ACTIVE                 ACTIVE     ACTIVE     ACTIVE         ACTIVE
renew_free  airdropper  NotDue                 SubscriptionCancelled  ACTIVE                 SubscriptionCancelled  ACTIVE     ACTIVE     ACTIVE         SubscriptionCancelled
cancel      holder      CANCELLED              -                      EXPIRED                -                      EXPIRED    EXPIRED    EXPIRED        -
undo        holder      NotCancelled           ACTIVE                 NotCancelled           ACTIVE                 NotCancelled NotCancelled NotCancelled ACTIVE
pause       holder      CannotPauseUsage       CannotPauseUsage       CannotPauseUsage       CannotPauseUsage       CannotPauseUsage CannotPauseUsage CannotPauseUsage CannotPauseUsage
plan        holder      ACTIVE                 NotActive              NotActive              NotActive              NotActive  NotActive  NotActive      NotActive
plan_free   airdropper  ACTIVE                 NotActive              NotActive              NotActive              NotActive  NotActive  NotActive      NotActive
units       holder      QuantityNotTiered      NotActive              NotActive              NotActive              NotActive  NotActive  NotActive      NotActive
auto_on     holder      ACTIVE                 CANCELLED              PAST_DUE               EXPIRED                PAST_DUE   PAST_DUE   EXPIRED        EXPIRED
end         holder      EXPIRED                EXPIRED                EXPIRED                -                      EXPIRED    EXPIRED    -              -
buy         holder      AlreadyOnPass          AlreadyOnPass          AlreadyOnPass          LastBillUnpaid         AlreadyOnPass AlreadyOnPass ACTIVE    ACTIVE
move        holder      PassLocked             PassLocked             PassLocked             PassLocked             PassLocked PassLocked EXPIRED        EXPIRED
"""  # noqa: E501

SIGNATURES = {
    "NotActive": "NotActive(uint256,uint256,uint256)",
    "NotAuthorized": "NotAuthorized(uint256,address,uint256)",
    "NotPassHolder": "NotPassHolder(uint256,address)",
    "ERC721Insufficient": "ERC721InsufficientApproval(address,uint256)",
    "CannotPauseUsage": "CannotPauseUsage(uint256)",
    "QuantityNotTiered": "QuantityNotTiered(uint256)",
}


def cells(table):
    head, *rows = [line.split() for line in table.strip().splitlines()]
    for what, who, *results in rows:
        assert len(results) == len(head) - 2, what
        for column, result in zip(head[2:], results, strict=True):
            yield pytest.param(what, who, column, result, id=f"{what} by {who} when {column}")


# --- how a subscription gets into a column ---


def to_cancelled(manager, pass_id, offer, holder):
    manager.cancelSubscription(pass_id, offer.product, True, sender=holder)


def to_past_due(manager, pass_id, offer, holder):
    travel(days=31)


def to_paused(manager, pass_id, offer, holder):
    manager.pauseSubscription(pass_id, offer.product, True, sender=holder)


def to_paused_and_cancelled(manager, pass_id, offer, holder):
    to_cancelled(manager, pass_id, offer, holder)
    to_paused(manager, pass_id, offer, holder)


def to_lapsed(manager, pass_id, offer, holder):
    travel(days=60)


def to_over(manager, pass_id, offer, holder):
    to_cancelled(manager, pass_id, offer, holder)
    travel(days=60)


def to_revoked(manager, pass_id, offer, holder):
    manager.endSubscription(pass_id, offer.product, sender=holder)


def to_due(manager, pass_id, offer, holder):
    to_cancelled(manager, pass_id, offer, holder)
    travel(days=31)


def to_unpaid(manager, pass_id, offer, holder):
    manager.setAutoRenew(pass_id, offer.product, False, sender=holder)
    travel(days=31)


def to_billed(manager, pass_id, offer, holder):
    to_unpaid(manager, pass_id, offer, holder)
    manager.renewSubscriptions([pass_id], [offer.product], sender=holder)


COLUMNS = {
    "ACTIVE": lambda *_: None,
    "CANCELLED": to_cancelled,
    "PAST_DUE": to_past_due,
    "PAUSED": to_paused,
    "PAUSED+": to_paused_and_cancelled,
    "LAPSED": to_lapsed,
    "OVER": to_over,
    "REVOKED": to_revoked,
    "DUE": to_due,
    "UNPAID": to_unpaid,
    "BILLED": to_billed,
}


# --- what can be done with it ---


def do(what, shop, pass_id, offer, other, by):
    manager, product, free = shop.system.manager, offer.product, what.endswith("_free")
    change = (shop.org, pass_id, product, other, free)
    line = offer.line if offer.meter else (*offer.line, 2)
    calls = {
        "renew": (manager.renewSubscription, pass_id, product, free),
        "cancel": (manager.cancelSubscription, pass_id, product, True),
        "undo": (manager.cancelSubscription, pass_id, product, False),
        "pause": (manager.pauseSubscription, pass_id, product, True),
        "unpause": (manager.pauseSubscription, pass_id, product, False),
        "plan": (manager.changeSubscriptionPricing, change),
        "units": (manager.changeTieredSubscriptionUnitQuantity, pass_id, product, 3, free),
        "auto_on": (manager.setAutoRenew, pass_id, product, True),
        "auto_off": (manager.setAutoRenew, pass_id, product, False),
        "end": (manager.endSubscription, pass_id, product),
        "refund": (manager.refundProduct, pass_id, product, 1, False),
        "revoke": (manager.refundProduct, pass_id, product, shop.system.lens.refundable(pass_id, product), True),
        "move": (shop.system.product_pass.transferFrom, shop.holder(pass_id), shop.system.owner, pass_id),
    }
    if what.startswith("buy"):
        shop.buy_more(pass_id, line, airdrop=free, by=by)
        return
    name = "renew" if what.startswith("renew") else what.removesuffix("_free")
    call, *arguments = calls[name]
    call(*arguments, sender=by)


def check(shop, pass_id, offer, other, cell, callers):
    what, who, column, result = cell
    manager, holder = shop.system.manager, shop.holder(pass_id)
    COLUMNS[column](manager, pass_id, offer, holder)
    if what == "renew_off":
        manager.setAutoRenew(pass_id, offer.product, False, sender=holder)
    called = shop.system.product_pass if what == "move" else manager
    by = holder if who == "holder" else callers[who]
    before = manager.stateOf(pass_id, offer.product)
    if result in STATUSES:
        do(what, shop, pass_id, offer, other, by)
        assert STATUSES[shop.state(pass_id, offer.product).status] == result
    elif result == "-":
        do(what, shop, pass_id, offer, other, by)
        assert (events(manager, "SubscriptionStateChanged"), manager.stateOf(pass_id, offer.product)) == ([], before)
    else:
        with refused(called, SIGNATURES.get(result, f"{result}(uint256,uint256)")):
            do(what, shop, pass_id, offer, other, by)
        assert manager.stateOf(pass_id, offer.product) == before


@pytest.fixture(scope="session")
def callers(keeper, everybody):
    return {"anyone": keeper, **everybody}


@pytest.mark.parametrize(("what", "who", "column", "result"), cells(TABLE))
def test_r13_cell_of_the_matrix(shop, buyer, seats, dear_seats, callers, what, who, column, result):
    pass_id = shop.buy(buyer, (*seats.line, 2))
    check(shop, pass_id, seats, dear_seats, (what, who, column, result), callers)


@pytest.mark.parametrize(("what", "who", "column", "result"), cells(USAGE_TABLE))
def test_r13_cell_of_the_matrix_when_it_is_usage(
    shop, metered_pass, metered, other_metered, callers, what, who, column, result
):
    check(shop, metered_pass, metered, other_metered, (what, who, column, result), callers)


@pytest.fixture
def metered_pass(shop, manager, buyer, metered):
    pass_id = shop.buy(buyer, metered.line)
    manager.setUsageCap(pass_id, metered.product, 10_000, sender=buyer)
    shop.record(metered.meter, pass_id, 20)
    return pass_id


@pytest.fixture(scope="session")
def dear_seats(shop, seats):
    """A plan of seats at twice the price, for the same product."""
    return shop.offer(seats.product, 2, tiers=[(1, 0, 6_000_000, 0)])
