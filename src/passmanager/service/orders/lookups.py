"""What is known before facts become orders: asked for a whole batch at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.orm import Session

from passmanager.abi.structs import PricingTerms
from passmanager.service.catalog.models import Currency, Organization
from passmanager.service.chain import repository as chain
from passmanager.service.chain.facts import Airdropped, Billed, Changed, Fact, Line, Purchased, Refunded, Renewed
from passmanager.service.orders import repository
from passmanager.service.orders.models import Order, Payment
from passmanager.service.orders.repository import Buyer, Offered
from passmanager.service.orders.rights import Right
from passmanager.units import Address

Selling: TypeAlias = Purchased | Airdropped | Renewed | Billed | Changed
SELLING = (Purchased, Airdropped, Renewed, Billed, Changed)
STEP = 256
"""Positions of one fact: an airdrop makes an order for each of up to 200 recipients."""


@dataclass(slots=True)
class Lookups:
    """The rows that facts of one batch touch.

    Attributes:
        organizations: Those that were bound at some time, by the chain's id.
        payments: By transaction and position; what is there was seen before.
        rights: By pass and product, new ones included.
        buyers: By store and wallet, new ones included.
    """

    session: Session
    chain_id: int
    organizations: Mapping[int, Organization]
    payments: dict[tuple[str, int], Payment]
    orders: dict[tuple[str, str], Order]
    products: dict[tuple[str, int], Offered]
    currencies: dict[tuple[str, str], Currency]
    buyers: dict[tuple[str, str], Buyer]
    rights: dict[tuple[int, int], Right]
    terms: dict[int, PricingTerms]
    names: dict[int, str]

    @classmethod
    def of(
        cls, session: Session, chain_id: int, organizations: Mapping[int, Organization], facts: Sequence[Fact]
    ) -> "Lookups":
        """Everything that the facts of these organizations may need."""
        stores = {one.store_id for one in organizations.values()}
        refs = {one.id for one in organizations.values()}
        selling = [fact for fact in facts if isinstance(fact, SELLING)]
        rights = repository.rights(session, chain_id, {pass_id for fact in facts for pass_id in passes_of(fact)})
        products = {number for fact in selling for number in _products(fact)}
        pricings = {line.pricing_id for fact in selling for line in _lines(fact)}
        return cls(
            session=session,
            chain_id=chain_id,
            organizations=organizations,
            payments=repository.payments(session, chain_id, {fact.place.tx_hash for fact in selling}),
            orders=_referenced(session, organizations.values(), selling),
            products=repository.products(session, refs, products),
            currencies=repository.currencies(session, stores, chain_id),
            buyers=repository.buyers(session, _wallets(organizations, facts)),
            rights=rights,
            terms=chain.terms_of(session, chain_id, pricings),
            names=chain.names_of(session, chain_id, products),
        )

    def currency(self, store_id: str, token: Address) -> Currency:
        """The store's currency for a token; made if it has none."""
        found = self.currencies.get((store_id, token))
        if found is None:
            known = chain.tokens_of(self.session, self.chain_id, [token]).get(token)
            found = repository.add_currency(self.session, store_id, self.chain_id, token, known)
            self.currencies[store_id, token] = found
        return found

    def term(self, pricing_id: int) -> PricingTerms | None:
        """Terms of a pricing, asked for if no fact of the batch named it."""
        if pricing_id not in self.terms:
            self.terms |= chain.terms_of(self.session, self.chain_id, [pricing_id])
        return self.terms.get(pricing_id)


def _referenced(
    session: Session, organizations: Iterable[Organization], facts: Iterable[Fact]
) -> dict[tuple[str, str], Order]:
    references = {fact.reference for fact in facts if isinstance(fact, Purchased) and fact.reference}
    merchants = {one.merchant_id for one in organizations}
    return repository.orders_by_reference(session, merchants, references) if references else {}


def passes_of(fact: Fact) -> Iterable[int]:
    """The passes that a fact is about."""
    if isinstance(fact, Airdropped):
        return range(fact.first_pass_id, fact.first_pass_id + len(fact.recipients))
    found: int = getattr(fact, "pass_id", 0)
    return (found,) if found else ()


def _lines(fact: Fact) -> Iterable[Line]:
    return fact.lines if isinstance(fact, (Purchased, Airdropped)) else ()


def _products(fact: Fact) -> Iterable[int]:
    if isinstance(fact, (Purchased, Airdropped)):
        return [line.product_id for line in fact.lines]
    return [fact.product_id] if isinstance(fact, (Renewed, Billed, Changed, Refunded)) else ()


def _wallets(organizations: Mapping[int, Organization], facts: Iterable[Fact]) -> set[tuple[str, str]]:
    """Holders of passes, old and new ones."""
    found: set[tuple[str, str]] = set()
    for fact in facts:
        store = organizations[fact.org_id].store_id
        if isinstance(fact, Airdropped):
            found |= {(store, one) for one in fact.recipients}
        else:
            wallet: str | None = getattr(fact, "owner", None) or getattr(fact, "receiver", None)
            if wallet:
                found.add((store, wallet))
    return found
