"""Users for whom a merchant's server opened a session."""

from dataclasses import dataclass

from passmanager.service.accounts.user_sessions import open_session
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.db import session_scope


@dataclass(frozen=True)
class User:
    customer_id: str
    session_id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def open_user(services, store_id, user_id, email="", account_id=None, seats=None) -> User:
    """Known to the store by the merchant's own id and by an address."""
    now = services.clock.now()
    with session_scope(services.sessions) as session:
        customer = find_or_add(session, store_id, Person(external_id=user_id, email=email), now)
        made, token = open_session(
            session, store_id=store_id, customer_id=customer.id, now=now, account_id=account_id, seats=seats
        )
        return User(customer.id, made.id, token)
