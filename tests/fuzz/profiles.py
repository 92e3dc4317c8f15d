"""How long the property tests run: quick and reproducible, or deep (`HYPOTHESIS_PROFILE=deep`)."""

import os

from hypothesis import HealthCheck, settings

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
STEPS = 50
SLOW_CALLS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def quickly(runs: int, **more) -> settings:
    """`runs` examples in the same order each time; ten times as many new ones in the deep profile."""
    many = {"max_examples": runs * 10, "derandomize": False} if DEEP else {"max_examples": runs, "derandomize": True}
    return settings(deadline=None, database=None, suppress_health_check=SLOW_CALLS, **many, **more)


def machine(runs: int) -> settings:
    return quickly(runs, stateful_step_count=STEPS)
