"""Endpoints of accounts, for the merchant."""

from collections import Counter
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import func, select

from passmanager.service.accounts import invitations, members
from passmanager.service.accounts.invitations import Guest
from passmanager.service.accounts.joining import members_of
from passmanager.service.accounts.members import Manager
from passmanager.service.accounts.members_schemas import (
    AccountOut,
    InvitationIn,
    InvitationMade,
    InvitationOut,
    MemberIn,
    MemberOut,
    RoleIn,
    show_account,
    show_invitation,
    show_members,
)
from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountInvitation, AccountMember
from passmanager.service.http.auth import Caller
from passmanager.service.http.deps import Now, Reading, TheServices, Writing, require
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.shapes import Id, Text

router = make_router(prefix="/v1", tag="accounts")

Reader = Annotated[Caller, Depends(require("accounts:read"))]
Writer = Annotated[Caller, Depends(require("accounts:write"))]


@router.get("/accounts")
def list_accounts(
    session: Reading,
    caller: Reader,
    store_id: Annotated[Id | None, Query()] = None,
    account: Annotated[Text | None, Query(description="The merchant's own id of it.")] = None,
    limit: PageLimit = LIMIT,
    cursor: PageCursor = None,
) -> Page[AccountOut]:
    """The newest first."""
    asked = members.accounts_of(caller)
    for column, value in ((Account.store_id, store_id), (Account.external_id, account)):
        asked = asked if value is None else asked.where(column == value)
    found = session.scalars(after(asked, Account.number, cursor, limit)).all()
    ids = [one.id for one in found]
    counted = select(AccountMember.account_id, func.count()).where(AccountMember.account_id.in_(ids))
    counts = Counter(dict(session.execute(counted.group_by(AccountMember.account_id)).all()))
    return page(found, limit, lambda one: one.number, lambda one: show_account(one, counts[one.id]))


@router.get("/accounts/{account_id}")
def get_account(account_id: Id, session: Reading, caller: Reader) -> AccountOut:
    """One account."""
    found = members.get_account(session, caller, account_id)
    counted = select(func.count()).where(AccountMember.account_id == found.id)
    return show_account(found, session.scalars(counted).one())


@router.get("/accounts/{account_id}/members")
def list_members(
    account_id: Id, session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[MemberOut]:
    """Who is in it, the newest first."""
    account = members.get_account(session, caller, account_id)
    found = session.scalars(after(members_of([account.id]), AccountMember.number, cursor, limit)).all()
    shown = show_members(session, found)
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.post("/accounts/{account_id}/members", status_code=201)
def add_member(
    account_id: Id, body: MemberIn, session: Writing, caller: Writer, services: TheServices, now: Now
) -> MemberOut:
    """A user of yours joins; who is in it already gets the role that is sent."""
    account = members.get_account(session, caller, account_id)
    member = members.add(session, account, body.user_id, body.role, now, services.wire.tell)
    return show_members(session, [member])[member.id]


@router.patch("/accounts/{account_id}/members/{member_id}")
def change_member(account_id: Id, member_id: Id, body: RoleIn, session: Writing, caller: Writer) -> MemberOut:
    """Another role."""
    account = members.get_account(session, caller, account_id)
    member = members.get_member(session, account, member_id)
    members.change_role(session, Manager(caller.name), account, member, body.role)
    return show_members(session, [member])[member.id]


@router.delete("/accounts/{account_id}/members/{member_id}", status_code=204)
def remove_member(
    account_id: Id, member_id: Id, session: Writing, caller: Writer, services: TheServices, now: Now
) -> None:
    """He has nothing of the account from the next request on."""
    account = members.get_account(session, caller, account_id)
    member = members.get_member(session, account, member_id)
    members.remove(session, Manager(caller.name), account, member, now, services.wire.tell)


@router.post("/accounts/{account_id}/invitations", status_code=201)
def invite(account_id: Id, body: InvitationIn, session: Writing, caller: Writer, now: Now) -> InvitationMade:
    """A mail with a link that works once; the token is shown here this once, too."""
    account = members.get_account(session, caller, account_id)
    guest = Guest(email=body.email, role=body.role, page=str(body.return_url or ""), days=body.days)
    made, token = invitations.invite(session, Manager(caller.name), account, guest, now)
    return InvitationMade(**show_invitation(made).__dict__, token=token)


@router.get("/accounts/{account_id}/invitations")
def list_invitations(
    account_id: Id, session: Reading, caller: Reader, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[InvitationOut]:
    """The newest first."""
    asked = invitations.invitations_of(members.get_account(session, caller, account_id))
    found = session.scalars(after(asked, AccountInvitation.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, show_invitation)


@router.delete("/accounts/{account_id}/invitations/{invitation_id}", status_code=204)
def revoke_invitation(account_id: Id, invitation_id: Id, session: Writing, caller: Writer, now: Now) -> None:
    """Its link opens nothing any more."""
    account = members.get_account(session, caller, account_id)
    invitations.revoke(session, Manager(caller.name), account, invitation_id, now)
