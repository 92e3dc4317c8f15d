"""createMeter, setMeterActive, meterTotal."""

import pytest

from tests.support.shop import USAGE_VOLUME, only_event
from tests.support.system import refused

ON = 1 << 32


def test_creates_an_active_meter_when_the_merchant_calls(catalog, shop):
    meter = shop.meter()
    assert tuple(only_event(catalog, "MeterSet"))[1:] == (shop.org, meter, True)
    assert catalog.meterWords(meter) == shop.org | ON


def test_counts_ids_from_one_when_several_organizations_create(shop, rival):
    assert [shop.meter(), rival.meter(), shop.meter()] == [1, 2, 3]


@pytest.mark.parametrize("active", [False, True])
def test_switches_a_meter_when_the_merchant_calls(catalog, shop, merchant, meter, active):
    catalog.setMeterActive(meter, active, sender=merchant)
    assert tuple(only_event(catalog, "MeterSet"))[1:] == (shop.org, meter, active)
    assert catalog.meterWords(meter) == shop.org | ON * active


def test_switches_back_when_a_meter_was_off(catalog, shop, merchant, meter):
    catalog.setMeterActive(meter, False, sender=merchant)
    catalog.setMeterActive(meter, True, sender=merchant)
    assert catalog.meterWords(meter) == shop.org | ON


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_meter(catalog, merchant, missing):
    with refused(catalog, "NoSuchMeter(uint256)", missing):
        catalog.setMeterActive(missing, True, sender=merchant)


def test_keeps_readings_when_a_meter_is_off(catalog, shop, merchant, meter, pass_id):
    shop.record(meter, pass_id, 7)
    catalog.setMeterActive(meter, False, sender=merchant)
    assert catalog.usageTotal(meter, pass_id) == 7


def test_tells_the_reading_of_the_pricings_meter_when_asked_for_a_pricing(catalog, shop, meter, pass_id):
    pricing, other = shop.pricing(USAGE_VOLUME, meter=meter), shop.pricing(USAGE_VOLUME)
    shop.record(meter, pass_id, 7)
    assert catalog.meterTotal(pricing, pass_id) == 7
    assert catalog.meterTotal(pricing, pass_id + 1) == 0
    assert catalog.meterTotal(other, pass_id) == 0
