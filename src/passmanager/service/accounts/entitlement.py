"""Is a purchase active now?"""

from passmanager.service.orders.models import Purchase

EXTERNAL = "external"


def is_active(right: Purchase, now: int) -> bool:
    """Of subscriptions the follower of the chain keeps `active`; what was sold elsewhere ends by our clock."""
    over = right.source == EXTERNAL and right.active_until is not None and right.active_until <= now
    return right.active and right.consumed_at is None and not over
