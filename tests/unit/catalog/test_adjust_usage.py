import pytest

from tests.support.shop import USAGE_VOLUME, only_event, travel
from tests.support.system import refused

NOT_LOWER = "UsageNotLower(uint256,uint256)"
BELOW_MARK = "UsageBelowMark(uint256,uint256)"


@pytest.fixture
def adjust(catalog, merchant, meter):
    return lambda pass_id, units, meter=meter: catalog.adjustUsage(meter, pass_id, units, sender=merchant)


@pytest.fixture
def read(catalog, meter):
    return lambda pass_id: catalog.usageTotal(meter, pass_id)


@pytest.mark.parametrize("units", [0, 1, 9])
def test_r11_corrects_downwards_when_nothing_is_billed(catalog, shop, meter, adjust, read, pass_id, units):
    shop.record(meter, pass_id, 10)
    adjust(pass_id, units)
    assert tuple(only_event(catalog, "UsageRecorded"))[1:] == (meter, pass_id, units - 10, units)
    assert read(pass_id) == units


def test_corrects_the_largest_reading_when_it_is_wrong(catalog, shop, meter, adjust, read, pass_id):
    shop.record(meter, pass_id, 2**48 - 1)
    adjust(pass_id, 0)
    assert only_event(catalog, "UsageRecorded").delta == -(2**48 - 1)
    assert read(pass_id) == 0


@pytest.mark.parametrize("units", [10, 11, 2**256 - 1])
def test_w20_refuses_when_the_correction_is_not_downwards(catalog, shop, meter, adjust, pass_id, units):
    shop.record(meter, pass_id, 10)
    with refused(catalog, NOT_LOWER, units, 10):
        adjust(pass_id, units)


@pytest.mark.parametrize("pass_id", [0, 1, 99])
def test_refuses_when_nothing_is_recorded(catalog, adjust, pass_id):
    with refused(catalog, NOT_LOWER, 0, 0):
        adjust(pass_id, 0)


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_meter(catalog, adjust, pass_id, missing):
    with refused(catalog, "NoSuchMeter(uint256)", missing):
        adjust(pass_id, 0, meter=missing)


def test_corrects_when_the_meter_is_not_active(catalog, shop, merchant, meter, adjust, read, pass_id):
    shop.record(meter, pass_id, 10)
    catalog.setMeterActive(meter, False, sender=merchant)
    adjust(pass_id, 4)
    assert read(pass_id) == 4


@pytest.fixture
def billed(system, shop, product, meter, buyer):
    """A pass with two usage products on one meter, bought when the reading was 0; the second one billed up to 10."""
    pricing = shop.offer(product, USAGE_VOLUME, meter=meter, tiers=[(1, 0, 1, 0)])
    other = shop.product()
    shop.link(other, pricing)
    pass_id = shop.buy(buyer, (product, pricing), (other, pricing))
    shop.record(meter, pass_id, 10)
    system.manager.setUsageCap(pass_id, other, 100, sender=buyer)
    travel(days=30)
    system.manager.renewSubscription(pass_id, other, False, sender=buyer)
    shop.record(meter, pass_id, 5)
    return pass_id


@pytest.mark.parametrize("units", [9, 0])
def test_w20_refuses_when_the_correction_goes_below_what_was_billed(catalog, adjust, read, billed, units):
    with refused(catalog, BELOW_MARK, units, 10):
        adjust(billed, units)
    assert read(billed) == 15


@pytest.mark.parametrize("units", [10, 14])
def test_w20_corrects_when_it_stays_at_or_above_what_was_billed(adjust, read, billed, units):
    adjust(billed, units)
    assert read(billed) == units


def test_w20_refuses_when_the_correction_goes_below_the_start_of_a_subscription(
    catalog, shop, product, meter, adjust, pass_id
):
    """The mark of a new usage subscription is the reading at its purchase."""
    shop.record(meter, pass_id, 10)
    other = shop.product()
    shop.buy_more(pass_id, (other, shop.offer(other, USAGE_VOLUME, meter=meter)))
    shop.record(meter, pass_id, 5)
    with refused(catalog, BELOW_MARK, 9, 10):
        adjust(pass_id, 9)
    adjust(pass_id, 10)


def test_corrects_freely_when_another_meter_was_billed(shop, catalog, merchant, billed):
    other = shop.meter()
    shop.record(other, billed, 3)
    catalog.adjustUsage(other, billed, 0, sender=merchant)
    assert catalog.usageTotal(other, billed) == 0
