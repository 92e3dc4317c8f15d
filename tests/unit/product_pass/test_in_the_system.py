"""The same with the real PurchaseManager, Catalog, Promotions and PassLens behind the pass."""

import boa
import pytest

from tests.support.nfts import ZERO
from tests.support.system import DAY, NATIVE, partial, refused

PRICE = 10**18
MONTH = 30 * DAY
ONE_TIME, FLAT = 0, 1
MONTHLY = 3
REENTERS = 3
AUTO_RENEW = 1 << 246


@pytest.fixture
def merchant(system):
    return system.person("merchant")


@pytest.fixture
def buyer(system):
    wallet = system.person("buyer")
    boa.env.set_balance(wallet, 100 * PRICE)
    return wallet


@pytest.fixture
def friend(system):
    return system.person("friend")


@pytest.fixture
def org(system, merchant):
    """Pausing is on."""
    org = system.org_nft.mint(merchant)
    system.catalog.setSaleRules(org, (False, False, False, True, False, 0, 0, False), sender=merchant)
    return org


def offer(system, org, merchant, style, frequency, transferable):
    """A product with one pricing: their ids."""
    product = system.catalog.setProduct(org, 0, ("Thing", "", "", "", transferable, True, 0), sender=merchant)
    terms = (style, frequency, NATIVE, PRICE, 0, False, [])
    pricing = system.catalog.createPricing(org, terms, sender=merchant)
    system.catalog.linkPricings(org, product, [pricing], True, sender=merchant)
    return product, pricing


@pytest.fixture
def license_offer(system, org, merchant):
    return offer(system, org, merchant, ONE_TIME, 0, transferable=True)


@pytest.fixture
def bound_offer(system, org, merchant):
    return offer(system, org, merchant, ONE_TIME, 0, transferable=False)


@pytest.fixture
def monthly_offer(system, org, merchant):
    return offer(system, org, merchant, FLAT, MONTHLY, transferable=True)


def buy(system, org, buyer, *offers):
    products, pricings = ([pair[i] for pair in offers] for i in (0, 1))
    cart = (buyer, org, products, pricings, [0] * len(offers), [], "", False, False)
    system.manager.purchaseProducts(cart, sender=buyer, value=PRICE * len(offers))
    return system.manager.passSupply()


def airdrop(system, org, merchant, to, pair):
    return system.manager.airdropProducts(org, [to], [pair[0]], [pair[1]], [0], b"\0" * 32, sender=merchant)


def test_names_owner_and_org_when_a_pass_is_bought(system, org, buyer, license_offer, monthly_offer):
    pass_id = buy(system, org, buyer, license_offer, monthly_offer)
    word = system.product_pass.wordOf(pass_id)
    assert system.product_pass.ownerOf(pass_id) == buyer
    assert (word >> 160 & 0xFFFFFFFF, word >> 246 & 0xFF) == (org, 2)
    assert system.product_pass.tokenURI(pass_id).startswith("data:application/json")


def test_r22_moves_when_everything_on_the_pass_is_transferable(system, org, buyer, friend, license_offer):
    pass_id = buy(system, org, buyer, license_offer)
    assert not system.product_pass.locked(pass_id)
    assert system.product_pass.isTransferable(pass_id, buyer, friend)
    system.product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)
    assert system.product_pass.ownerOf(pass_id) == friend


def test_r22_stays_when_one_product_is_not_transferable(system, org, buyer, friend, license_offer, bound_offer):
    pass_id = buy(system, org, buyer, license_offer, bound_offer)
    assert system.product_pass.locked(pass_id)
    assert not system.product_pass.isTransferable(pass_id, ZERO, ZERO)
    assert system.product_pass.isTransferable(pass_id, buyer, ZERO)
    with refused(system.product_pass, "PassLocked(uint256,uint256)", pass_id, bound_offer[0]):
        system.product_pass.transferFrom(buyer, friend, pass_id, sender=buyer)


def test_r22_moves_paused_and_ends_consent_when_sold(system, org, buyer, friend, monthly_offer):
    pass_id = buy(system, org, buyer, monthly_offer)
    assert system.product_pass.locked(pass_id)
    system.manager.pauseSubscription(pass_id, monthly_offer[0], True, sender=buyer)
    names = [type(log).__name__ for log in system.manager.get_logs()]
    assert ("MetadataUpdate" in names, "Unlocked" in names) == (True, True)
    assert not system.product_pass.locked(pass_id)
    system.product_pass.safeTransferFrom(buyer, friend, pass_id, sender=buyer)
    assert system.manager.stateOf(pass_id, monthly_offer[0]) & AUTO_RENEW == 0
    system.manager.pauseSubscription(pass_id, monthly_offer[0], False, sender=friend)
    assert "Locked" in [type(log).__name__ for log in system.manager.get_logs()]
    assert system.product_pass.locked(pass_id)


def test_r22_unlocks_by_time_alone_when_the_subscription_expires(system, org, buyer, monthly_offer):
    pass_id = buy(system, org, buyer, monthly_offer)
    boa.env.time_travel(seconds=MONTH + 3 * DAY - 1)
    assert system.product_pass.locked(pass_id)
    boa.env.time_travel(seconds=1)
    assert not system.product_pass.locked(pass_id)


def test_tells_the_period_when_a_subscription_runs(system, org, buyer, monthly_offer):
    pass_id = buy(system, org, buyer, monthly_offer)
    start = boa.env.timestamp
    assert system.product_pass.startTime(pass_id) == start
    assert system.product_pass.endTime(pass_id) == system.product_pass.expiresAt(pass_id) == start + MONTH
    assert not system.product_pass.isTokenExpired(pass_id)
    assert system.product_pass.isRenewable(pass_id)
    boa.env.time_travel(seconds=MONTH)
    assert system.product_pass.isTokenExpired(pass_id)


def test_tells_no_end_when_something_is_for_ever(system, org, buyer, license_offer, monthly_offer):
    pass_id = buy(system, org, buyer, license_offer, monthly_offer)
    boa.env.time_travel(seconds=MONTH)
    assert system.product_pass.endTime(pass_id) == system.product_pass.expiresAt(pass_id) == 0
    assert not system.product_pass.isTokenExpired(pass_id)


def test_is_not_renewable_when_nothing_recurs(system, org, buyer, license_offer):
    assert not system.product_pass.isRenewable(buy(system, org, buyer, license_offer))


def test_shows_the_discount_when_the_org_mints_one(system, org, merchant, buyer, license_offer):
    pass_id = buy(system, org, buyer, license_offer)
    discount = system.promotions.createDiscount(org, "Friends", 1_500, 0, 2, sender=merchant)
    system.promotions.mintDiscounts(pass_id, [discount], sender=merchant)
    assert "MetadataUpdate" in [type(log).__name__ for log in system.promotions.get_logs()]
    assert system.product_pass.wordOf(pass_id) >> 232 & 0x3FFF == 1_500


def test_w38_contract_without_the_hook_can_be_given_a_pass_and_burn_it(system, org, merchant, bound_offer):
    hookless = partial("mocks/MockText").deploy().address
    pass_id = airdrop(system, org, merchant, hookless, bound_offer)
    assert system.product_pass.ownerOf(pass_id) == hookless
    system.product_pass.burn(pass_id, sender=hookless)
    assert system.product_pass.balanceOf(hookless) == 0


def test_w38_unsolicited_bound_pass_can_be_thrown_away(system, org, merchant, buyer, bound_offer):
    pass_id = airdrop(system, org, merchant, buyer, bound_offer)
    system.product_pass.burn(pass_id, sender=buyer)
    for view in (system.product_pass.locked, system.product_pass.tokenURI, system.product_pass.isTokenExpired):
        with refused(system.product_pass, "ERC721NonexistentToken(uint256)", pass_id):
            view(pass_id)


def test_ends_all_rights_when_the_pass_is_burned(system, org, buyer, license_offer, monthly_offer):
    pass_id = buy(system, org, buyer, monthly_offer)
    system.product_pass.burn(pass_id, sender=buyer)
    more = (pass_id, [license_offer[0]], [license_offer[1]], [0], "", False, False)
    with refused(system.manager, "NoSuchPass(uint256)", pass_id):
        system.manager.purchaseAdditionalProducts(more, sender=buyer, value=PRICE)
    with refused(system.manager, "NoSuchPass(uint256)", pass_id):
        system.manager.renewSubscription(pass_id, monthly_offer[0], False, sender=buyer, value=PRICE)


def test_new_holder_may_act_when_called_back_by_the_transfer(system, org, buyer, monthly_offer):
    pass_id = buy(system, org, buyer, monthly_offer)
    system.manager.pauseSubscription(pass_id, monthly_offer[0], True, sender=buyer)
    wallet = partial("mocks/MockNftReceiver").deploy()
    unpause = system.manager.pauseSubscription.prepare_calldata(pass_id, monthly_offer[0], False)
    wallet.behave(REENTERS, system.manager.address, unpause)
    system.product_pass.safeTransferFrom(buyer, wallet.address, pass_id, sender=buyer)
    assert wallet.reentrySucceeded()
    assert system.product_pass.locked(pass_id)
