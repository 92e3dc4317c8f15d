import pytest

from tests.support.shop import ONE_TIME, USAGE_VOLUME, events, only_event
from tests.support.system import refused

MAX_READING = 2**48 - 1


@pytest.fixture
def record(catalog, merchant, meter):
    return lambda passes, units, meter=meter: catalog.recordUsage(meter, passes, units, sender=merchant)


@pytest.fixture
def other_pass(shop, product, stranger):
    return shop.airdrop([stranger], (product, shop.offer(product, ONE_TIME)))


def test_r11_adds_to_the_reading_when_units_are_recorded(catalog, record, meter, pass_id):
    record([pass_id], [5])
    assert tuple(only_event(catalog, "UsageRecorded"))[1:] == (meter, pass_id, 5, 5)
    record([pass_id], [3])
    assert tuple(only_event(catalog, "UsageRecorded"))[1:] == (meter, pass_id, 3, 8)
    assert catalog.usageTotal(meter, pass_id) == 8


def test_r11_records_each_when_several_passes_are_given(catalog, record, meter, pass_id, other_pass):
    record([pass_id, other_pass, pass_id], [5, 7, 1])
    found = [tuple(e)[1:] for e in events(catalog, "UsageRecorded")]
    assert found == [(meter, pass_id, 5, 5), (meter, other_pass, 7, 7), (meter, pass_id, 1, 6)]
    assert [catalog.usageTotal(meter, p) for p in (pass_id, other_pass)] == [6, 7]


def test_keeps_readings_apart_when_there_are_several_meters(catalog, shop, record, meter, pass_id):
    record([pass_id], [5])
    assert catalog.usageTotal(shop.meter(), pass_id) == 0


def test_records_200_passes_when_they_are_given_at_once(catalog, record, meter, pass_id):
    record([pass_id] * 200, [1] * 200)
    assert len(events(catalog, "UsageRecorded")) == 200
    assert catalog.usageTotal(meter, pass_id) == 200


def test_r11_records_for_a_pass_when_it_has_no_product_of_the_meter_yet(catalog, record, meter, pass_id):
    record([pass_id], [1])
    assert catalog.usageTotal(meter, pass_id) == 1


@pytest.mark.parametrize("units", [0, 1, MAX_READING])
def test_keeps_the_reading_when_it_fits(catalog, record, meter, pass_id, units):
    record([pass_id], [units])
    assert only_event(catalog, "UsageRecorded").delta == units
    assert catalog.usageTotal(meter, pass_id) == units


@pytest.mark.parametrize("present", [0, 1, MAX_READING])
@pytest.mark.parametrize("beyond", [1, 2**200])
def test_refuses_when_the_reading_would_not_fit(catalog, record, meter, pass_id, present, beyond):
    record([pass_id], [present])
    room = MAX_READING - present
    with refused(catalog, "NumberTooLarge(uint256,uint256)", room + beyond, room):
        record([pass_id], [room + beyond])
    record([pass_id], [room])
    assert catalog.usageTotal(meter, pass_id) == MAX_READING


def test_refuses_when_the_meter_is_not_active(catalog, merchant, record, meter, pass_id):
    catalog.setMeterActive(meter, False, sender=merchant)
    with refused(catalog, "MeterInactive(uint256)", meter):
        record([pass_id], [1])


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_refuses_when_there_is_no_such_meter(catalog, record, pass_id, missing):
    with refused(catalog, "NoSuchMeter(uint256)", missing):
        record([pass_id], [1], meter=missing)


def test_refuses_when_the_list_is_empty(catalog, record):
    with refused(catalog, "EmptyList()"):
        record([], [])


@pytest.mark.parametrize("units", [[], [1, 1]])
def test_refuses_when_the_lists_differ_in_length(catalog, record, pass_id, units):
    with refused(catalog, "LengthMismatch()"):
        record([pass_id], units)


@pytest.mark.parametrize("missing", [0, 99, 2**256 - 1])
def test_w20_refuses_when_there_is_no_such_pass(catalog, record, meter, pass_id, missing):
    with refused(catalog, "NoSuchPass(uint256)", missing):
        record([pass_id, missing], [1, 1])
    assert catalog.usageTotal(meter, pass_id) == 0


def test_w20_refuses_when_the_pass_is_burned(catalog, system, record, buyer, pass_id):
    system.product_pass.burn(pass_id, sender=buyer)
    with refused(catalog, "NoSuchPass(uint256)", pass_id):
        record([pass_id], [1])


def test_w20_refuses_when_the_pass_is_of_another_organization(catalog, shop, rival, record, stranger):
    course = rival.product()
    theirs = rival.airdrop([stranger], (course, rival.offer(course, ONE_TIME)))
    with refused(catalog, "PassOfAnotherOrganization(uint256,uint256)", theirs, shop.org):
        record([theirs], [1])


def test_w20_refuses_when_the_meter_is_of_another_organization(catalog, rival, merchant, pass_id):
    theirs = rival.meter()
    with refused(catalog, "NotAuthorized(uint256,address,uint256)", rival.org, merchant, 8):
        catalog.recordUsage(theirs, [pass_id], [1], sender=merchant)


def test_w20_bills_both_when_two_products_share_a_meter(system, shop, record, meter, buyer):
    tiers = [(1, 0, 10, 0)]
    courses = [shop.product(), shop.product()]
    pricing = shop.pricing(USAGE_VOLUME, meter=meter, tiers=tiers)
    for course in courses:
        shop.link(course, pricing)
    pass_id = shop.buy(buyer, *((course, pricing) for course in courses))
    record([pass_id], [6])
    assert [tuple(system.lens.usageOf(pass_id, course))[:2] for course in courses] == [(6, 60), (6, 60)]
