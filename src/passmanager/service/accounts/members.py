"""Who manages an account: the merchant all of it, its owners everybody, its admins the plain members."""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder
from passmanager.service.accounts.joining import (
    ADMIN,
    BY_MERCHANT,
    BY_SESSION,
    MEMBER,
    OWNER,
    find_member,
    join,
    members_of,
    owners_of,
)
from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountMember
from passmanager.service.catalog.models import Store
from passmanager.service.catalog.repository import stores_of
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import Customer, CustomerWallet
from passmanager.service.http.auth import Caller
from passmanager.service.http.problems import Conflict, Forbidden, NotFound
from passmanager.service.news import News, Tell

RANKS = {MEMBER: 0, ADMIN: 1, OWNER: 2}


@dataclass(frozen=True, slots=True)
class Manager:
    """Who changes an account: the merchant, or one of its members.

    Attributes:
        name: For the record.
        member: None for the merchant.
    """

    name: str
    member: AccountMember | None = None

    def require_above(self, *roles: str) -> None:
        """Owners manage every role, admins plain members.

        Raises:
            Forbidden: One of the roles is not below the member's.
        """
        if self.member is None or self.member.role == OWNER:
            return
        if self.member.role != ADMIN or any(RANKS[role] >= RANKS[ADMIN] for role in roles):
            raise Forbidden(detail=f"role {self.member.role} of the account cannot do this; an owner can")


def accounts_of(caller: Caller) -> Select[Account]:
    """The accounts in the stores that a key may touch."""
    return select(Account).where(Account.store_id.in_(stores_of(caller).with_only_columns(Store.id)))


def get_account(session: Session, caller: Caller, account_id: str) -> Account:
    """One of them, locked.

    Raises:
        NotFound: There is none of this id, or it is not the caller's.
    """
    found = session.scalar(accounts_of(caller).where(Account.id == account_id).with_for_update())
    if found is None:
        raise NotFound(detail=f"there is no account {account_id}; see GET /v1/accounts")
    return found


def memberships_of(holder: Holder) -> Select[AccountMember]:
    """Where a person is a member; a membership by session counts in sessions of that account only."""
    people = select(CustomerWallet.customer_id).where(
        CustomerWallet.store_id.in_(select(Store.id)), CustomerWallet.address == holder.wallet
    )
    mine = AccountMember.customer_id.in_(people) if holder.wallet else AccountMember.customer_id == holder.customer_id
    counting = or_(AccountMember.joined_by != BY_SESSION, AccountMember.account_id == holder.account_id)
    return select(AccountMember).where(mine, counting)


def get_mine(session: Session, holder: Holder, account_id: str) -> tuple[Account, Manager]:
    """An account that a person is a member of, locked, and what he may do in it.

    Raises:
        NotFound: He is no member, or there is none of this id.
    """
    account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
    member = session.scalar(memberships_of(holder).where(AccountMember.account_id == account_id))
    if account is None or member is None:
        raise NotFound(detail=f"you are in no account {account_id}; see GET /v1/me/accounts")
    return account, Manager(member.customer_id, member)


def get_member(session: Session, account: Account, member_id: str) -> AccountMember:
    """A member of an account.

    Raises:
        NotFound: There is none of this id in it.
    """
    found = session.scalar(members_of([account.id]).where(AccountMember.id == member_id))
    if found is None:
        raise NotFound(detail=f"account {account.id} has no member {member_id}")
    return found


def add(session: Session, account: Account, user_id: str, role: str | None, now: int, tell: Tell) -> AccountMember:
    """A user of the merchant joins, or gets another role."""
    customer = find_or_add(session, account.store_id, Person(external_id=user_id), now)
    before = find_member(session, account.id, customer.id)
    member = join(session, account, customer.id, now, by=BY_MERCHANT, role=role or "")
    if before is None:
        tell(session, member_news(session, account, member, "account.member_joined", now))
    return member


def change_role(session: Session, manager: Manager, account: Account, member: AccountMember, role: str) -> None:
    """Another role.

    Raises:
        Forbidden: The manager may not.
        Conflict: The account would have no owner.
    """
    manager.require_above(member.role, role)
    if role != OWNER:
        _require_another_owner(session, manager, account, member)
    member.role = role
    session.flush()


def remove(
    session: Session, manager: Manager, account: Account, member: AccountMember, now: int, tell: Tell
) -> None:  # fmt: skip
    """Somebody leaves: he has nothing of the account from the next request on. Everybody may leave himself.

    Raises:
        Forbidden: The manager may not.
        Conflict: The account would have no owner.
    """
    if manager.member is None or manager.member.id != member.id:
        manager.require_above(member.role)
    _require_another_owner(session, manager, account, member)
    tell(session, member_news(session, account, member, "account.member_left", now))
    session.delete(member)
    session.flush()


def _require_another_owner(session: Session, manager: Manager, account: Account, member: AccountMember) -> None:
    """A merchant may leave an account without one: his next session of it brings people, and he gives roles."""
    if manager.member is not None and member.role == OWNER and owners_of(session, account.id) == 1:
        raise Conflict(detail=f"account {account.external_id} has no other owner; make one first")


def member_news(session: Session, account: Account, member: AccountMember, kind: str, at: int) -> News:
    """News of a member, in the sequence of the account."""
    merchant_id = session.scalars(select(Store.merchant_id).where(Store.id == account.store_id)).one()
    user_id = session.scalar(select(Customer.external_id).where(Customer.id == member.customer_id))
    return News(
        type=kind, merchant_id=merchant_id, store_id=account.store_id, aggregate_type="account",
        aggregate_id=account.id, at=at,
        data={
            "id": member.id, "account_id": account.id, "account": account.external_id, "user_id": user_id,
            "customer_id": member.customer_id, "role": member.role, "joined_by": member.joined_by,
        },
    )  # fmt: skip
