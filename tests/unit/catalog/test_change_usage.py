"""`change` of what is billed by usage: the old plan is billed first, within the cap (R11, R17)."""

import pytest

from tests.support.shop import CYCLES, DAILY, FLAT, MONTHLY, USAGE_GRADUATED, USAGE_VOLUME, WEEKLY, YEARLY, now
from tests.support.system import DAY, refused
from tests.unit.catalog.inputs import Usage, held, subscription, unpack, usage_of

UNIT = 10


@pytest.fixture
def old_pricing(shop, product, meter):
    return shop.offer(product, USAGE_VOLUME, WEEKLY, meter=meter, tiers=[(1, 0, UNIT, 0)])


@pytest.fixture
def given(shop, product, buyer, pass_id, old_pricing):
    """A weekly usage subscription in its third day on the buyer's pass, the cap at 1,000."""

    def build(*, discount_bps=0, cap=1_000, mark=0, **fields):
        item = subscription(old_pricing, cycle=CYCLES[WEEKLY], used=2 * DAY, rate=0, usage=True, **fields)
        usage = Usage(cap=cap, bill=5, mark=mark)
        return held(shop, item, product=product, holder=buyer, discount_bps=discount_bps, usage=usage, pass_id=pass_id)

    return build


@pytest.fixture
def plan(shop, product, meter):
    """Another usage plan of the product, on the same meter unless the test names one."""
    return lambda frequency=MONTHLY, *, style=USAGE_VOLUME, **terms: shop.offer(
        product, style, frequency, **({"meter": meter} | terms)
    )


@pytest.fixture
def use(shop, meter, pass_id):
    """Records units for the pass."""
    return lambda units, meter=meter: shop.record(meter, pass_id, units)


@pytest.fixture
def change(catalog):
    return lambda item, pricing, airdrop=False: catalog.change(item, pricing, 0, airdrop)


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY, YEARLY])
@pytest.mark.parametrize("style", [USAGE_VOLUME, USAGE_GRADUATED])
def test_r11_bills_first_and_starts_now_when_the_holder_changes(change, system, plan, use, given, style, frequency):
    use(12)
    new = plan(frequency, style=style)
    before = given(mark=2)
    change = change(before, new)
    assert (change.token, change.amount, change.units, change.valueLeft) == (system.token.address, 100, 10, 0)
    assert unpack(change.word) == unpack(before[5]).having(
        pricing_id=new, start=now(), end=now() + CYCLES[frequency], grace_days=1 if frequency == DAILY else 3
    )
    assert usage_of(change.usage) == Usage(cap=1_000, bill=100, mark=12)


def test_w11_defers_no_bill_when_a_longer_cycle_follows(change, plan, use, given):
    use(12)
    assert change(given(), plan(YEARLY)).amount == 120


def test_r20_bills_with_the_coupon_and_ends_it_when_the_plan_changes(change, plan, use, given):
    use(12)
    changed = change(given(coupon_bps=5_000, coupon_left=3, discount_bps=1_000), plan())
    item = unpack(changed.word)
    assert (changed.amount, item.coupon_bps, item.coupon_left) == (54, 0, 0)


def test_r12_refuses_when_the_bill_is_above_the_cap(catalog, change, plan, use, given):
    use(12)
    new = plan()
    with refused(catalog, "UsageCapExceeded(uint256,uint256)", 120, 119):
        change(given(cap=119), new)
    assert change(given(cap=120), new).amount == 120


@pytest.mark.parametrize(("frequency", "end"), [(DAILY, 5 * DAY), (WEEKLY, 7 * DAY), (YEARLY, 365 * DAY)])
def test_r17_forgives_the_bill_and_asks_for_a_new_cap_when_the_organization_changes(
    change, plan, use, given, frequency, end
):
    """The end does not come earlier, nothing is charged, consent to the new pricing was not given."""
    use(12)
    changed = change(given(cap=0), plan(frequency), airdrop=True)
    item = unpack(changed.word)
    assert (changed.amount, changed.units) == (0, 0)
    assert (item.start, item.end, item.auto_renew) == (now(), now() + end, False)
    assert usage_of(changed.usage) == Usage(cap=0, bill=0, mark=12)


@pytest.fixture
def bill_after(catalog, given):
    """Units and bill of the subscription once `changed` is written."""
    return lambda changed: catalog.usageBill((*given()[:5], changed.word, changed.usage))


@pytest.mark.parametrize("airdrop", [False, True], ids=["holder", "organization"])
@pytest.mark.parametrize("readings", [(12, 500), (50, 0)])
def test_r11_marks_the_new_meters_reading_when_the_meter_changes(
    shop, change, plan, use, given, bill_after, airdrop, readings
):
    """What the new meter counted before the change is none of this subscription's business."""
    other = shop.meter()
    use(readings[0])
    use(readings[1], meter=other)
    changed = change(given(), plan(meter=other, tiers=[(1, 0, UNIT, 0)]), airdrop)
    assert changed.amount == (0 if airdrop else readings[0] * UNIT)
    assert usage_of(changed.usage).mark == readings[1]
    use(3, meter=other)
    assert bill_after(changed) == (3, 3 * UNIT)


def test_r17_refuses_when_usage_and_other_plans_would_mix(catalog, change, shop, product, plan, given):
    flat, used = shop.offer(product, FLAT, price=5), plan()
    with refused(catalog, "UsageMismatch(uint256)", flat):
        change(given(), flat)
    with refused(catalog, "UsageMismatch(uint256)", used):
        change(held(shop, subscription(flat), product=product), used)


def test_refuses_a_quantity_when_the_plan_is_usage(catalog, given, old_pricing):
    for airdrop in (False, True):
        with refused(catalog, "QuantityNotTiered(uint256)", old_pricing):
            catalog.change(given(), 0, 5, airdrop)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"end": 1}, 4), ({"cancelled": True}, 1), ({"revoked": True}, 4)],
)
def test_r17_refuses_when_usage_is_not_active(catalog, change, product, plan, given, pass_id, fields, status):
    with refused(catalog, "NotActive(uint256,uint256,uint256)", pass_id, product, status):
        change(given(**fields), plan())
