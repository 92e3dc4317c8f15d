"""So many activations of a key in a time, beside so many devices at the same time; and keys of test orders."""

from concurrent.futures import ThreadPoolExecutor

from tests.service.licenses.keys import Program

HOUR, DAY = 3_600, 86_400


def test_activations_are_counted_in_a_time_also_when_devices_go(program, wait):
    one = program(activation_limit=2, activation_rate={"activations": 3, "per_seconds": DAY})
    for name in "abc":
        one.ask("activate", fingerprint=name)
        one.ask("deactivate", fingerprint=name)
        wait(HOUR)
    refused = one.raw("activate", fingerprint="d")
    assert (refused.status_code, refused.json()["code"]) == (429, "activation-rate-reached")
    seconds = int(refused.headers["retry-after"])
    assert seconds == DAY - 3 * HOUR
    wait(seconds - 1)
    one.ask("activate", 429, fingerprint="d")
    wait(1)
    one.ask("activate", fingerprint="d")
    one.ask("activate", 429, fingerprint="e")
    one.ask("activate", fingerprint="d")  # it is there already


def test_merchant_hears_of_a_limit_once_a_day(program, told, wait):
    one = program(activation_limit=1)
    one.ask("activate", fingerprint="a")
    for _ in range(3):
        one.ask("activate", 409, fingerprint="b")
    assert told(one.id).count("license_key.limit_reached") == 1
    wait(DAY)
    one.ask("activate", 409, fingerprint="b")
    assert told(one.id).count("license_key.limit_reached") == 2


def test_event_of_a_limit_says_which_one(program, services):
    heard = []
    services.wire.subscribe("license_key.limit_reached", lambda _session, news: heard.append(news.data["refused"]))
    one = program(activation_rate={"activations": 1})
    one.ask("activate", fingerprint="a")
    one.ask("activate", 429, fingerprint="b")
    other = program(activation_limit=1)
    other.ask("activate", fingerprint="a")
    other.ask("activate", 409, fingerprint="b")
    assert heard == ["activation-rate-reached", "activation-limit-reached"]


def test_fifty_parallel_activations_on_a_rate_of_two_give_exactly_two(program):
    one = program(activation_rate={"activations": 2})
    with ThreadPoolExecutor(16) as threads:
        statuses = list(
            threads.map(lambda number: one.raw("activate", fingerprint=f"d{number}").status_code, range(50))
        )
    assert sorted(statuses) == [200] * 2 + [429] * 48


class TestTestOrders:
    def test_nv08_test_order_takes_no_key_of_a_pool(self, shop):
        pool = shop.pool("KEY-0001-AAAA")
        product = shop.sold("pool", pool_id=pool)
        order = shop.buy((product, 2), test=True)
        assert all(key.startswith("TEST-KEY-") for key in shop.clear(order))
        assert shop.call("GET", f"/key-pools/{pool}/stats")["free"] == 1
        assert shop.statuses(order)[0] == "delivered"
        keys = shop.delivery(order)["keys"]
        assert [(key["test"], key["pool_id"]) for key in keys] == [(True, None)] * 2
        assert shop.clear(shop.buy(product)) == ["KEY-0001-AAAA"]

    def test_key_of_a_test_order_says_so_when_it_is_asked_for(self, shop):
        for method, more in (("generated", {}), ("pool", {"pool_id": shop.pool()})):
            product = shop.sold(method, **more)
            one = Program(shop, shop.clear(shop.buy(product, test=True))[0])
            answer = one.ask("validate")
            assert (answer["valid"], answer["test"]) == (True, True)
        assert Program(shop, shop.clear(shop.buy(shop.sold("generated")))[0]).ask("validate")["test"] is False

    def test_empty_pool_holds_no_test_order_up(self, shop, told):
        pool = shop.pool()
        order = shop.buy(shop.sold("pool", pool_id=pool), test=True)
        assert shop.statuses(order)[0] == "delivered"
        assert told(pool) == []


def test_key_that_a_merchant_suspended_stays_so_when_its_subscription_goes_on(shop, program, services):
    from sqlalchemy import select  # noqa: PLC0415

    from passmanager.service.db import session_scope  # noqa: PLC0415
    from passmanager.service.news import News  # noqa: PLC0415
    from passmanager.service.orders.models import Purchase  # noqa: PLC0415

    one = program()
    shop.call("POST", f"/license-keys/{one.id}/suspend")
    with session_scope(services.sessions) as session:
        right = session.scalars(select(Purchase)).one()
        services.wire.tell(
            session,
            News(
                type="subscription.renewed", merchant_id=shop.merchant.id, store_id=shop.merchant.store_id,
                aggregate_type="purchase", aggregate_id=right.id, at=services.clock.now(), data={"id": right.id},
            ),
        )  # fmt: skip
    assert one.code() == "suspended"


def test_dp07_reactivation_counts_from_zero_by_todays_rate(shop, program):
    template = shop.template("generated", activation_rate={"activations": 1})
    product = shop.product("P", "10", fulfillment_template_id=template["id"])
    one = Program.of(shop, shop.buy(product))
    one.ask("activate", fingerprint="a")
    one.ask("activate", 429, fingerprint="b")
    shop.call("PATCH", f"/fulfillment-templates/{template['id']}", {"activation_rate": {"activations": 2}})
    right = shop.call("GET", "/purchases")["data"][0]["id"]
    shop.call("POST", f"/purchases/{right}/reactivate", {})
    for name, status in (("b", 200), ("c", 200), ("d", 429)):
        one.ask("activate", status, fingerprint=name)
