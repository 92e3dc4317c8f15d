"""Requests and answers about accounts, members and invitations."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field, HttpUrl, StringConstraints, UrlConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.claim_links import LASTS_DAYS, MOST_DAYS
from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountInvitation, AccountMember
from passmanager.service.customers.models import Customer
from passmanager.service.http.shapes import Body, Email, Moment, Name

Role = Literal["owner", "admin", "member"]
Token = Annotated[str, StringConstraints(pattern=r"^pm[a-z]_[0-9a-f]{64}$")]
ReturnUrl = Annotated[
    Annotated[HttpUrl, UrlConstraints(max_length=1_000)] | None,
    Field(description="Your page, to which the token is added; the store's address if left out."),
]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS, description="The link is good for so many days.")]


class MemberIn(Body):
    """A user of yours who joins the account; the first one is its owner if nothing is said."""

    user_id: Name
    role: Role | None = None


class RoleIn(Body):
    """Another role."""

    role: Role


class MyInvitationIn(Body):
    """A person who gets a link to join."""

    email: Email
    role: Role = "member"
    days: Days = LASTS_DAYS


class InvitationIn(MyInvitationIn):
    """The same of a merchant, who says where the link leads."""

    return_url: ReturnUrl = None


class TokenIn(Body):
    """The token of a link."""

    token: Token


class AccountOut(BaseModel):
    """An account of a merchant's users; `id` is the merchant's own."""

    account_id: str
    store_id: str
    id: str
    seats: int | None
    members: int
    created_at: Moment
    updated_at: Moment


class MyAccountOut(BaseModel):
    """An account that the caller is a member of."""

    account_id: str
    store_id: str
    id: str
    seats: int | None
    member_id: str
    role: str
    joined_by: str


class MemberOut(BaseModel):
    """A member of an account."""

    id: str
    account_id: str
    user_id: str | None
    customer_id: str
    email: str
    role: str
    joined_by: str
    created_at: Moment


class InvitationOut(BaseModel):
    """An invitation; `status` is `pending`, `accepted` or `revoked`, and pending ones end at `expires_at`."""

    id: str
    account_id: str
    email: str
    role: str
    status: str
    invited_by: str
    expires_at: Moment
    created_at: Moment


class InvitationMade(InvitationOut):
    """A new invitation; the merchant sees its token this once."""

    token: str


def show_members(session: Session, members: Sequence[AccountMember]) -> dict[str, MemberOut]:
    """Many at once, by their ids."""
    asked = select(Customer.id, Customer.external_id, Customer.email)
    people = {
        row[0]: row for row in session.execute(asked.where(Customer.id.in_([one.customer_id for one in members])))
    }
    return {
        one.id: MemberOut(
            id=one.id, account_id=one.account_id, user_id=people[one.customer_id][1], customer_id=one.customer_id,
            email=people[one.customer_id][2], role=one.role, joined_by=one.joined_by, created_at=one.created_at,
        )
        for one in members
    }  # fmt: skip


def show_invitation(one: AccountInvitation) -> InvitationOut:
    """Without its token."""
    return InvitationOut(
        id=one.id, account_id=one.account_id, email=one.email, role=one.role, status=one.status,
        invited_by=one.invited_by, expires_at=one.expires_at, created_at=one.created_at,
    )  # fmt: skip


def show_account(account: Account, members: int) -> AccountOut:
    """With the number of its members."""
    return AccountOut(
        account_id=account.id, store_id=account.store_id, id=account.external_id, seats=account.seats, members=members,
        created_at=account.created_at, updated_at=account.updated_at,
    )  # fmt: skip
