"""Free-form dates, each with what PHP 8.2 made of it at three times: a month's end, a plain day, a year's last second.

`php_dates.json` is what `strtotime` of PHP answered with the time zone UTC; null where it answered false.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passmanager.service.compat.dpd.dates import LAST_SECOND, parse_date

PHP = json.loads(Path(__file__).with_name("php_dates.json").read_text())
READ = {text for text, results in PHP["results"].items() if results[0] is not None}


def test_dp02_at_least_a_hundred_writings_are_compared():
    assert len(READ) >= 100
    assert len(PHP["results"]) - len(READ) >= 10


def read(text, now):
    """None where it is refused."""
    try:
        return parse_date(text, 1000 * now)
    except ValueError:
        return None


@pytest.mark.parametrize("text", PHP["results"])
def test_dp02_date_is_read_as_php_reads_it(text):
    assert [read(text, now) for now in PHP["now"]] == PHP["results"][text]


@pytest.mark.parametrize("text", ["9" * 129, "2026-01-01 " + "x" * 200, "2026\x00"])
def test_dp02_text_that_is_too_long_or_has_a_nul_is_no_date(text):
    with pytest.raises(ValueError, match="no date"):
        parse_date(text, 0)


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_dp02_empty_text_is_no_date_at_all(text):
    assert parse_date(text, 0) is None


def test_dp02_words_are_relative_to_the_clock_of_the_service_not_of_the_machine():
    assert parse_date("now", 86_400_999) == 86_400
    assert parse_date("tomorrow", 86_400_999) == 2 * 86_400


def test_dp02_far_away_dates_stay_in_range():
    assert parse_date("+99999999999 years", 0) == LAST_SECOND
    assert parse_date("-99999999999 years", 0) == -LAST_SECOND


@given(text=st.text(max_size=128), now=st.integers(0, 10**13))
def test_dp02_any_text_is_a_date_in_range_or_refused(text, now):
    try:
        found = parse_date(text, now)
    except (ValueError, OverflowError):
        return
    assert found is None or -LAST_SECOND <= found <= LAST_SECOND
