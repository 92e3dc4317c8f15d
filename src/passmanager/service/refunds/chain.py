"""What the chain says of a refund before it is made, and the call that makes it."""

from dataclasses import dataclass
from typing import TypeVar

from passmanager.core.calls import Call
from passmanager.service.chain.reader import ChainReader
from passmanager.service.orders.models import Refund
from passmanager.units import Address, checksum

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Of one product on one pass, in base units.

    Attributes:
        most: So much can be paid back now.
        least: So much has to be, if the product is to end.
        balance: What the organization has in its escrow.
        recipient: Present holder of the pass, who would get it.
    """

    most: int
    least: int
    balance: int
    recipient: Address


def look(chain: ChainReader, pass_id: int, product_id: int, token: str) -> Outlook:
    """Asks the contracts; a pass that is gone can be paid nothing.

    Raises:
        Unavailable: The node does not answer.
    """
    from passmanager.core.contracts import PassLensCalls, PaymentEscrowCalls, ProductPassCalls  # noqa: PLC0415 - slow

    lens, escrow = PassLensCalls(chain.contracts.pass_lens), PaymentEscrowCalls(chain.contracts.payment_escrow)
    holder = _ask(chain, ProductPassCalls(chain.contracts.product_pass).owner_of(pass_id))
    org_id = _ask(chain, lens.org_of_pass(pass_id))
    return Outlook(
        most=_ask(chain, lens.refundable(pass_id, product_id)) or 0,
        least=_ask(chain, lens.value_left(pass_id, product_id)) or 0,
        balance=_ask(chain, escrow.org_balance(org_id or 0, checksum(token))) or 0,
        recipient=holder or checksum(f"0x{bytes(20).hex()}"),
    )


def _ask(chain: ChainReader, call: Call[T]) -> T | None:
    """None if the contract refuses."""
    answer = chain.call(call.to, call.data)
    return None if answer is None else call.decode(answer)


def refund_call(chain: ChainReader, refund: Refund) -> Call[None]:
    """What a wallet with the role `refund` has to send."""
    from passmanager.core.contracts import PurchaseManagerCalls  # noqa: PLC0415 - slow

    manager = PurchaseManagerCalls(chain.contracts.purchase_manager)
    return manager.refund_product(
        refund.pass_id or 0, product_id=refund.chain_product_id or 0, amount=refund.amount, revoke=refund.revoke
    )
