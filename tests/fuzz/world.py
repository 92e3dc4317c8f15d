"""The shop that every machine starts from: two organizations, one of everything, three customers.

Made once in a session fixture, through the contracts and the model alike; `Session.fork` undoes what a
run did to the chain, and copies the model.
"""

from typing import Any

from tests.fuzz.chain import Chain, wallet
from tests.fuzz.driver import Driver
from tests.fuzz.model.escrow import Token
from tests.fuzz.model.pricing import DAY, NATIVE
from tests.fuzz.model.shop import Shop
from tests.fuzz.session import Session

START = 1_900_000_000
RICH, COINS = 10**27, 10**24
PEOPLE = ["maker", "rival", "clerk", "treasurer", "keeper", "alice", "bob", "carol"]
BUYERS = ["alice", "bob", "carol"]
ORG, OTHER_ORG = 1, 2
PRODUCTS = [1, 2, 3, 4, 5, 6]  # of ORG
OTHER_PRODUCT = 7
METER, OTHER_METER, SECOND_METER = 1, 2, 3
CODES = ["SPRING", "FRIEND", "ONCE", "NOPE"]

VOLUME = [(1, 5, 10**6, 10), (6, 20, 8 * 10**5, 0), (21, 0, 5 * 10**5, 7)]
GRADUATED = [(0, 10, 333, 5), (11, 50, 222, 0), (51, 0, 111, 1)]
USED_VOLUME = [(1, 100, 7, 3), (101, 0, 5, 0)]
USED_GRADUATED = [(0, 9, 1_000, 0), (10, 0, 900, 11)]

# Names of the pricings of ORG, by id from 1; (style, frequency, token, flat price, meter, tiers).
PRICINGS: dict[str, tuple[int, int, str, int, int, list]] = {
    "once": (0, 0, "Token", 1_000_003, 0, []),
    "daily": (1, 1, "Token", 70_001, 0, []),
    "monthly": (1, 3, "Token", 10**8 + 7, 0, []),
    "yearly": (1, 5, "Token", 10**9, 0, []),
    "free": (1, 3, "Token", 0, 0, []),
    "seats": (2, 3, "Token", 0, 0, VOLUME),
    "weekly_seats": (3, 2, "Token", 0, 0, GRADUATED),
    "used": (4, 2, "Token", 0, METER, USED_VOLUME),
    "used_monthly": (5, 3, "Token", 0, METER, USED_GRADUATED),
    "coin_once": (0, 0, "", 10**15, 0, []),
    "coin_weekly": (1, 2, "", 10**16 + 1, 0, []),
    "coin_seats": (2, 3, "", 0, 0, VOLUME),
    "coin_used": (4, 1, "", 0, METER, USED_VOLUME),
    "used_second": (4, 2, "Token", 0, SECOND_METER, USED_VOLUME),
    "other_daily": (1, 1, "Bad", 1_000_000, 0, []),
    "other": (1, 2, "Bad", 5_000_000, 0, []),
    "other_used": (4, 1, "Bad", 0, METER, USED_VOLUME),
}
IDS = {name: i + 1 for i, name in enumerate(PRICINGS)}
OTHER_PRICING = len(PRICINGS) + 1  # of OTHER_ORG


def product(active: bool = True, transferable: bool = True, supply: int = 0, name: str = "Course") -> tuple:
    return (name, "", "", "", transferable, active, supply)


def terms(
    style: int, frequency: int, token: str, flat: int, meter: int, tiers: list, restricted: bool = False
) -> tuple:
    return (style, frequency, token, flat, meter, restricted, tiers)


def build_world() -> Session:
    people = {name: wallet(name) for name in [*PEOPLE, "platform"]}
    chain = Chain(people["platform"], START)
    shop = Shop(chain.addresses["PaymentEscrow"], people["platform"], START)
    tokens = {name: chain.addresses[name] for name in ("Token", "Bad")}
    session = Session(Driver(chain), shop, people, tokens)
    _fund(session)
    _open_shops(session)
    chain.mark()
    return session


def _fund(session: Session) -> None:
    """Everybody has enough of everything; carol gave a small allowance."""
    escrow = session.shop.state.escrow
    escrow.tokens[NATIVE].balances = dict.fromkeys(session.people.values(), COINS) | {escrow.address: 0}
    for address in session.people.values():
        session.driver.chain.set_balance(address, COINS)
    for name, token_address in session.tokens.items():
        token = escrow.tokens[token_address] = Token()
        for person, address in session.people.items():
            allowance = 10**9 if person == "carol" else RICH
            session.driver.tell(f"{name}.mint", address, RICH, by=address)
            session.driver.tell(f"{name}.approve", escrow.address, allowance, by=address)
            token.balances[address], token.allowances[address] = RICH, allowance


def _must(answer: Any) -> Any:
    assert answer.error is None, answer
    return answer


def _open_shops(session: Session) -> None:
    maker, rival = session.people["maker"], session.people["rival"]

    def make(name: str, *args: Any, by: str = maker) -> Any:
        return _must(session.do(name, *args, by=by)).value

    assert [make("OrganizationNFT.mint", holder) for holder in (maker, rival)] == [ORG, OTHER_ORG]
    make("OrganizationNFT.setRoles", ORG, session.people["clerk"], 63)
    make("Catalog.setSaleRules", ORG, (False, False, False, True, False, 0, 0, False))
    meters = [make("Catalog.createMeter", ORG), make("Catalog.createMeter", OTHER_ORG, by=rival)]
    assert [*meters, make("Catalog.createMeter", ORG)] == [METER, OTHER_METER, SECOND_METER]
    assert [make("Catalog.setProduct", ORG, 0, product()) for _ in PRODUCTS] == PRODUCTS
    make("Catalog.setProduct", OTHER_ORG, 0, product(), by=rival)
    for style, frequency, token, flat, meter, tiers in PRICINGS.values():
        make(
            "Catalog.createPricing", ORG, terms(style, frequency, session.tokens.get(token, NATIVE), flat, meter, tiers)
        )
    for product_id in PRODUCTS:
        make("Catalog.linkPricings", ORG, product_id, list(IDS.values()), True)
    other = terms(1, 3, session.tokens["Token"], 777, 0, [])
    make("Catalog.createPricing", OTHER_ORG, other, by=rival)
    make("Catalog.linkPricings", OTHER_ORG, OTHER_PRODUCT, [OTHER_PRICING], True, by=rival)
    session.travel(DAY)
