"""Keys of the API: who may make which, and taking them back."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.http.auth import ALL, Caller
from passmanager.service.http.models import ApiKey
from passmanager.service.http.problems import Forbidden, NotFound

MASTERS = frozenset({"owner", "admin"})


def keys_of(caller: Caller) -> Select[ApiKey]:
    """The keys that a key may see: all of the merchant, or those of its store."""
    mine = select(ApiKey).where(ApiKey.merchant_id == caller.merchant_id)
    mine = mine if caller.store_id is None else mine.where(ApiKey.store_id == caller.store_id)
    return mine.order_by(ApiKey.created_at.desc(), ApiKey.id.desc())


def get_key(session: Session, caller: Caller, key_id: str) -> ApiKey:
    """One of them.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(keys_of(caller).where(ApiKey.id == key_id))
    if found is None:
        raise NotFound(detail=f"there is no key {key_id}; see GET /v1/api-keys")
    return found


def require_no_more(caller: Caller, scopes: list[str], role: str, store_id: str | None) -> None:
    """Nobody gives more than he has.

    Raises:
        Forbidden: The new key could do what the caller cannot.
    """
    for scope in scopes:
        if scope == ALL and ALL not in caller.scopes:
            raise Forbidden(detail="a key for everything is made with a key for everything")
        if scope != ALL:
            caller.require(scope)
    if role != caller.role and (caller.role not in MASTERS or (role == "owner" and caller.role != "owner")):
        raise Forbidden(detail=f"role {caller.role} cannot make keys of role {role}")
    if caller.store_id is not None and store_id != caller.store_id:
        raise Forbidden(detail=f"this key is for store {caller.store_id}; it makes keys for that store only")
