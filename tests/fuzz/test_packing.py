"""Every storage word comes back as it went in, also at the bounds of its fields."""

import boa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.model.items import LAYOUT, Item, Usage, revoked, unpack
from tests.fuzz.profiles import quickly
from tests.support.system import partial

NUMBERS = [(name, width) for name, width in LAYOUT if width > 1]
FLAGS = [name for name, width in LAYOUT if width == 1]
LIMITS = {"rate": 10**8, "coupon_bps": 10_000, "grace_days": 30}
NOW = 1_900_000_000


def bounded(limit: int) -> st.SearchStrategy[int]:
    return st.sampled_from([0, 1, limit - 1, limit]) | st.integers(0, limit)


def limit_of(name: str, width: int) -> int:
    return LIMITS.get(name, 2**width - 1)


ITEMS = st.builds(
    Item,
    **{name: bounded(limit_of(name, width)) for name, width in NUMBERS},
    **{name: st.booleans() for name in FLAGS},
)
TIMES = st.integers(NOW - 40 * 86_400, NOW + 40 * 86_400)
PERIODS = st.builds(
    Item,
    pricing_id=st.just(1),
    start=st.integers(NOW - 90 * 86_400, NOW - 41 * 86_400),
    end=TIMES | st.just(NOW),
    grace_days=st.integers(0, 30),
    **{name: st.booleans() for name in FLAGS},
)


@pytest.fixture(scope="session")
def words():
    return partial("mocks/MockPacking").deploy()


def pack_on_chain(words, item: Item) -> int:
    flags = sum(getattr(item, name) << i for i, name in enumerate(FLAGS))
    return words.packItem(*[getattr(item, name) for name, _ in NUMBERS], flags)


@given(item=ITEMS)
@quickly(300)
def test_an_item_comes_back_as_it_went_in(words, item):
    word = pack_on_chain(words, item)
    assert word == item.pack()
    assert unpack(word) == item
    assert words.unpackItem(word) == [getattr(item, name) for name, _ in NUMBERS]


def test_flags_are_the_bits_of_the_layout(words):
    assert words.flags() == [Item(0, **{name: True}).pack() for name in FLAGS]


@pytest.mark.parametrize(("name", "width"), NUMBERS)
def test_a_field_that_does_not_fit_is_refused(words, name, width):
    arguments = [limit_of(name, width) + 1 if name == other else 0 for other, _ in NUMBERS]
    with pytest.raises(boa.BoaError):
        words.packItem(*arguments, 0)


@given(item=PERIODS, now=TIMES)
@quickly(300)
def test_status_and_transfer_rule_agree_with_the_model(words, item, now):
    one_second = [item.end - 1, item.end, item.grace_end - 1, item.grace_end, now]
    for moment in one_second:
        expected = (item.status(moment), item.movable(moment), item.grace_end)
        assert words.itemState(item.pack(), moment) == expected


@given(item=PERIODS, used=st.integers(0, 10**7), left=st.integers(0, 10**7))
@quickly(200)
def test_an_ended_item_keeps_its_span(words, item, used, left):
    item = item.having(start=used, end=left) if item.paused else item
    ended = revoked(item, NOW)
    assert words.revokedItem(item.pack(), NOW) == ended.pack()
    assert ended.span() == item.span()


@given(cap=bounded(2**96 - 1), bill=bounded(2**96 - 1), mark=bounded(2**48 - 1))
@quickly(200)
def test_a_usage_word_comes_back_as_it_went_in(words, cap, bill, mark):
    word = words.packUsage(cap, bill, mark)
    assert word == Usage(cap, bill, mark).pack()
    assert words.unpackUsage(word) == [cap, bill, mark]


@given(
    owner=st.integers(0, 2**160 - 1),
    other=st.integers(0, 2**160 - 1),
    org=bounded(2**32 - 1),
    first=bounded(2**40 - 1),
    bps=bounded(10_000),
    count=bounded(64),
)
@quickly(200)
def test_a_pass_word_comes_back_as_it_went_in(words, owner, other, org, first, bps, count):
    address, heir = f"0x{owner:040x}", f"0x{other:040x}"
    word = words.packPass(address, org, first, bps, count)
    read = words.unpackPass(word)
    assert (int(read[0], 16), *read[1:]) == (owner, org, first, bps, count)
    moved = words.unpackPass(words.passWithOwner(word, heir))
    assert (int(moved[0], 16), *moved[1:]) == (other, org, first, bps, count)
    cut = words.unpackPass(words.passWithDiscount(word, 10_000 - bps))
    assert (int(cut[0], 16), *cut[1:]) == (owner, org, first, 10_000 - bps, count)
