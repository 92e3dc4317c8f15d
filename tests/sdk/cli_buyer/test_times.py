"""Times as people and programs read them."""

import pytest

from passmanager.cli.times import Period, Span, When, span

NOON = 1_800_000_000  # 2027-01-15T08:00:00Z


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3_599, "59 minutes"),
        (3_600, "1 hour"),
        (86_399, "23 hours"),
        (86_400, "1 day"),
        (29 * 86_400, "29 days"),
        (2_000 * 86_400, "2,000 days"),
    ],
)
def test_largest_whole_unit_is_told(seconds, text):
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON + 86_400, "2027-01-16T08:00:00Z (in 1 day)"),
        (NOON - 7_200, "2027-01-15T06:00:00Z (2 hours ago)"),
        (NOON, "2027-01-15T08:00:00Z (0 seconds ago)"),
        (0, "-"),
    ],
)
def test_time_is_told_beside_now(at, text):
    assert When(at, NOON).text() == text


def test_programs_get_iso_and_seconds():
    assert When(NOON, 0).plain() == "2027-01-15T08:00:00Z"
    assert When(0, NOON).plain() is None
    assert (Span(90).plain(), Span(90).text(), Span(0).text()) == (90, "1 minute", "-")


def test_period_is_told_by_its_end_or_by_what_is_left():
    running = Period(start=NOON, end=NOON + 86_400, left=86_400, now=NOON)
    assert running.text() == "until 2027-01-16T08:00:00Z (in 1 day)"
    assert running.plain() == {
        "start": "2027-01-15T08:00:00Z",
        "end": "2027-01-16T08:00:00Z",
        "secondsLeft": 86_400,
    }
    assert Period(start=0, end=0, left=86_400, now=NOON).text() == "1 day left"
    assert Period(start=NOON, end=0, left=0, now=NOON).text() == "-"
