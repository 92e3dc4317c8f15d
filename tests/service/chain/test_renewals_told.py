"""A renewal on the chain under the name of another system's notification."""

from passmanager.service.orders.crosswalk import NEXWAY_MOMENTS


def test_nx07_renew_completed_is_told_when_the_chain_renews(followed, merchant, story):
    followed.bind(merchant, 1, story.people["merchant"])
    followed.catch_up()
    assert set(followed.heard.kinds("subscription.")) & set(NEXWAY_MOMENTS["renewCompleted"])
