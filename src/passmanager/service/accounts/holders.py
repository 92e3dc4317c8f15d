"""Who asks for what was bought: a wallet that signed in, or a user whom the merchant's server vouched for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from passmanager.service.accounts import user_sessions, wallet_sessions
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.db import read_scope
from passmanager.service.http.deps import Now, TheServices
from passmanager.service.http.problems import NotFound, Unauthenticated
from passmanager.service.orders.models import Purchase

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="HolderToken",
    description="Token of `POST /v1/auth/siwe/verify`, or of a session that the merchant opened: `POST /v1/sessions`.",
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who may use purchases: either `wallet` is set, or `store_id` and `customer_id` are.

    Attributes:
        session_id: Of a session that a merchant opened.
        account_id: The account in whose name the person acts.
        seats: Of that account.
    """

    wallet: str = ""
    store_id: str = ""
    customer_id: str = ""
    session_id: str = ""
    account_id: str | None = None
    seats: int | None = None

    @property
    def name(self) -> str:
        """For histories."""
        return self.wallet or self.customer_id


def _holder(
    services: TheServices, now: Now, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Holder:
    if given is None:
        raise Unauthenticated(
            detail="sign in with a wallet (POST /v1/auth/siwe/nonce), or let the shop open a session",
            headers=wallet_sessions.CHALLENGE,
        )
    token = given.credentials
    with read_scope(services.sessions) as session:
        if not token.startswith(user_sessions.PREFIX):
            return Holder(wallet=wallet_sessions.find(session, token, now))
        found = user_sessions.find(session, token, now)
    return Holder(
        store_id=found.store_id, customer_id=found.customer_id, session_id=found.id, account_id=found.account_id,
        seats=found.seats,
    )  # fmt: skip


TheHolder = Annotated[Holder, Depends(_holder)]
"""The person who calls; 401 without a valid session."""


def held_by(holder: Holder) -> ColumnElement[bool]:
    """Condition on `purchases`: what the person may use."""
    if holder.wallet:
        return Purchase.owner == holder.wallet
    wallets = select(CustomerWallet.address).where(CustomerWallet.customer_id == holder.customer_id)
    his = or_(
        (Purchase.customer_id == holder.customer_id) & (Purchase.owner == ""),
        Purchase.owner.in_(wallets),
    )
    return (Purchase.store_id == holder.store_id) & his if holder.store_id else false()


def get_held(session: Session, holder: Holder, purchase_id: str) -> Purchase:
    """A purchase that the person may use, locked for a change.

    Raises:
        NotFound: There is none of this id, or it is somebody else's.
    """
    found = session.scalar(select(Purchase).where(Purchase.id == purchase_id, held_by(holder)).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no purchase {purchase_id} of yours; see GET /v1/me/purchases")
    return found


def person_of(session: Session, holder: Holder, store_id: str) -> str:
    """One name for one person in a store, whichever way he signed in: his customer id, or else his wallet."""
    if holder.customer_id:
        return holder.customer_id
    asked = select(CustomerWallet.customer_id).where(
        CustomerWallet.store_id == store_id, CustomerWallet.address == holder.wallet
    )
    return session.scalar(asked) or holder.wallet
