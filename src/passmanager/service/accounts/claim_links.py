"""Links that open one thing once, for whoever reads a mailbox: seats and invitations."""

import secrets
from urllib.parse import urlencode, urlsplit, urlunsplit

from passmanager.service.clock import DAY
from passmanager.service.http.auth import hash_key
from passmanager.service.http.problems import Gone

LASTS_DAYS = 7
MOST_DAYS = 90


class LinkExpired(Gone):
    """It was used, taken back, replaced, or its time is over."""

    code = "link-expired"


def new_token(prefix: str) -> tuple[str, str]:
    """A token that nobody guesses, and its hash, which is all that is kept."""
    token = prefix + secrets.token_hex(32)
    return token, hash_key(token)


def ends_at(now: int, days: int) -> int:
    """When a link of so many days is over, in ms."""
    return now + days * DAY


def link(page: str, name: str, token: str) -> str:
    """A page of the merchant with the token in its address; empty without a page."""
    if not page:
        return ""
    parts = urlsplit(page)
    added = urlencode({name: token})
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))
