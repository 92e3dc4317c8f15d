"""Accounts and who belongs to them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountMember
from passmanager.service.ids import new_id

OWNER, ADMIN, MEMBER = "owner", "admin", "member"
BY_SESSION, BY_INVITATION, BY_MERCHANT = "session", "invitation", "merchant"


def find_or_add_account(session: Session, store_id: str, external_id: str, seats: int | None, now: int) -> Account:
    """The account of a merchant's own id, with the newest number of its seats; locked."""
    asked = select(Account).where(Account.store_id == store_id, Account.external_id == external_id).with_for_update()
    found = session.scalar(asked) or _added(session, store_id, external_id, now) or session.scalars(asked).one()
    if seats is not None and found.seats != seats:
        found.seats, found.updated_at = seats, now
    session.flush()
    return found


def _added(session: Session, store_id: str, external_id: str, now: int) -> Account | None:
    """None if another request was quicker."""
    made = Account(
        id=new_id("acc"), store_id=store_id, external_id=external_id, seats=None, created_at=now, updated_at=now
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return None
    return made


def join(session: Session, account: Account, customer_id: str, now: int, *, by: str, role: str = "") -> AccountMember:
    """A member, new or not; who is the first of an account is its owner. The account must be locked."""
    found = find_member(session, account.id, customer_id)
    if found is None:
        first = session.scalar(members_of([account.id]).limit(1)) is None
        found = AccountMember(
            id=new_id("mbr"), account_id=account.id, customer_id=customer_id, role=role or (OWNER if first else MEMBER),
            joined_by=by, created_at=now,
        )  # fmt: skip
        session.add(found)
    elif by != BY_SESSION:
        found.joined_by, found.role = by, role or found.role
    session.flush()
    return found


def find_member(session: Session, account_id: str, customer_id: str) -> AccountMember | None:
    """The membership of a person in an account, if he has one."""
    return session.scalar(
        select(AccountMember).where(AccountMember.account_id == account_id, AccountMember.customer_id == customer_id)
    )


def members_of(account_ids: Sequence[str]) -> Select[AccountMember]:
    """Everybody in some accounts."""
    return select(AccountMember).where(AccountMember.account_id.in_(account_ids))


def owners_of(session: Session, account_id: str) -> int:
    """How many owners an account has."""
    counted = select(func.count()).where(AccountMember.account_id == account_id, AccountMember.role == OWNER)
    return session.scalar(counted) or 0
