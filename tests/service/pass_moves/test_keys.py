"""A pass is transferred on the chain: its purchases and keys follow the new holder, and the old one loses them."""

import pytest
from sqlalchemy import update

from passmanager.service.catalog.models import Organization
from passmanager.service.db import session_scope


class TestHolders:
    def test_new_holder_has_the_purchase_and_its_key_and_the_old_one_has_neither(self, moves):
        right = moves.buy()
        old = moves.program("buyer", right)
        moves.mine("friend", right).call("GET", status=404)
        moves.move(right, "buyer", "friend")
        moves.mine("buyer", right).call("GET", status=404)
        new = moves.program("friend", right)
        assert new.key != old.key
        assert (old.code(), new.code()) == ("rotated", "valid")
        assert moves.right(right).owner == moves.address("friend")
        assert moves.right(right).customer_id != right.customer_id

    def test_session_that_was_open_before_the_move_sees_nothing_after_it(self, moves):
        right = moves.buy()
        session = moves.mine("buyer", right)
        key = session.listed()[0]["id"]
        moves.move(right, "buyer", "friend")
        for method, path in (
            ("GET", ""),
            ("POST", f"/{key}/rotate"),
            ("GET", f"/{key}/qr"),
            ("GET", f"/{key}/devices"),
        ):
            session.call(method, path, status=404)

    def test_news_of_a_move_have_both_holders(self, moves):
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        (news,) = moves.told("purchase.transferred")
        assert (news.aggregate_id, news.data["previous_owner"], news.data["owner"]) == (
            right.id, moves.address("buyer"), moves.address("friend"),
        )  # fmt: skip
        assert news.data["previous_customer_id"] == right.customer_id
        assert news.data["customer_id"] == moves.right(right).customer_id
        (rotated,) = moves.told("license_key.rotated")
        assert rotated.data["made_by"] == "transfer"

    def test_two_moves_that_are_read_at_once_are_told_one_by_one(self, moves):
        right = moves.buy()
        first = moves.program("buyer", right)
        moves.transfer(right, "buyer", "friend")
        moves.transfer(right, "friend", "collector")
        moves.follow()
        told = [news.data for news in moves.told("purchase.transferred")]
        pairs = [(one["previous_owner"], one["owner"]) for one in told]
        names = [moves.address(who) for who in ("buyer", "friend", "collector")]
        assert pairs == [(names[0], names[1]), (names[1], names[2])]
        customers = [
            (one.data["previous_customer_id"], one.data["customer_id"]) for one in moves.told("purchase.transferred")
        ]
        assert customers[0][1] == customers[1][0] != customers[1][1]
        assert (first.code(), moves.program("collector", right).code()) == ("rotated", "valid")
        moves.mine("friend", right).call("GET", status=404)

    def test_key_that_is_delivered_after_the_move_is_the_new_holders(self, moves):
        moves.live.buy()
        moves.follower.catch_up()  # nothing is delivered yet
        right = moves.buy("friend")
        moves.move(right, "friend", "buyer")
        assert moves.program("buyer", right).code() == "valid"

    def test_moves_of_the_time_before_the_binding_are_told_to_nobody(self, moves, services):
        right = moves.buy()
        key = moves.program("buyer", right)
        with session_scope(services.sessions) as session:
            session.execute(update(Organization).values(deliver_from_block=2**40))
        moves.move(right, "buyer", "friend")
        assert moves.right(right).owner == moves.address("friend")
        assert (moves.told("purchase.transferred"), moves.told("license_key.rotated")) == ([], [])
        assert key.code() == "valid"


class TestTerms:
    def test_key_and_devices_are_kept_if_the_template_says_so(self, moves):
        moves.sell(keys_on_transfer="keep", devices_on_transfer="keep", activation_limit=1)
        right = moves.buy()
        old = moves.program("buyer", right)
        old.ask("activate", fingerprint="a")
        moves.move(right, "buyer", "friend")
        assert moves.program("friend", right).key == old.key
        assert old.code(fingerprint="a") == "valid"

    def test_devices_of_the_old_holder_are_released(self, moves):
        moves.sell(activation_limit=1)
        right = moves.buy()
        moves.program("buyer", right).ask("activate", fingerprint="a")
        moves.move(right, "buyer", "friend")
        new = moves.program("friend", right)
        assert new.code(fingerprint="a") == "not-activated"
        assert new.ask("activate", fingerprint="b")["activations"] == 1
        (released,) = moves.told("license_key.deactivated")
        assert released.data["made_by"] == "transfer"

    def test_devices_are_kept_though_the_key_is_rotated(self, moves):
        moves.sell(devices_on_transfer="keep")
        right = moves.buy()
        moves.program("buyer", right).ask("activate", fingerprint="a")
        moves.move(right, "buyer", "friend")
        assert moves.program("friend", right).code(fingerprint="a") == "valid"

    def test_key_is_revoked_if_the_template_says_so(self, moves):
        moves.sell(keys_on_transfer="revoke")
        right = moves.buy()
        old = moves.program("buyer", right)
        moves.move(right, "buyer", "friend")
        assert (old.code(), moves.mine("friend", right).listed()) == ("revoked", [])

    def test_key_of_a_pool_is_kept_so_that_moves_cost_no_keys(self, moves):
        pool = moves.shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")
        moves.sell("pool", pool_id=pool)
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        moves.move(right, "friend", "buyer")
        assert moves.program("buyer", right).key == "KEY-0001-AAAA"
        assert moves.shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1

    def test_key_of_a_pool_is_reissued_if_the_template_says_so(self, moves):
        pool = moves.shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB")
        moves.sell("pool", pool_id=pool, keys_on_transfer="reissue")
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        assert moves.program("friend", right).key == "KEY-0002-BBBB"
        assert (moves.code("KEY-0001-AAAA"), moves.code("KEY-0002-BBBB")) == ("revoked", "valid")
        assert moves.shop.statuses(moves.order(right))[0] == "delivered"

    def test_empty_pool_stops_the_old_key_and_the_next_one_replaces_it(self, moves):
        pool = moves.shop.pool("KEY-0001-AAAA")
        moves.sell("pool", pool_id=pool, keys_on_transfer="reissue")
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        assert (moves.code("KEY-0001-AAAA"), moves.mine("friend", right).listed()) == ("revoked", [])
        moves.shop.upload(pool, ["KEY-0002-BBBB"])
        moves.shop.settle()
        assert moves.program("friend", right).key == "KEY-0002-BBBB"
        assert moves.shop.call("GET", f"/key-pools/{pool}/stats") == {
            "free": 0, "issued": 1, "suspended": 0, "revoked": 1,
        }  # fmt: skip

    def test_key_that_was_suspended_stays_so_for_the_new_holder(self, moves):
        right = moves.buy()
        old = moves.program("buyer", right)
        moves.shop.call("POST", f"/license-keys/{old.id}/suspend")
        moves.move(right, "buyer", "friend")
        new = moves.program("friend", right)
        assert (new.key != old.key, new.code()) == (True, "suspended")


class TestReorgs:
    def test_move_that_is_undone_gives_everything_back(self, moves):
        moves.sell(activation_limit=2)
        right = moves.buy()
        old = moves.program("buyer", right)
        old.ask("activate", fingerprint="a", name="Laptop")
        moves.move(right, "buyer", "friend")
        new = moves.program("friend", right)
        new.ask("activate", fingerprint="b")
        moves.reorg()
        moves.mine("friend", right).call("GET", status=404)
        assert moves.right(right).owner == moves.address("buyer")
        assert moves.program("buyer", right).key == old.key
        assert (old.code(fingerprint="a"), old.code(fingerprint="b"), new.code()) == (
            "valid",
            "not-activated",
            "rotated",
        )
        back = moves.told("purchase.transferred")[-1]
        assert (back.data["reorged"], back.data["owner"]) == (True, moves.address("buyer"))

    def test_move_that_is_mined_again_gives_the_key_a_third_text(self, moves):
        right = moves.buy()
        keys = [moves.program("buyer", right).key]
        for _ in range(2):
            moves.move(right, "buyer", "friend")
            keys.append(moves.program("friend", right).key)
            moves.reorg()
        moves.move(right, "buyer", "friend")
        keys.append(moves.program("friend", right).key)
        assert len(set(keys)) == 4
        assert [moves.code(key) for key in keys] == ["rotated"] * 3 + ["valid"]

    def test_two_moves_that_are_undone_give_the_first_holder_his_key(self, moves):
        right = moves.buy()
        first = moves.program("buyer", right)
        moves.transfer(right, "buyer", "friend")
        moves.transfer(right, "friend", "collector")
        moves.follow()
        moves.reorg(5)
        assert moves.program("buyer", right).key == first.key
        assert first.code() == "valid"

    def test_key_of_a_pool_that_was_reissued_is_the_first_one_again(self, moves):
        pool = moves.shop.pool("KEY-0001-AAAA", "KEY-0002-BBBB", "KEY-0003-CCCC")
        moves.sell("pool", pool_id=pool, keys_on_transfer="reissue")
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        moves.reorg()
        assert moves.program("buyer", right).key == "KEY-0001-AAAA"
        assert (moves.code("KEY-0001-AAAA"), moves.code("KEY-0002-BBBB")) == ("valid", "revoked")
        moves.move(right, "buyer", "friend")
        assert moves.program("friend", right).key == "KEY-0003-CCCC"

    @pytest.mark.parametrize("policy", ["revoke", "reissue"])
    def test_key_that_was_revoked_works_again(self, moves, policy):
        pool = moves.shop.pool("KEY-0001-AAAA")
        moves.sell("pool", pool_id=pool, keys_on_transfer=policy)
        right = moves.buy()
        moves.move(right, "buyer", "friend")
        assert moves.code("KEY-0001-AAAA") == "revoked"
        moves.reorg()
        assert moves.program("buyer", right).code() == "valid"
        moves.shop.upload(pool, ["KEY-0002-BBBB"])
        moves.shop.settle()
        assert moves.shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1

    def test_key_of_a_burned_pass_stops_and_works_again_when_that_is_undone(self, moves):
        right = moves.buy()
        key = moves.program("buyer", right)
        moves.live.mine(2)
        moves.live.world.clients["buyer"].product_pass.burn(right.pass_id)
        moves.follow()
        assert (key.code(), moves.right(right).active) == ("revoked", False)
        moves.reorg()
        assert (key.code(), moves.right(right).active) == ("valid", True)
        assert moves.program("buyer", right).key == key.key
