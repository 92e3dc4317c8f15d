from tests.support.offers import *  # noqa: F403
