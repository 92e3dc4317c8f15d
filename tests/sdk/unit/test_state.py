from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passmanager.core.state import ItemState, PassState, Status, UsageState
from passmanager.units import DAY, NATIVE

END = 1_800_000_000
FLAT = ItemState.from_word(0)
FLAT = replace(FLAT, pricing_id=1, start=END - 30 * DAY, end=END, rate=10**8, grace_days=3, auto_renew=True)


@given(st.integers(0, 2**256 - 1))
def test_item_words_survive_the_round_trip(word):
    assert ItemState.from_word(word).word == word


@given(st.integers(0, 2**240 - 1))
def test_usage_words_survive_the_round_trip(word):
    assert UsageState.from_word(word).word == word


@given(st.integers(0, 2**254 - 1))
def test_pass_words_survive_the_round_trip(word):
    assert PassState.from_word(word).word == word


def test_fields_lie_where_the_contract_puts_them():
    word = 7 | 8 << 40 | 9 << 80 | 10 << 112 | 11 << 152 | 12 << 192 | 13 << 219 | 14 << 233 | 15 << 241
    item = ItemState.from_word(word)
    values = [getattr(item, field.name) for field in fields(item)]
    assert values == [7, 8, 9, 10, 11, 12, 13, 14, 15, *[False] * 10]
    flags = [field.name for field in fields(item)][9:]
    for bit, name in enumerate(flags, start=246):
        assert [flag for flag in flags if getattr(ItemState.from_word(1 << bit), flag)] == [name]


def test_pass_fields_lie_where_the_contract_puts_them():
    found = PassState.from_word(int("ab" * 20, 16) | 1 << 160 | 2 << 192 | 3 << 232 | 4 << 246)
    assert (found.owner.lower(), found.org_id, found.first_product_id) == ("0x" + "ab" * 20, 1, 2)
    assert (found.discount_bps, found.count, found.exists) == (3, 4, True)
    assert PassState.from_word(0).owner == NATIVE
    assert not PassState.from_word(0).exists


@pytest.mark.parametrize(
    ("changes", "now", "status", "access"),
    [
        ({}, END - 1, Status.ACTIVE, True),
        ({}, END, Status.PAST_DUE, False),
        ({}, END + 3 * DAY - 1, Status.PAST_DUE, False),
        ({}, END + 3 * DAY, Status.EXPIRED, False),
        ({"cancelled": True}, END - 1, Status.CANCELLED, True),
        ({"cancelled": True}, END, Status.EXPIRED, False),
        ({"paused": True}, END + 99 * DAY, Status.PAUSED, False),
        ({"revoked": True}, END - 1, Status.EXPIRED, False),
        ({"one_time": True, "end": 0}, END, Status.ACTIVE, True),
        ({"one_time": True, "end": 0, "revoked": True}, END, Status.EXPIRED, False),
        ({"pricing_id": 0}, END - 1, Status.ACTIVE, False),
    ],
)
def test_status_follows_word_and_time(changes, now, status, access):
    item = replace(FLAT, **changes)
    assert item.status(now) == status
    assert item.has_access(now) is access


@pytest.mark.parametrize(
    ("changes", "now", "movable"),
    [
        ({"transferable": True}, END - 1, False),
        ({"transferable": True}, END + 3 * DAY, True),
        ({"transferable": False}, END + 3 * DAY, False),
        ({"transferable": True, "paused": True}, END, True),
        ({"transferable": True, "one_time": True}, 0, True),
        ({"transferable": True, "usage": True, "cancelled": True}, END + 3 * DAY - 1, False),
        ({"transferable": True, "usage": True}, END + 3 * DAY, True),
        ({"revoked": True}, 0, True),
    ],
)
def test_movable_follows_word_and_time(changes, now, movable):
    assert replace(FLAT, **changes).movable(now) is movable


def test_refused_when_a_value_does_not_fit_its_field():
    with pytest.raises(ValueError, match="does not fit 32 bits"):
        _ = replace(FLAT, quantity=2**32).word
