from dataclasses import dataclass, replace

import boa
import pytest

from tests.support.shop import ONE_TIME, PROMOTIONS, Shop
from tests.support.system import own_system

system = own_system()

LISTED, OPEN, ORG_ONLY = 0, 1, 2  # modes of discounts


@dataclass(frozen=True)
class Terms:
    """CouponTerms; valid ones."""

    bps: int = 1_000
    expiry: int = 0
    max_redemptions: int = 0
    renewals: int = 0
    once_per_wallet: bool = False
    first_pass_only: bool = False
    restricted: bool = False
    active: bool = True

    def abi(self) -> tuple:
        return (
            self.bps,
            self.expiry,
            self.max_redemptions,
            self.renewals,
            self.once_per_wallet,
            self.first_pass_only,
            self.restricted,
            self.active,
        )


@dataclass(frozen=True)
class Application:
    """What PurchaseManager asks; a first purchase of one product with the code SAVE."""

    org_id: int
    caller: str
    product_pass_id: int = 1
    new_pass: bool = True
    discount_ids: tuple[int, ...] = ()
    code: str = "SAVE"
    product_ids: tuple[int, ...] = (1,)

    def abi(self) -> tuple:
        return (
            self.org_id,
            self.product_pass_id,
            self.caller,
            self.new_pass,
            list(self.discount_ids),
            self.code,
            list(self.product_ids),
        )


@pytest.fixture(scope="session")
def promotions(system):
    return system.promotions


@pytest.fixture(scope="session")
def manager(system) -> str:
    """PurchaseManager, as the sender of a call."""
    address = system.manager.address
    boa.env.set_balance(address, 10**30)
    return address


@pytest.fixture(scope="session")
def shop(system) -> Shop:
    """The organization."""
    return Shop(system, "org_owner")


@pytest.fixture(scope="session")
def org_owner(shop) -> str:
    return shop.merchant


@pytest.fixture(scope="session")
def other_org_owner(system) -> str:
    return system.person("other_org_owner")


@pytest.fixture(scope="session")
def org_id(shop) -> int:
    return shop.org


@pytest.fixture(scope="session")
def other_org_id(system, other_org_owner) -> int:
    return system.org_nft.mint(other_org_owner)


@pytest.fixture(scope="session")
def promoter(shop) -> str:
    """Has role promotions of the organization, and no other."""
    return shop.role("promoter", PROMOTIONS)


@pytest.fixture(scope="session")
def clerk(shop) -> str:
    """Has every role of the organization but promotions."""
    return shop.role("clerk", 63 - PROMOTIONS)


@pytest.fixture(scope="session")
def buyer(system) -> str:
    return system.person("coupon_buyer")


@pytest.fixture(scope="session")
def other_buyer(system) -> str:
    return system.person("other_coupon_buyer")


@pytest.fixture
def outsiders(system, clerk, buyer, other_org_owner, manager) -> list[str]:
    """Everybody who must not touch the organization's promotions."""
    return [clerk, buyer, other_org_owner, manager, system.owner]


@pytest.fixture
def create_coupon(promotions, promoter, org_id):
    """Makes a coupon with the code SAVE or another; returns its id."""

    def call(code: str = "SAVE", products: tuple[int, ...] = (), **terms) -> int:
        key = promotions.couponHash(org_id, code)
        return promotions.createCoupon(org_id, key, Terms(**terms).abi(), list(products), sender=promoter)

    return call


@pytest.fixture
def create_discount(promotions, promoter, org_id):
    def call(bps: int = 500, mode: int = OPEN, max_mints: int = 0) -> int:
        return promotions.createDiscount(org_id, "Loyal", bps, max_mints, mode, sender=promoter)

    return call


@pytest.fixture
def cart(org_id, buyer) -> Application:
    return Application(org_id, buyer)


@pytest.fixture
def apply(promotions, manager, cart):
    """PurchaseManager applies the cart, changed as given; quote and charge agree, also in what they refuse."""

    def call(**changes):
        application = replace(cart, **changes).abi()
        try:
            quote = promotions.quoteApply(application)
        except boa.BoaError:
            refusal = promotions._computation.output
            with pytest.raises(boa.BoaError):
                promotions.apply(application, sender=manager)
            assert promotions._computation.output == refusal
            raise
        assert promotions.apply(application, sender=manager) == quote
        return quote

    return call


@pytest.fixture
def buy_pass(shop):
    """A wallet buys a new pass of the organization, for nothing and without a code."""
    product = shop.product()
    pricing = shop.offer(product, ONE_TIME)

    def call(wallet: str) -> int:
        return shop.buy(wallet, (product, pricing))

    return call


@pytest.fixture
def mint_pass(system, manager, buyer, org_id):
    """Passes that exist, of the buyer, ids from 1001."""
    minted: list[int] = []

    def call(discount_bps: int = 0, org: int = org_id) -> int:
        pass_id = 1_001 + len(minted)
        word = int(buyer, 16) | org << 160 | 1 << 192 | discount_bps << 232 | 1 << 246
        system.product_pass.mint(pass_id, word, sender=manager)
        minted.append(pass_id)
        return pass_id

    return call
