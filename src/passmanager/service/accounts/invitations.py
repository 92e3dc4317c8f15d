"""Invitations to an account: a link to a mailbox, good once; who opens it joins with his own session or wallet."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.claim_links import LinkExpired, ends_at, link, new_token
from passmanager.service.accounts.holders import Holder
from passmanager.service.accounts.joining import BY_INVITATION, find_member, join
from passmanager.service.accounts.members import Manager, member_news
from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountInvitation, AccountMember
from passmanager.service.catalog.models import Store
from passmanager.service.clock import rfc3339
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.keys import search_key
from passmanager.service.http.auth import hash_key
from passmanager.service.http.problems import NotFound
from passmanager.service.ids import new_id
from passmanager.service.mail.letters import Letter, write
from passmanager.service.news import Tell

PREFIX = "pmi_"
PENDING, ACCEPTED, REVOKED = "pending", "accepted", "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who is invited, and as what.

    Attributes:
        page: Of the merchant, which takes the token; empty for his store's.
    """

    email: str
    role: str
    page: str = ""
    days: int


def invite(
    session: Session, manager: Manager, account: Account, guest: Guest, now: int
) -> tuple[AccountInvitation, str]:
    """A new invitation and its token; older ones to the same address are over."""
    manager.require_above(guest.role)
    for older in session.scalars(_open_of(account).where(AccountInvitation.email_key == search_key(guest.email))):
        older.status, older.updated_at = REVOKED, now
    token, hashed = new_token(PREFIX)
    made = AccountInvitation(
        id=new_id("inv"), account_id=account.id, email=guest.email, email_key=search_key(guest.email), role=guest.role,
        hash=hashed, status=PENDING, invited_by=manager.name, expires_at=ends_at(now, guest.days), created_at=now,
        updated_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    store = session.scalars(select(Store).where(Store.id == account.store_id)).one()
    write(session, _letter(store, account, made, link(guest.page or store.url, "invitation_token", token), token), now)
    return made, token


def _letter(store: Store, account: Account, made: AccountInvitation, address: str, token: str) -> Letter:
    return Letter(
        store_id=store.id, template="account_invitation", fact=made.id, recipient=made.email,
        data={"account": account.external_id, "role": made.role, "until": rfc3339(made.expires_at)},
        passing={"link": address, "token": token}, until=made.expires_at,
    )  # fmt: skip


def _open_of(account: Account) -> Select[AccountInvitation]:
    return invitations_of(account).where(AccountInvitation.status == PENDING)


def invitations_of(account: Account) -> Select[AccountInvitation]:
    """All of an account."""
    return select(AccountInvitation).where(AccountInvitation.account_id == account.id)


def revoke(session: Session, manager: Manager, account: Account, invitation_id: str, now: int) -> None:
    """Takes one back; one that was accepted stays so.

    Raises:
        NotFound: There is none of this id in the account.
    """
    found = session.scalar(invitations_of(account).where(AccountInvitation.id == invitation_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"account {account.id} has no invitation {invitation_id}")
    manager.require_above(found.role)
    if found.status == PENDING:
        found.status, found.updated_at = REVOKED, now
    session.flush()


def accept(session: Session, holder: Holder, token: str, now: int, tell: Tell) -> tuple[Account, AccountMember]:
    """Joins the person who has the token.

    Raises:
        NotFound: Nobody gave this token out, or it is for another store than the session.
        LinkExpired: It was used, taken back, or its time is over.
    """
    found = session.scalar(
        select(AccountInvitation).where(AccountInvitation.hash == hash_key(token)).with_for_update()
    )  # fmt: skip
    account = None if found is None else _locked(session, found.account_id)
    if found is None or account is None or holder.store_id not in {"", account.store_id}:
        raise NotFound(detail="this invitation is not known; open the link of the mail as it is")
    if found.status != PENDING or found.expires_at <= now:
        state = "over" if found.status == PENDING else found.status
        raise LinkExpired(detail=f"this invitation is {state}; ask for a new one")
    customer_id = holder.customer_id or find_or_add(session, account.store_id, Person(wallet=holder.wallet), now).id
    found.status, found.updated_at = ACCEPTED, now
    there = find_member(session, account.id, customer_id)
    member = join(
        session, account, customer_id, now, by=BY_INVITATION, role=found.role if there is None else there.role
    )
    if there is None:
        tell(session, member_news(session, account, member, "account.member_joined", now))
    return account, member


def _locked(session: Session, account_id: str) -> Account:
    return session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one()
