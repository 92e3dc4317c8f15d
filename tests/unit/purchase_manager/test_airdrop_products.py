import pytest

from tests.support.offers import MONTH_PRICE
from tests.support.shop import ACTIVE, CYCLES, MONTHLY, NO_REFERENCE, events, now, only_event
from tests.support.system import NATIVE, refused

REFERENCE = b"winners of may".ljust(32, b"\0")


@pytest.fixture
def wallets(system):
    return [system.person(f"recipient {i}") for i in range(3)]


def test_each_recipient_has_a_pass_when_airdropped(shop, manager, product_pass, wallets, license_offer, monthly):
    supply = manager.passSupply()
    first = shop.airdrop(wallets, license_offer.line, monthly.line)
    assert first == supply + 1
    assert manager.passSupply() == supply + 3
    for i, wallet in enumerate(wallets):
        assert product_pass.ownerOf(first + i) == wallet
        assert shop.system.lens.productsOf(first + i) == [license_offer.product, monthly.product]
        assert product_pass.wordOf(first + i) >> 246 & 0xFF == 2


def test_subscription_runs_free_and_without_consent_when_airdropped(shop, wallets, monthly):
    item = shop.state(shop.airdrop(wallets, monthly.line), monthly.product)
    assert (item.status, item.start, item.end) == (ACTIVE, now(), now() + CYCLES[MONTHLY])
    assert (item.rate, item.autoRenew, item.graceDays) == (0, False, 3)


def test_events_tell_all_when_airdropped(shop, manager, airdropper, wallets, seats, license_offer):
    lines = [[seats.product, license_offer.product], [seats.pricing, license_offer.pricing], [2, 0]]
    first = manager.airdropProducts(shop.org, wallets, *lines, REFERENCE, sender=airdropper)
    event = only_event(manager, "ProductsAirdropped")
    states = events(manager, "SubscriptionStateChanged")
    assert (event.orgId, event.firstPassId, event.orderReference) == (shop.org, first, REFERENCE)
    assert (event.purchaser, event.recipients) == (airdropper, wallets)
    assert [event.productIds, event.pricingIds, event.quantities] == lines
    told = {(e.productPassId, e.productId): e.state for e in states}
    assert told == {(first + i, p): manager.stateOf(first + i, p) for i in range(3) for p in lines[0]}
    assert len(states) == 6


def test_no_purchase_and_no_metadata_event_when_airdropped(shop, manager, wallets, monthly):
    shop.airdrop(wallets, monthly.line)
    names = {type(log).__name__ for log in manager.get_logs()}
    assert names == {"SubscriptionStateChanged", "Transfer", "ProductsAirdropped"}


def test_promises_are_those_of_a_sale_when_airdropped_as_new_passes(shop, wallets, bound_offer, monthly):
    shop.rules()
    first = shop.airdrop(wallets, bound_offer.line, monthly.line)
    assert not shop.state(first, bound_offer.product).transferable
    item = shop.state(first, monthly.product)
    assert (item.transferable, item.pausable) == (True, False)


def test_one_wallet_has_two_passes_when_named_twice(shop, product_pass, wallets, license_offer):
    first = shop.airdrop([wallets[0], wallets[0]], license_offer.line)
    assert product_pass.ownerOf(first) == product_pass.ownerOf(first + 1) == wallets[0]


def test_supply_counts_each_recipient_when_airdropped(shop, manager, wallets, license_offer):
    sold = shop.system.lens.productOf(license_offer.product).sold
    shop.product(product=license_offer.product, max_supply=sold + 3)
    shop.airdrop(wallets, license_offer.line)
    assert shop.system.lens.productOf(license_offer.product).sold == sold + 3
    with refused(manager, "SoldOut(uint256,uint256)", license_offer.product, sold + 3):
        shop.airdrop(wallets[:1], license_offer.line)


def test_sale_rules_do_not_matter_when_airdropped(shop, wallets, monthly):
    shop.rules(closed=True, allow_list=True, gifting_off=True, max_passes=1)
    shop.flags(monthly.pricing, active=False, restricted=True)
    shop.product(product=monthly.product, active=False)
    shop.airdrop([wallets[0]] * 3, monthly.line)
    assert shop.system.catalog.passesBought(shop.org, wallets[0]) == 0


def test_refused_when_the_pricing_is_retired_or_not_linked(shop, manager, wallets, license_offer, monthly):
    with refused(manager, "PricingNotLinked(uint256,uint256)", license_offer.product, monthly.pricing):
        shop.airdrop(wallets, (license_offer.product, monthly.pricing))
    shop.flags(monthly.pricing, retired=True)
    with refused(manager, "PricingRetired(uint256)", monthly.pricing):
        shop.airdrop(wallets, monthly.line)


def test_native_and_metered_products_can_be_given_when_airdropped(shop, wallets, coin_monthly, metered):
    first = shop.airdrop(wallets, coin_monthly.line)
    assert shop.state(first, coin_monthly.product).native
    first = shop.airdrop(wallets, metered.line)
    assert shop.system.lens.usageOf(first, metered.product) == (0, 0, 0)
    assert (shop.balance(), shop.balance(NATIVE)) == (0, 0)


def test_refused_when_tokens_are_mixed(shop, manager, token, wallets, monthly, coin_monthly):
    with refused(manager, "MixedTokens(address,address)", token.address, NATIVE):
        shop.airdrop(wallets, monthly.line, coin_monthly.line)


# --- references ---


def test_refused_when_the_reference_was_used(shop, rival, manager, wallets, license_offer):
    assert not manager.isReferenceUsed(shop.org, REFERENCE)
    shop.airdrop(wallets, license_offer.line, reference=REFERENCE)
    assert manager.isReferenceUsed(shop.org, REFERENCE)
    assert not manager.isReferenceUsed(rival.org, REFERENCE)
    with refused(manager, "ReferenceUsed(uint256,bytes32)", shop.org, REFERENCE):
        shop.airdrop(wallets, license_offer.line, reference=REFERENCE)


def test_reference_stays_free_when_the_airdrop_fails(shop, manager, wallets, license_offer):
    with refused(manager, "ERC721InvalidReceiver(address)", NATIVE):
        shop.airdrop([*wallets, NATIVE], license_offer.line, reference=REFERENCE)
    assert not manager.isReferenceUsed(shop.org, REFERENCE)
    shop.airdrop(wallets, license_offer.line, reference=REFERENCE)


def test_no_reference_can_be_repeated_when_it_is_zero(shop, manager, wallets, license_offer):
    for _ in range(2):
        shop.airdrop(wallets, license_offer.line, reference=NO_REFERENCE)
    assert not manager.isReferenceUsed(shop.org, NO_REFERENCE)


# --- refusals ---


@pytest.mark.parametrize("person", ["buyer", "stranger", "everything_else", "refunder", "supporter"])
def test_refused_when_the_caller_has_no_such_role(shop, manager, everybody, wallets, license_offer, person):
    caller = everybody[person]
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, caller, 4):
        manager.airdropProducts(
            shop.org, wallets, [license_offer.product], [license_offer.pricing], [0], NO_REFERENCE, sender=caller
        )


def test_refused_when_the_role_was_given_by_another_organization(shop, rival, manager, wallets, license_offer):
    with refused(manager, "NotAuthorized(uint256,address,uint256)", shop.org, rival.merchant, 4):
        manager.airdropProducts(
            shop.org, wallets, [license_offer.product], [license_offer.pricing], [0], b"", sender=rival.merchant
        )


def test_refused_when_purchases_are_paused(shop, system, manager, wallets, monthly):
    manager.pausePurchases(sender=system.owner)
    with refused(manager, "PurchasesPaused()"):
        shop.airdrop(wallets, monthly.line)


def test_refused_when_there_is_no_recipient_or_no_line(shop, manager, wallets, monthly):
    with refused(manager, "EmptyList()"):
        shop.airdrop([], monthly.line)
    with refused(manager, "EmptyList()"):
        shop.airdrop(wallets)


def test_refused_when_the_lists_differ_in_length(shop, manager, merchant, wallets, monthly):
    with refused(manager, "LengthMismatch()"):
        manager.airdropProducts(shop.org, wallets, [monthly.product], [], [0], NO_REFERENCE, sender=merchant)


def test_refused_when_a_product_is_named_twice(shop, manager, wallets, monthly):
    with refused(manager, "AlreadyOnPass(uint256,uint256)", manager.passSupply() + 1, monthly.product):
        shop.airdrop(wallets, monthly.line, monthly.line)


@pytest.mark.parametrize(("recipients", "lines"), [(200, 2), (101, 2), (9, 23)])
def test_refused_when_recipients_times_lines_are_too_many(shop, manager, monthly, friend, recipients, lines):
    with refused(manager, "BatchTooLarge(uint256,uint256)", recipients * lines, 200):
        shop.airdrop([friend] * recipients, *[monthly.line] * lines)


@pytest.mark.parametrize(("recipients", "lines"), [(200, 1), (100, 2)])
def test_airdropped_when_recipients_times_lines_are_just_allowed(
    shop, product_pass, friend, license_offer, monthly, recipients, lines
):
    first = shop.airdrop([friend] * recipients, *[license_offer.line, monthly.line][:lines])
    assert product_pass.ownerOf(first + recipients - 1) == friend


def test_refused_when_a_recipient_is_nobody(shop, manager, wallets, monthly):
    with refused(manager, "ERC721InvalidReceiver(address)", NATIVE):
        shop.airdrop([wallets[0], NATIVE], monthly.line)


def test_nothing_is_charged_when_the_list_price_is_high(shop, manager, friend, token, monthly):
    before = token.balanceOf(friend)
    first = shop.airdrop([friend], monthly.line)
    assert token.balanceOf(friend) == before
    assert shop.system.lens.refundable(first, monthly.product) == 0
    assert MONTH_PRICE > 0
