"""Endpoints of API keys."""

from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints

from passmanager.service.buyers import keys
from passmanager.service.catalog.repository import get_store
from passmanager.service.http.auth import Caller, add_key
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.models import ApiKey
from passmanager.service.http.shapes import Body, Future, Id, Moment, Name, milliseconds

router = make_router(prefix="/v1", tag="api keys")

Role = Literal["owner", "admin", "support", "finance", "read-only"]
Scope = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z_-]{1,40}:(\*|[a-z_]{1,40}))$")]
Reader = Annotated[Caller, Depends(require("keys:read"))]
Writer = Annotated[Caller, Depends(require("keys:write"))]


class ApiKeyIn(Body):
    """A new key; it can do no more than the key that makes it."""

    name: Name
    scopes: list[Scope] = Field(default=["*"], min_length=1, max_length=50)
    role: Role = "admin"
    store_id: Id | None = Field(default=None, description="The only store that it may touch.")
    expires_at: Future | None = None


class ApiKeyOut(BaseModel):
    """A key, by its first characters."""

    id: str
    name: str
    hint: str
    role: str
    scopes: list[str]
    store_id: str | None
    expires_at: Moment | None
    revoked_at: Moment | None
    created_at: Moment


class ApiKeyMade(ApiKeyOut):
    """A new key, in clear this once."""

    key: str


def _shown(row: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(
        id=row.id, name=row.name, hint=row.hint, role=row.role, scopes=list(row.scopes), store_id=row.store_id,
        expires_at=row.expires_at, revoked_at=row.revoked_at, created_at=row.created_at,
    )  # fmt: skip


@router.post("/api-keys", status_code=201)
def create_key(body: ApiKeyIn, session: Writing, caller: Writer, services: TheServices, now: Now) -> ApiKeyMade:
    """Shows the key this once; what is kept is its hash, so the answer is not repeated for an Idempotency-Key."""
    keys.require_no_more(caller, list(body.scopes), body.role, body.store_id)
    store_id = get_store(session, caller, body.store_id).id if body.store_id is not None else None
    row, key = add_key(
        session, merchant_id=caller.merchant_id, name=body.name, mode=services.settings.mode, now=now,
        scopes=list(body.scopes), store_id=store_id, role=body.role,
        expires_at=None if body.expires_at is None else milliseconds(body.expires_at),
    )  # fmt: skip
    return ApiKeyMade(**_shown(row).__dict__, key=key)


@router.get("/api-keys")
def list_keys(session: Reading, caller: Reader) -> list[ApiKeyOut]:
    """The newest first, also those that are revoked; a merchant has few."""
    return [_shown(row) for row in session.scalars(keys.keys_of(caller))]


@router.delete("/api-keys/{key_id}", status_code=204)
def revoke_key(key_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """It opens nothing any more, from the next request on."""
    row = keys.get_key(session, caller, key_id)
    if row.revoked_at is None:
        row.revoked_at = now
