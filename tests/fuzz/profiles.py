"""How long the property tests run, by HYPOTHESIS_PROFILE.

quick (the default): the same runs each time. seeded: as many, those of `--hypothesis-seed`. deep: ten times as
many, new ones each time. A failure shows with all its actions, up to 50. shrink: other, plainer runs that
Hypothesis can make smaller.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")
DEEP, SHRINKS = PROFILE == "deep", PROFILE == "shrink"
REPEATS = PROFILE == "quick"
STEPS = 50
SLOW_CALLS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
PHASES = [Phase.explicit, Phase.generate, Phase.shrink] if SHRINKS else [Phase.explicit, Phase.generate]

# Hypothesis mixes numbers into its draws that it finds in the sources of whatever is imported: with an edit
# anywhere, or another test beside them, quick runs would be others.
providers.HypothesisProvider._local_constants = providers.Constants()


def quickly(runs: int, **more) -> settings:
    return settings(
        max_examples=runs * 10 if DEEP else runs,
        derandomize=REPEATS,
        deadline=None,
        database=None,
        phases=PHASES,
        report_multiple_bugs=False,
        suppress_health_check=SLOW_CALLS,
        **more,
    )


def machine(runs: int) -> settings:
    return quickly(runs, stateful_step_count=STEPS)
