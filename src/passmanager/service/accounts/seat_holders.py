"""Who may give seats of a purchase away: its buyer, or the owners and admins of the account that it belongs to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts.holders import Holder, get_held
from passmanager.service.accounts.joining import ADMIN, OWNER, find_member
from passmanager.service.accounts.members import memberships_of
from passmanager.service.accounts.sharing_models import AccountMember
from passmanager.service.customers.finding import Person, find_or_add
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.http.problems import Forbidden
from passmanager.service.orders.models import Purchase


def managed(session: Session, holder: Holder, purchase_id: str) -> Purchase:
    """A purchase whose seats the person manages, locked.

    Raises:
        NotFound: He does not have it.
        Forbidden: He only uses it.
    """
    purchase = get_held(session, holder, purchase_id)
    if purchase.account_id is None:
        allowed = _is_his(session, holder, purchase)
    else:
        mine = memberships_of(holder).where(AccountMember.account_id == purchase.account_id)
        member = session.scalar(mine)
        allowed = member is not None and member.role in {OWNER, ADMIN}
    if not allowed:
        raise Forbidden(detail="you use this purchase; its buyer, or an owner of its account, gives seats away")
    return purchase


def _is_his(session: Session, holder: Holder, purchase: Purchase) -> bool:
    """Not by a seat."""
    if holder.wallet:
        return purchase.owner == holder.wallet
    if not purchase.owner:
        return purchase.customer_id == holder.customer_id
    wallets = select(CustomerWallet.address).where(CustomerWallet.customer_id == holder.customer_id)
    return purchase.owner in set(session.scalars(wallets))


def customer_in(session: Session, holder: Holder, store_id: str, now: int) -> str:
    """The customer that a person is in a store; a wallet that the store does not know becomes one."""
    return holder.customer_id or find_or_add(session, store_id, Person(wallet=holder.wallet), now).id


def member_of(session: Session, purchase: Purchase, customer_id: str) -> bool:
    """Is the customer a member of the account that the purchase belongs to?"""
    return purchase.account_id is not None and find_member(session, purchase.account_id, customer_id) is not None
