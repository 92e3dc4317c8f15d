import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passmanager.core.state import ItemState, Outcome, Status
from passmanager.keeper.schedule import LAST_CALL, LONGEST, Due, due, next_try
from passmanager.units import DAY

FLAGS = (
    "auto_renew",
    "cancelled",
    "paused",
    "revoked",
    "one_time",
    "usage",
    "native",
    "transferable",
    "pausable",
    "billed",
)
END = 1_800_000_000


def state(*on: str, **fields: int) -> ItemState:
    base = {
        "pricing_id": 1,
        "next_product_id": 0,
        "quantity": 0,
        "start": END - 30 * DAY,
        "end": END,
        "rate": 10**8,
        "coupon_bps": 0,
        "coupon_renewals_left": 0,
        "grace_days": 3,
    }
    return ItemState(**{**base, **fields, **{flag: flag in on for flag in FLAGS}})


def due_at_the_end(*on: str) -> bool:
    found = due(state(*on))
    assert found in (None, Due(END, END + 3 * DAY))
    return found is not None


@pytest.mark.parametrize("on", [("auto_renew",), ("auto_renew", "native"), ("auto_renew", "usage")])
def test_due_from_the_end_until_the_grace_is_over(on):
    assert due_at_the_end(*on)


@pytest.mark.parametrize("on", [("usage",), ("usage", "cancelled"), ("usage", "cancelled", "auto_renew")])
def test_a_usage_period_is_billed_whatever_its_holder_does(on):
    assert due_at_the_end(*on)


def test_a_billed_period_goes_on_when_its_holder_wants_that():
    assert due_at_the_end("usage", "billed", "auto_renew")


@pytest.mark.parametrize(
    "on",
    [
        (),
        ("cancelled",),
        ("auto_renew", "cancelled"),
        ("auto_renew", "paused"),
        ("auto_renew", "revoked"),
        ("auto_renew", "one_time"),
        ("usage", "billed"),
        ("usage", "billed", "auto_renew", "cancelled"),
        ("usage", "revoked"),
    ],
)
def test_nothing_to_do_before_the_holder_acts(on):
    assert not due_at_the_end(*on)


def test_nothing_to_do_when_there_is_no_item():
    assert due(state("auto_renew", pricing_id=0)) is None


@given(on=st.sets(st.sampled_from(FLAGS)), now=st.integers(END - 40 * DAY, END + 40 * DAY), grace=st.integers(1, 30))
@settings(max_examples=300)
def test_due_is_past_due_with_consent_when_it_is_no_usage(on, now, grace):
    item = state(*on - {"usage"}, grace_days=grace)
    found = due(item)
    is_due = found is not None and found.at <= now < found.until
    assert is_due == (item.status(now) is Status.PAST_DUE and item.auto_renew)


@given(outcome=st.sampled_from([None, *Outcome]), tries=st.integers(0, 500), now=st.integers(END, END + 3 * DAY))
def test_the_next_try_is_later_and_never_far(outcome, tries, now):
    then = next_try(outcome, tries, now, END + 3 * DAY)
    assert now < then <= now + LONGEST


def test_pauses_double():
    pauses = [next_try(Outcome.ALLOWANCE_TOO_SMALL, tries, END, END + 30 * DAY) - END for tries in range(8)]
    assert pauses == [600, 1_200, 2_400, 4_800, 9_600, 19_200, LONGEST, LONGEST]


def test_one_try_is_left_for_the_last_minutes():
    until = END + 3 * DAY
    assert next_try(Outcome.BALANCE_TOO_SMALL, 9, until - DAY // 8, until) == until - LAST_CALL
    assert next_try(Outcome.BALANCE_TOO_SMALL, 9, until - LAST_CALL, until) > until
