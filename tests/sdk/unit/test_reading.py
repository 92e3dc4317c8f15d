from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from passmanager.abi.events import PricingLinked, ProductsPurchased, RolesSet, SubscriptionStateChanged, Transfer
from passmanager.abi.structs import Quote, QuoteLine
from passmanager.core.organizations import linked
from passmanager.core.passes import held, page_of, transfers
from passmanager.core.purchases import Plan, Purchased, Step
from passmanager.core.reading import LogQuery
from passmanager.models import EventLog, Receipt
from passmanager.units import NATIVE, checksum

WALLETS = [checksum(f"0x{number:040x}") for number in (1, 2, 3)]
NFT = checksum("0x" + "11" * 20)


def log(event, block: int, index: int = 0) -> EventLog:
    return EventLog(
        event=event, address=NFT, block_number=block, block_hash="0x", transaction_hash="0x", log_index=index
    )


moves = st.lists(st.tuples(st.integers(1, 5), st.sampled_from(WALLETS)), max_size=30)


@given(moves, st.sampled_from(WALLETS))
def test_what_a_wallet_holds_is_what_its_transfers_leave(sequence, wallet):
    owners: dict[int, str] = {}
    logs = []
    for block, (token, to) in enumerate(sequence):
        logs.append(log(Transfer(sender=owners.get(token, NATIVE), receiver=to, token_id=token), block))
        owners[token] = to
    received = [one for one in logs if one.event.receiver == wallet]
    sent = [one for one in logs if one.event.sender == wallet]
    expected = sorted(token for token, owner in owners.items() if owner == wallet)
    assert held(wallet, [received, sent]) == expected


def test_within_a_block_the_order_of_the_logs_counts():
    came = log(Transfer(sender=WALLETS[0], receiver=WALLETS[1], token_id=1), 5, 1)
    went = log(Transfer(sender=WALLETS[1], receiver=WALLETS[0], token_id=1), 5, 2)
    assert held(WALLETS[1], [[came], [went]]) == []
    assert held(WALLETS[1], [[replace(came, log_index=3)], [went]]) == [1]


@given(st.sets(st.integers(1, 400)).map(sorted), st.integers(1, 50))
def test_pages_are_all_ids_in_order_and_none_is_empty_but_the_only_one(ids, limit):
    seen, after, pages = [], 0, 0
    while after is not None:
        page, after = page_of(ids, after, limit)
        assert 0 < len(page) <= limit or (not ids and not page)
        seen += page
        pages += 1
    assert (seen, pages) == (ids, max(1, -(-len(ids) // limit)))


def test_a_query_names_kinds_and_indexed_fields():
    incoming, outgoing = transfers(NFT, WALLETS[2])
    word = "0x" + "0" * 63 + "3"
    assert incoming.fields(7, "latest") == {
        "address": NFT,
        "topics": [[f"0x{Transfer.TOPIC.hex()}"], None, word],
        "fromBlock": "0x7",
        "toBlock": "latest",
    }
    assert outgoing.fields(0, "0x9")["topics"][1:] == [word]
    some = LogQuery(NFT, [PricingLinked, RolesSet], [[1, 2]]).fields(0, "0x9")["topics"]
    assert some[1] == [f"0x{number:064x}" for number in (1, 2)]
    assert len(some[0]) == 2


def test_a_link_that_was_taken_back_does_not_count():
    on = PricingLinked(product_id=1, pricing_id=7, linked=True)
    logs = [log(on, 1), log(replace(on, pricing_id=8), 2), log(replace(on, linked=False), 3)]
    assert linked(logs) == {1: {8}}


# --- receipts


def purchased(paid: int) -> Purchased:
    line = QuoteLine(list_cost=10, after_coupon=9, after_discounts=8)
    quote = Quote(token=NFT, subtotal=10, total=8, fee=0, coupon_bps=0, discount_bps=0, lines=[line])
    step = Step(description="", sender=NFT, call=None)
    sold = ProductsPurchased(
        org_id=1,
        product_pass_id=2,
        pass_owner=NFT,
        purchaser=NFT,
        product_ids=(3,),
        pricing_ids=(4,),
        quantities=(0,),
        token=NFT,
        subtotal=10,
        amount_paid=paid,
        order_reference=bytes(32),
    )
    state = SubscriptionStateChanged(product_pass_id=2, product_id=3, state=4)
    receipt = Receipt(
        tx_hash="0x1",
        block_number=1,
        block_hash="0x",
        gas_used=5,
        gas_price=7,
        simulated=None,
        logs=(log(state, 1), log(sold, 1)),
    )
    return Purchased.of(Plan(payer=NFT, quote=quote, approvals=[], approved=0, checkout=step), [receipt])


def test_the_price_of_a_line_is_told_only_while_the_quote_held():
    assert [item.amount for item in purchased(8).items] == [8]
    assert [item.amount for item in purchased(7).items] == [None]
    assert (purchased(7).amount, purchased(7).gas_cost) == (7, 35)
