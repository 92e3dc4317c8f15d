"""Tenants for tests."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from passmanager.service.catalog import models as catalog
from passmanager.service.http.auth import add_key
from passmanager.service.ids import new_id


@dataclass(frozen=True)
class Merchant:
    id: str
    store_id: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def make_merchant(session: Session, now: int, name: str = "Acme") -> Merchant:
    merchant = catalog.Merchant(id=new_id("mer"), name=name, created_at=now)
    session.add(merchant)
    session.flush()
    store = catalog.Store(
        id=new_id("sto"), merchant_id=merchant.id, name=f"{name} store", created_at=now, updated_at=now
    )
    session.add(store)
    session.flush()
    _, key = add_key(session, merchant_id=merchant.id, name="tests", mode="test", now=now)
    return Merchant(merchant.id, store.id, key)
