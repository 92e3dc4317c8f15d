"""Requests and answers about sessions of users."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from passmanager.service.http.shapes import Body, Email, Future, Id, Moment, Name

MOST_SEATS = 1_000
MOST_BYTES = 16_384
MOST_ENTRIES = 100
MOST_UNITS = 1_000_000


def _small(value: dict[str, Any]) -> dict[str, Any]:
    """What every database keeps: JSON of bounded size, without NUL and without numbers that are none."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueError("it has a number that is not finite, or is nested too deep") from None
    if len(text) > MOST_BYTES:
        raise ValueError(f"it has {len(text)} bytes as JSON; at most {MOST_BYTES}")
    if "\\u0000" in text:
        raise ValueError("a text has no NUL character")
    return value


Data = Annotated[dict[str, Any], AfterValidator(_small)]
"""What a merchant gives along, and gets back as it was."""

Seats = Annotated[int, Field(ge=1, le=MOST_SEATS, strict=True)]


class AccountIn(Body):
    """The account in whose name the user acts; `id` is the merchant's own."""

    id: Name
    seats: Seats | None = Field(default=None, description="How many people it counts; priced per seat, it is needed.")


class InstallationIn(Body):
    """Where the user has the merchant's program."""

    id: Name
    data: Data = Field(default_factory=dict[str, Any])


class BoughtElsewhereIn(Body):
    """What the user bought elsewhere. The same `external_id` again changes it; one that is left out stays."""

    external_id: Name
    product_id: Id
    quantity: int = Field(default=1, ge=1, le=MOST_UNITS)
    active: bool = True
    active_until: Future | None = None
    for_account: bool = Field(default=False, description="All members of the account of the session share it.")


Requirements = Annotated[list[Name], Field(max_length=MOST_ENTRIES)]
Installations = Annotated[list[Name | InstallationIn], Field(max_length=MOST_ENTRIES)]


class UserSessionIn(Body):
    """A session for a user of yours, whom you have recognized."""

    store_id: Id
    user_id: Name = Field(description="Your own id of the person.")
    email: Email | None = Field(default=None, description="Taken if none is known of the person yet.")
    account: AccountIn | None = None
    data: Data = Field(default_factory=dict[str, Any])
    requirements: Requirements = Field(default_factory=list[str], description="What the person brings along.")
    installations: Installations = Field(default_factory=list[str | InstallationIn])
    purchases: list[BoughtElsewhereIn] = Field(default_factory=list[BoughtElsewhereIn], max_length=MOST_ENTRIES)


class UserSessionPatch(Body):
    """What changes of an open session. Its user, its account and the seats of that never do: open a new one."""

    user_id: Name | None = None
    account: AccountIn | None = None
    data: Data | None = None
    requirements: Requirements | None = None
    installations: Installations | None = None


class UserSessionMade(BaseModel):
    """A new session. The token is shown this once; the user's program sends it as `Authorization: Bearer`."""

    session_id: str
    token: str
    expires_at: Moment


class AccountShown(BaseModel):
    """The account of a session; `role` is null once the user has left it."""

    account_id: str
    id: str
    seats: int | None
    role: str | None


class InstallationOut(BaseModel):
    """Where the user has the merchant's program."""

    id: str
    data: dict[str, Any]


class UserSessionOut(BaseModel):
    """A session that a merchant opened."""

    session_id: str
    store_id: str
    user_id: str | None
    customer_id: str
    account: AccountShown | None
    data: dict[str, Any]
    requirements: list[str]
    installations: list[InstallationOut]
    expires_at: Moment
    created_at: Moment


class MeOut(BaseModel):
    """Who calls: a user of a store, or a wallet."""

    wallet: str | None
    store_id: str | None
    user_id: str | None
    customer_id: str | None
    email: str
    account: AccountShown | None
    session: UserSessionOut | None
