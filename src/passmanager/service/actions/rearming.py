"""Beginning again by oneself, where the merchant allows it: by a code in a mail, or by the signature of a wallet."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.service.accounts import codes
from passmanager.service.accounts.holders import Holder
from passmanager.service.actions import limits, repository
from passmanager.service.actions.effects import User
from passmanager.service.actions.models import Action
from passmanager.service.actions.schemas import RearmSignedIn
from passmanager.service.catalog.models import Store
from passmanager.service.customers.models import CustomerWallet
from passmanager.service.http import siwe
from passmanager.service.http.problems import Conflict, Forbidden
from passmanager.service.orders.models import Purchase
from passmanager.units import checksum

PURPOSE = "action.rearm"
EMAIL, WALLET, ANY = "email", "wallet", "any"


class RearmRefused(Forbidden):
    """The merchant does not let buyers arm this action, or not by this proof."""

    code = "rearm-refused"


class RearmLimitReached(Conflict):
    """It was armed as often as it may be."""

    code = "rearm-limit-reached"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be armed, and for whom."""

    action: Action
    right: Purchase
    user: User
    holder: Holder

    @property
    def subject(self) -> str:
        """Of codes."""
        return f"{self.right.id} {self.action.id} {self.user.person}"

    @property
    def statement(self) -> str:
        """Of messages."""
        return f"Use {self.action.key} of purchase {self.right.id} again."


@dataclass(frozen=True, slots=True)
class Signing:
    """What judges signatures."""

    url: str
    chain_id: int
    wallets: siwe.Wallets


def require(session: Session, asked: Asked, proof: str) -> None:
    """Refuses what the merchant does not allow, and what is not needed.

    Raises:
        RearmRefused: Not this action, or not by this proof.
        Conflict: Some uses are left.
        RearmLimitReached: It was done as often as it may be.
    """
    action = asked.action
    if action.rearm not in {proof, ANY}:
        by = "by the shop only" if action.rearm == "off" else f"by {action.rearm} only"
        raise RearmRefused(detail=f"action {action.key} is armed {by}")
    now = limits.standing(session, action, asked.right, asked.user.person)
    if now.remaining is None or now.remaining > 0:
        left = "without limit" if now.remaining is None else f"{now.remaining} more times"
        raise Conflict(detail=f"action {action.key} can be used {left}; it is armed when nothing is left")
    if action.max_rearms is not None and now.rearms >= action.max_rearms:
        raise RearmLimitReached(detail=f"action {action.key} was armed {now.rearms} of {action.max_rearms} times")


def send_code(session: Session, asked: Asked, at: int) -> str:
    """A code to the address that the shop knows; the address, for who recognizes it."""
    require(session, asked, EMAIL)
    store = session.scalars(select(Store).where(Store.id == asked.right.store_id)).one()
    codes.send_code(
        session, purpose=PURPOSE, subject=asked.subject, email=asked.user.email, store_id=store.id,
        merchant_id=store.merchant_id, now=at,
    )  # fmt: skip
    name, _, host = asked.user.email.rpartition("@")
    return f"{name[:1]}***@{host}"


def message(session: Session, asked: Asked, address: str, signing: Signing, at: int) -> str:
    """The text that a wallet of the person signs."""
    require(session, asked, WALLET)
    _require_wallet(session, asked, checksum(address))
    return siwe.compose(
        url=signing.url, address=address, statement=asked.statement, chain_id=signing.chain_id,
        nonce=siwe.new_nonce(session, at), now=at,
    )  # fmt: skip


def by_code(session: Session, asked: Asked, code: str, at: int) -> None:
    """Counting begins at 0 again. A wrong code is counted in this transaction, so nothing is written before it."""
    require(session, asked, EMAIL)
    codes.check_code(session, purpose=PURPOSE, subject=asked.subject, code=code.strip(), now=at)
    _begin_again(session, asked)


def by_signature(session: Session, asked: Asked, signed: RearmSignedIn, signing: Signing, at: int) -> None:
    """The same by the signature of a wallet of the person."""
    require(session, asked, WALLET)
    said = siwe.parse(signed.message)
    if said.statement != asked.statement:
        raise siwe.SignatureInvalid(detail=f"the message has to say: {asked.statement}")
    siwe.check(session, said, url=signing.url, chain_id=signing.chain_id, now=at)
    siwe.verify(said, signed.signature, signing.wallets)
    _require_wallet(session, asked, said.address)
    _begin_again(session, asked)


def _begin_again(session: Session, asked: Asked) -> None:
    counter = limits.counter_of(asked.action, asked.user.person)
    use = repository.use_of(session, asked.right.id, asked.action.id, counter)
    if use is not None:
        use.count, use.rearms, use.told = 0, use.rearms + 1, False
        session.flush()


def _require_wallet(session: Session, asked: Asked, address: str) -> None:
    mine = select(CustomerWallet.address).where(
        CustomerWallet.store_id == asked.right.store_id, CustomerWallet.customer_id == asked.user.customer_id
    )
    if address not in {asked.holder.wallet, *session.scalars(mine)}:
        raise RearmRefused(detail=f"{address} is not your wallet; sign with one that the shop knows")
