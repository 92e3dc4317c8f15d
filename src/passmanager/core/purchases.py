"""What a purchase is made of: the order, the steps to send, and what was bought. No network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypedDict

from passmanager.abi.events import PaymentReceived, ProductsPurchased, SubscriptionStateChanged
from passmanager.abi.structs import AdditionalPurchaseParams, CheckoutTerms, InitialPurchaseParams, Pricing, Quote
from passmanager.core import erc20
from passmanager.core.calls import Call
from passmanager.core.contracts import PassLensCalls, PurchaseManagerCalls
from passmanager.core.state import ItemState
from passmanager.errors import BadArgument
from passmanager.models import Contracts, EventLog, Receipt, Unsigned
from passmanager.specs import Amount, Currency, Frequency, base_units
from passmanager.units import NATIVE, Address, format_units

NO_REFERENCE: Final = bytes(32)
LINES: Final = 24
Approve = Literal["exact"] | int | None
"""Approve what this purchase takes, or this many periods (the first among them), or nothing."""


class Line(NamedTuple):
    """A product at one of its pricings; the quantity is that of tiered pricings, else 0."""

    product_id: int
    pricing_id: int
    quantity: int = 0


class MoreOptions(TypedDict, total=False):
    """What can be said about a purchase for a pass that is there.

    Attributes:
        coupon_code: As the merchant gave it out.
        pause: Subscriptions start paused.
        order_reference: 32 bytes of the shop's, in the event; proves nothing by itself.
        max_amount: Refuse if the quote is above it, in the token's smallest unit, or as a Decimal of `currency`.
        currency: What the buyer means to pay in; refuse if the quote is in another token.
        deadline_s: Seconds from the newest block until the transaction is void.
        approve: Let PaymentEscrow take what is needed: `"exact"`, or a number of periods, the first among them.
    """

    coupon_code: str
    pause: bool
    order_reference: bytes
    max_amount: Amount | None
    currency: Currency | None
    deadline_s: int
    approve: Approve


class BuyOptions(MoreOptions, total=False):
    """What can be said about a purchase of a new pass.

    Attributes:
        to: Who gets the pass; by default who pays.
        discount_ids: Discounts to put on the pass for good, ascending.
    """

    to: Address | None
    discount_ids: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One purchase: of a new pass of `organization_id`, or for `pass_id`. The fields are those of the options."""

    lines: Sequence[Line]
    organization_id: int = 0
    pass_id: int = 0
    to: Address | None = None
    coupon_code: str = ""
    discount_ids: Sequence[int] = ()
    pause: bool = False
    order_reference: bytes = NO_REFERENCE
    max_amount: Amount | None = None
    currency: Currency | None = None
    deadline_s: int = 600
    approve: Approve = None

    def check(self) -> None:
        """Refuses what cannot be meant.

        Raises:
            BadArgument: No lines, too many, a reference that is not 32 bytes, or no such approval.
            BadAmount: `max_amount` is a float, or a Decimal without a currency.
        """
        if not 1 <= len(self.lines) <= LINES:
            raise BadArgument(function="purchases", problem=f"{len(self.lines)} lines, a cart has 1 to {LINES}")
        if len(self.order_reference) != len(NO_REFERENCE):
            size = len(self.order_reference)
            raise BadArgument(function="purchases", problem=f"order_reference has {size} bytes, 32 are needed")
        if not (self.approve in (None, "exact") or (type(self.approve) is int and self.approve > 0)):
            problem = f"approve is {self.approve!r}, not 'exact', None or a number of periods from 1"
            raise BadArgument(function="purchases", problem=problem)
        _ = self.limit

    @property
    def limit(self) -> int | None:
        """`max_amount` in the token's smallest unit."""
        return None if self.max_amount is None else base_units(self.max_amount, self.currency)

    def initial(self, payer: Address) -> InitialPurchaseParams:
        """The cart of a new pass."""
        products, pricings, quantities = self._columns()
        return InitialPurchaseParams(
            to=self.to or payer,
            organization_id=self.organization_id,
            product_ids=products,
            pricing_ids=pricings,
            quantities=quantities,
            discount_ids=list(self.discount_ids),
            coupon_code=self.coupon_code,
            airdrop=False,
            pause=self.pause,
        )

    def additional(self) -> AdditionalPurchaseParams:
        """The cart for a pass that is there."""
        products, pricings, quantities = self._columns()
        return AdditionalPurchaseParams(
            product_pass_id=self.pass_id,
            product_ids=products,
            pricing_ids=pricings,
            quantities=quantities,
            coupon_code=self.coupon_code,
            airdrop=False,
            pause=self.pause,
        )

    def _columns(self) -> tuple[list[int], list[int], list[int]]:
        lines = [Line(*line) for line in self.lines]
        return (
            [line.product_id for line in lines],
            [line.pricing_id for line in lines],
            [line.quantity for line in lines],
        )

    def quote(self, contracts: Contracts, payer: Address) -> Call[Quote]:
        """What it would cost now; refused as the purchase would be."""
        lens = PassLensCalls(contracts.pass_lens)
        if self.pass_id:
            return lens.quote_additional(self.additional(), payer)
        return lens.quote_purchase(self.initial(payer), payer)

    def checkout(self, contracts: Contracts, payer: Address, quote: Quote, deadline: int) -> Call[None]:
        """The purchase, for at most what was quoted."""
        manager = PurchaseManagerCalls(contracts.purchase_manager)
        value = quote.total if quote.token == NATIVE else 0
        terms = CheckoutTerms(
            order_reference=self.order_reference, token=quote.token, max_amount=quote.total, deadline=deadline
        )
        if self.pass_id:
            return manager.checkout_additional(self.additional(), terms, value=value)
        return manager.checkout(self.initial(payer), terms, value=value)

    def pricings(self, contracts: Contracts) -> list[Call[Pricing]]:
        """Reads the pricing of each line."""
        lens = PassLensCalls(contracts.pass_lens)
        return [lens.pricing_of(pricing_id) for pricing_id in self._columns()[1]]

    def allowance_wanted(self, quote: Quote, pricings: Sequence[Pricing]) -> int:
        """What PaymentEscrow has to be allowed. Later periods count without the coupon, bills for usage not at all."""
        if not isinstance(self.approve, int):
            return quote.total
        recurring = [
            line.list_cost - line.list_cost * quote.discount_bps // 10_000
            for line, pricing in zip(quote.lines, pricings, strict=True)
            if pricing.terms.frequency != Frequency.ONCE
        ]
        return quote.total + (self.approve - 1) * sum(recurring)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One unsigned transaction: what it does, who has to send it, and the call."""

    description: str
    sender: Address
    call: Call[None]

    def fields(self) -> dict[str, str]:
        """As wallets and Safe take it: from, to, value, data."""
        return {
            "from": self.sender,
            "to": self.call.to,
            "value": hex(self.call.value),
            "data": f"0x{self.call.data.hex()}",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A purchase that was checked: its quote, the approvals it needs (often none), and the checkout.

    Attributes:
        payer: Who has to send the steps.
        quote: The price; the checkout takes no more.
        approved: What PaymentEscrow may take after the approvals; 0 = no approval is needed.
    """

    payer: Address
    quote: Quote
    approvals: Sequence[Step]
    approved: int
    checkout: Step

    @property
    def steps(self) -> list[Step]:
        """All transactions in their order."""
        return [*self.approvals, self.checkout]


def approval(contracts: Contracts, payer: Address, token: Address, amount: int) -> Step:
    """Lets PaymentEscrow take up to `amount`."""
    text = f"Allow PaymentEscrow to take up to {amount} of token {token}" if amount else "Take back the old approval"
    return Step(description=text, sender=payer, call=erc20.approve(token, contracts.payment_escrow, amount))


def checkout_step(order: Order, payer: Address, quote: Quote, call: Call[None]) -> Step:
    """The purchase itself."""
    what = f"for pass {order.pass_id}" if order.pass_id else f"of organization {order.organization_id}"
    price = f"{format_units(quote.total)} native" if quote.token == NATIVE else f"{quote.total} of token {quote.token}"
    return Step(description=f"Buy {len(order.lines)} product(s) {what} for {price}", sender=payer, call=call)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedItem:
    """One product on the pass, as it was written.

    Attributes:
        amount: Paid for it, in the token's smallest unit; None if the price changed between quote and purchase.
        start: Unix seconds; 0 if it starts paused.
        end: Unix seconds, half-open; 0 if it has no end or starts paused.
        state: All of its word.
    """

    product_id: int
    pricing_id: int
    quantity: int
    amount: int | None
    start: int
    end: int
    state: ItemState

    @classmethod
    def of(cls, event: SubscriptionStateChanged, amount: int | None = None) -> "PurchasedItem":
        """From the event of the purchase."""
        state = ItemState.from_word(event.state)
        return cls(
            product_id=event.product_id,
            pricing_id=state.pricing_id,
            quantity=state.quantity,
            amount=amount,
            start=0 if state.paused else state.start,
            end=0 if state.paused else state.end,
            state=state,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchased:
    """A purchase that is on the chain; or after a dry run, or unsigned, one that could be.

    Attributes:
        pass_id: The pass; 0 for a new one that is not bought yet.
        payer: Who paid.
        token: The zero address is the native coin.
        subtotal: At list price, in the token's smallest unit.
        amount: Paid, in the token's smallest unit.
        fee: The platform's part of it.
        items: What is on the pass now; empty if nothing was sent.
        approved: What the approval before was for; 0 = there was none.
        gas_used: Of all transactions together; of a dry run the estimate of what could be simulated.
        gas_cost: Wei that this gas cost; of a dry run, at most.
        block_number: Of the purchase; of a dry run, the block it was simulated on.
        tx_hash: The purchase's transaction; empty if nothing was sent.
        approval_hashes: Transactions before.
        dry_run: Nothing was sent.
        unsigned: All transactions to sign and send, in their order, if the client's signer is an `UnsignedSigner`.
    """

    pass_id: int
    payer: Address
    token: Address
    subtotal: int
    amount: int
    fee: int
    items: tuple[PurchasedItem, ...]
    approved: int
    gas_used: int
    gas_cost: int
    block_number: int
    tx_hash: str
    approval_hashes: tuple[str, ...] = ()
    quote: Quote
    events: tuple[EventLog[Any], ...] = field(default=(), repr=False)
    dry_run: bool = False
    unsigned: tuple[Unsigned, ...] = ()

    @classmethod
    def of(cls, plan: Plan, receipts: Sequence[Receipt[None]]) -> "Purchased":
        """From the receipts of a plan's steps.

        Raises:
            MissingEvent: The last one is not that of a purchase.
        """
        last = receipts[-1]
        sold = last.event(ProductsPurchased)
        amounts = _amounts(sold, plan.quote)
        return cls(
            pass_id=sold.product_pass_id,
            payer=sold.purchaser,
            token=sold.token,
            subtotal=sold.subtotal,
            amount=sold.amount_paid,
            fee=sum(payment.fee for payment in last.events_of(PaymentReceived)),
            items=tuple(
                PurchasedItem.of(event, amounts.get(event.product_id))
                for event in last.events_of(SubscriptionStateChanged)
            ),
            approved=plan.approved,
            gas_used=sum(receipt.gas_used for receipt in receipts),
            gas_cost=sum(receipt.gas_cost for receipt in receipts),
            block_number=last.block_number,
            tx_hash=last.tx_hash,
            approval_hashes=tuple(receipt.tx_hash for receipt in receipts[:-1]),
            quote=plan.quote,
            events=last.logs,
        )

    @classmethod
    def planned(
        cls, plan: Plan, pass_id: int, receipt: Receipt[None], unsigned: Sequence[Unsigned] = ()
    ) -> "Purchased":
        """From a dry run of the first step, or with all steps unsigned."""
        return cls(
            pass_id=pass_id,
            payer=plan.payer,
            token=plan.quote.token,
            subtotal=plan.quote.subtotal,
            amount=plan.quote.total,
            fee=plan.quote.fee,
            items=(),
            approved=plan.approved,
            gas_used=receipt.gas_used,
            gas_cost=receipt.gas_cost,
            block_number=receipt.block_number,
            tx_hash="",
            quote=plan.quote,
            dry_run=True,
            unsigned=tuple(unsigned),
        )


def _amounts(sold: ProductsPurchased, quote: Quote) -> dict[int, int]:
    """What each product cost: the quote says it, if it still held."""
    if (sold.subtotal, sold.amount_paid) != (quote.subtotal, quote.total):
        return {}
    return {product: line.after_discounts for product, line in zip(sold.product_ids, quote.lines, strict=True)}
