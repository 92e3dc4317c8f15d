"""Who asks for what was bought: a wallet that signed in, or a user whom the merchant's server vouched for."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import ColumnElement, Select, false, literal, or_, select, union
from sqlalchemy.orm import Session, aliased

from passmanager.service.accounts import user_sessions, wallet_sessions
from passmanager.service.accounts.joining import BY_SESSION
from passmanager.service.accounts.sharing_models import AccountMember, Seat
from passmanager.service.catalog.models import Store
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.db import read_scope
from passmanager.service.http.deps import Now, TheServices
from passmanager.service.http.problems import NotFound, Unauthenticated, refuses
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


@refuses(wallet_sessions.SessionExpired)
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
    """Condition on `purchases`: what the person may use, each way by an index of its own.

    These are his own, those of his passes, those of the accounts that he is a member of, and those of which he has
    a seat.
    """
    if holder.wallet:
        stores = select(Store.id)  # for the indexes, which begin with the store
        people = select(CustomerWallet.customer_id).where(
            CustomerWallet.store_id.in_(stores), CustomerWallet.address == holder.wallet
        )
        return _any_of(_of_wallets(stores, [holder.wallet]), *_shared_with(people, None))
    if not holder.store_id:
        return false()
    people = select(literal(holder.customer_id))
    wallets = select(CustomerWallet.address).where(CustomerWallet.customer_id == holder.customer_id)
    own = (_held.customer_id == holder.customer_id) & (_held.owner == "") & _held.account_id.is_(None)
    found = _any_of(own, _of_wallets([holder.store_id], wallets), *_shared_with(people, holder.account_id))
    return (Purchase.store_id == holder.store_id) & found


def held_by_people(people: Select[str]) -> ColumnElement[bool]:
    """Condition on `purchases`: what customers have, as a merchant asks: also through any account, and by a seat."""
    own = _held.customer_id.in_(people) & _own
    members = select(AccountMember.account_id).where(AccountMember.customer_id.in_(people))
    return _any_of(own, _held.account_id.in_(members), _seated(people))


_held = aliased(Purchase)
_own = _held.account_id.is_(None) | _held.pass_id.is_not(None)
"""What belongs to an account is its buyer's only as a member; a pass is with its wallet, whoever has bought it."""


def _any_of(*ways: ColumnElement[bool]) -> ColumnElement[bool]:
    """A union, because no database takes several indexes for one OR of subqueries."""
    return Purchase.number.in_(union(*[select(_held.number).where(way) for way in ways]))


def _of_wallets(stores: Any, wallets: Any) -> ColumnElement[bool]:
    return _held.store_id.in_(stores) & _held.owner.in_(wallets) & _own


def _shared_with(people: Select[str], account_id: str | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Through accounts and by seats; a membership by session counts in sessions of that account only."""
    counting = or_(AccountMember.joined_by != BY_SESSION, AccountMember.account_id == account_id)
    accounts = select(AccountMember.account_id).where(AccountMember.customer_id.in_(people), counting)
    return _held.account_id.in_(accounts), _seated(people)


def _seated(people: Select[str]) -> ColumnElement[bool]:
    taken = select(Seat.purchase_id).where(Seat.customer_id.in_(people), Seat.status == "claimed")
    return _held.id.in_(taken)


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
