"""Refunds on the chain: of lines that were given up, and those that the chain takes back."""

import pytest

HOUR = 3_600


def refund(moves, right, *, revoke=True):
    """The merchant pays a pass back."""
    moves.live.mine(2)
    merchant = moves.live.world.clients["merchant"].manager
    merchant.refund_product(right.pass_id, product_id=moves.live.shop.handbook, amount=20 * 10**6, revoke=revoke)
    moves.follow()


def refunds_of(moves, order):
    return moves.shop.call("GET", f"/refunds?order_id={order['id']}")["data"]


class TestGivingUp:
    @pytest.fixture
    def given_up(self, moves, vendor, wait):
        """A purchase whose web service failed for an hour."""
        moves.sell("web_service", urls=vendor.urls("cancel"), give_up_after=HOUR)
        vendor.answers = [(500, b"")]
        right = moves.buy()
        assert moves.shop.statuses(moves.order(right))[0] == "not_delivered"
        wait(HOUR)
        return right

    def test_nx05_line_that_was_given_up_waits_for_its_refund_on_the_chain(self, moves, given_up):
        order = moves.order(given_up)
        (one,) = refunds_of(moves, order)
        assert (one["status"], one["revoke"], one["pass_id"]) == ("processing", True, str(given_up.pass_id))
        assert (order["payment_status"], moves.shop.statuses(order)[0]) == ("paid", "returned")
        assert [news.data["final"] for news in moves.told("fulfillment.failed")] == [False, True]
        refund(moves, given_up)
        order = moves.order(given_up)
        assert (order["payment_status"], moves.shop.statuses(order)[0]) == ("refunded", "returned")
        assert [one["status"] for one in refunds_of(moves, order)] == ["succeeded"]
        assert moves.right(given_up).active is False

    def test_nx05_vendor_is_asked_no_more(self, moves, vendor, given_up, wait):
        asked = len(vendor.seen)
        wait(48 * HOUR)
        refund(moves, given_up)
        assert len(vendor.seen) == asked
        assert moves.mine("buyer", given_up).listed() == []

    def test_nx05_line_stays_given_up_when_the_chain_takes_its_refund_back(self, moves, vendor, given_up, wait):
        refund(moves, given_up)
        vendor.answers = [(200, {"key": "TOO-LATE-0001"})]
        moves.reorg(1)
        wait(48 * HOUR)
        order = moves.order(given_up)
        assert (order["payment_status"], moves.shop.statuses(order)[0]) == ("paid", "returned")
        assert moves.mine("buyer", given_up).listed() == []


class TestRefundsThatAreTakenBack:
    def test_key_is_revoked_at_once_and_works_again_when_the_refund_is_undone(self, moves):
        right = moves.buy()
        one = moves.program("buyer", right)
        refund(moves, right)
        assert one.code() == "revoked"
        assert moves.shop.statuses(moves.order(right)) == ("returned", ["returned"])
        moves.reorg(1)
        assert one.code() == "valid"
        assert moves.program("buyer", right).key == one.key
        assert moves.shop.statuses(moves.order(right)) == ("delivered", ["delivered"])
        assert moves.shop.delivery(moves.order(right))["status"] == "delivered"
        assert [news.type for news in moves.news if news.aggregate_id == one.id][-2:] == [
            "license_key.revoked", "license_key.reinstated",
        ]  # fmt: skip

    def test_key_that_the_merchant_suspended_or_revoked_stays_so(self, moves):
        for what, code in (("suspend", "suspended"), ("revoke", "revoked")):
            right = moves.buy()
            one = moves.program("buyer", right)
            moves.shop.call("POST", f"/license-keys/{one.id}/{what}")
            refund(moves, right)
            moves.reorg(1)
            assert one.code() == code

    def test_refund_without_revocation_of_a_part_leaves_the_key(self, moves):
        right = moves.buy()
        one = moves.program("buyer", right)
        moves.live.mine(2)
        merchant = moves.live.world.clients["merchant"].manager
        merchant.refund_product(right.pass_id, product_id=moves.live.shop.handbook, amount=10**6, revoke=False)
        moves.follow()
        assert one.code() == "valid"

    def test_delivery_that_waited_for_stock_goes_on(self, moves):
        pool = moves.shop.pool()
        moves.sell("pool", pool_id=pool)
        right = moves.buy()
        refund(moves, right)
        moves.shop.upload(pool, ["KEY-0001-AAAA"])
        moves.shop.settle()
        assert moves.shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1
        moves.reorg(1)
        assert moves.program("buyer", right).key == "KEY-0001-AAAA"
        assert moves.shop.statuses(moves.order(right))[0] == "delivered"

    def test_nx02_vendor_hears_of_the_cancellation_and_that_it_is_over(self, moves, vendor):
        moves.sell("web_service", urls=vendor.urls("cancel", "reactivate"))
        right = moves.buy()
        refund(moves, right)
        moves.reorg(1)
        assert [call["path"] for call in vendor.seen] == [
            "/licenses/new", "/licenses/cancel", "/licenses/reactivate",
        ]  # fmt: skip
        assert moves.program("buyer", right).code() == "valid"


def test_refunded_pass_that_moves_brings_no_key_back(moves):
    right = moves.buy()
    one = moves.program("buyer", right)
    refund(moves, right)
    moves.move(right, "buyer", "friend")
    assert moves.mine("friend", right).listed() == []
    assert one.code() == "revoked"


def test_key_that_waits_for_a_replacement_gets_none_after_a_refund(moves):
    pool = moves.shop.pool("KEY-0001-AAAA")
    moves.sell("pool", pool_id=pool, keys_on_transfer="reissue")
    right = moves.buy()
    moves.move(right, "buyer", "friend")
    refund(moves, right)
    moves.shop.upload(pool, ["KEY-0002-BBBB"])
    moves.shop.settle()
    assert moves.shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1
