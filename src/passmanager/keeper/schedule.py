"""When a subscription is due, and when to try again. Pure."""

from dataclasses import dataclass
from typing import Final

from passmanager.core.state import ItemState, Outcome

MINUTE: Final = 60
HOUR: Final = 3_600
LONGEST: Final = 6 * HOUR
LAST_CALL: Final = 10 * MINUTE  # before the time to pay ends, whatever the pause would be

# First pause after an outcome, in seconds; it doubles with each try.
FIRST_PAUSE: Final = {
    Outcome.CAP_EXCEEDED: HOUR,
    Outcome.ALLOWANCE_TOO_SMALL: 10 * MINUTE,
    Outcome.BALANCE_TOO_SMALL: 10 * MINUTE,
    Outcome.TOKEN_FAILED: 30 * MINUTE,
    Outcome.PRICING_RETIRED: LONGEST,
    Outcome.NATIVE_COIN: LONGEST,
}
# The index and the chain do not agree: the chain is asked before the next try.
DISAGREE: Final = frozenset(
    {Outcome.NOT_DUE, Outcome.CANCELLED, Outcome.PAUSED, Outcome.NO_CONSENT, Outcome.PAST_GRACE}
)


@dataclass(frozen=True, slots=True)
class Due:
    """The seconds between which anybody may renew or bill: from `at`, and before `until`."""

    at: int
    until: int


def due(state: ItemState) -> Due | None:
    """When an item can be renewed or billed by anybody; None if that takes an act of its holder first.

    A usage period is billed once, also when the holder has cancelled or turned auto-renew off.
    """
    if not state.exists or state.one_time or state.revoked or state.paused:
        return None
    goes_on = state.auto_renew and not state.cancelled
    bill = state.usage and not state.billed
    return Due(state.end, state.grace_end) if goes_on or bill else None


def next_try(outcome: Outcome | None, tries: int, now: int, until: int) -> int:
    """When to try again after `tries` failures; None stands for a refusal that has no outcome."""
    first = MINUTE if outcome in DISAGREE else FIRST_PAUSE.get(outcome or Outcome.TOKEN_FAILED, HOUR)
    then = now + min(first << min(tries, 10), LONGEST)
    last_call = until - LAST_CALL
    return last_call if now < last_call < then else then
