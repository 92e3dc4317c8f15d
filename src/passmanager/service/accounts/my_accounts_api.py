"""Endpoints of accounts, for their members."""

from sqlalchemy import select

from passmanager.service.accounts import invitations, members
from passmanager.service.accounts.claim_links import LinkExpired
from passmanager.service.accounts.holders import TheHolder
from passmanager.service.accounts.invitations import Guest
from passmanager.service.accounts.joining import members_of
from passmanager.service.accounts.members_schemas import (
    InvitationOut,
    MemberOut,
    MyAccountOut,
    MyInvitationIn,
    RoleIn,
    TokenIn,
    show_invitation,
    show_members,
)
from passmanager.service.accounts.models import Account
from passmanager.service.accounts.sharing_models import AccountInvitation, AccountMember
from passmanager.service.http.deps import Now, Reading, TheServices, Writing
from passmanager.service.http.lazy_routes import make_router
from passmanager.service.http.paging import LIMIT, Page, PageCursor, PageLimit, after, page
from passmanager.service.http.problems import refuses
from passmanager.service.http.public import Limited
from passmanager.service.http.shapes import Id

router = make_router(prefix="/v1", tag="accounts")


def _shown(account: Account, member: AccountMember) -> MyAccountOut:
    return MyAccountOut(
        account_id=account.id, store_id=account.store_id, id=account.external_id, seats=account.seats,
        member_id=member.id, role=member.role, joined_by=member.joined_by,
    )  # fmt: skip


@router.get("/me/accounts")
def list_mine(
    session: Reading, holder: TheHolder, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[MyAccountOut]:
    """Where the caller is a member, the newest first."""
    found = session.scalars(after(members.memberships_of(holder), AccountMember.number, cursor, limit)).all()
    asked = select(Account).where(Account.id.in_([one.account_id for one in found]))
    accounts = {one.id: one for one in session.scalars(asked)}
    return page(found, limit, lambda one: one.number, lambda one: _shown(accounts[one.account_id], one))


@router.get("/me/accounts/{account_id}/members")
def list_my_members(
    account_id: Id, session: Reading, holder: TheHolder, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[MemberOut]:
    """Who else is in an account of the caller."""
    account, _ = members.get_mine(session, holder, account_id)
    found = session.scalars(after(members_of([account.id]), AccountMember.number, cursor, limit)).all()
    shown = show_members(session, found)
    return page(found, limit, lambda one: one.number, lambda one: shown[one.id])


@router.patch("/me/accounts/{account_id}/members/{member_id}")
def change_my_member(account_id: Id, member_id: Id, body: RoleIn, session: Writing, holder: TheHolder) -> MemberOut:
    """Another role; owners give all of them."""
    account, manager = members.get_mine(session, holder, account_id)
    member = members.get_member(session, account, member_id)
    members.change_role(session, manager, account, member, body.role)
    return show_members(session, [member])[member.id]


@router.delete("/me/accounts/{account_id}/members/{member_id}", status_code=204)
def remove_my_member(
    account_id: Id, member_id: Id, session: Writing, holder: TheHolder, services: TheServices, now: Now
) -> None:
    """Somebody leaves: removed by an owner or admin, or by himself."""
    account, manager = members.get_mine(session, holder, account_id)
    member = members.get_member(session, account, member_id)
    members.remove(session, manager, account, member, now, services.wire.tell)


@router.post("/me/accounts/{account_id}/invitations", status_code=201)
def invite_to_mine(
    account_id: Id, body: MyInvitationIn, session: Writing, holder: TheHolder, now: Now, _: Limited
) -> InvitationOut:
    """A mail with a link that works once."""
    account, manager = members.get_mine(session, holder, account_id)
    guest = Guest(email=body.email, role=body.role, days=body.days)
    return show_invitation(invitations.invite(session, manager, account, guest, now)[0])


@router.get("/me/accounts/{account_id}/invitations")
def list_my_invitations(
    account_id: Id, session: Reading, holder: TheHolder, limit: PageLimit = LIMIT, cursor: PageCursor = None
) -> Page[InvitationOut]:
    """Of an account of which the caller is an owner or admin; the newest first."""
    account, manager = members.get_mine(session, holder, account_id)
    manager.require_above()
    asked = invitations.invitations_of(account)
    found = session.scalars(after(asked, AccountInvitation.number, cursor, limit)).all()
    return page(found, limit, lambda one: one.number, show_invitation)


@router.delete("/me/accounts/{account_id}/invitations/{invitation_id}", status_code=204)
def revoke_my_invitation(account_id: Id, invitation_id: Id, session: Writing, holder: TheHolder, now: Now) -> None:
    """Its link opens nothing any more."""
    account, manager = members.get_mine(session, holder, account_id)
    invitations.revoke(session, manager, account, invitation_id, now)


@router.post("/me/invitations/accept")
@refuses(LinkExpired)
def accept_invitation(
    body: TokenIn, session: Writing, holder: TheHolder, services: TheServices, now: Now, _: Limited
) -> MyAccountOut:
    """Joins the account of the link; 410 `link-expired` for one that is used, taken back or over."""
    return _shown(*invitations.accept(session, holder, body.token, now, services.wire.tell))
