"""Refunds on a chain that the service signs with a key of its own: paid once, whatever happens on the way."""

import pytest
from sqlalchemy import func, select

from passmanager.errors import BadKey, NoNode
from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import JobRow
from passmanager.service.engine.claims import take_back
from passmanager.service.engine.runner import Runner
from passmanager.service.fulfillment.calling import VendorCalls
from passmanager.service.mail.models import Mail
from passmanager.service.refunds.paying import PayingBack
from passmanager.service.refunds.wallet import Wallet
from passmanager.service.settings import Settings
from passmanager.service.wiring import add_refunds
from passmanager.service.worker import make_handlers
from tests.service.chain.conftest import live, selling
from tests.service.mail.conftest import box, smtp_url
from tests.service.refunds.chain_shop import (
    PASSWORD,
    PRICE,
    ROLE_REFUND,
    allow_key,
    chain_settings,
    open_chain_shop,
    write_keystore,
)

__all__ = ["box", "live", "selling", "smtp_url"]


@pytest.fixture
def key(tmp_path):
    """A key file, and its address."""
    return write_keystore(tmp_path)


@pytest.fixture
def settings(database_url, tmp_path, selling, key) -> Settings:
    return chain_settings(database_url, tmp_path, selling[0], refund_keystore=key[0], refund_keystore_password=PASSWORD)


@pytest.fixture
def shop(client, merchant, services, live, selling, key):
    allow_key(*selling, key[1])
    return open_chain_shop(client, merchant, services, live)


def test_service_signs_and_the_money_comes_back(shop, told, mails):
    order = shop.sell()
    before, escrow = shop.has(), shop.escrow()
    made = shop.approve(shop.request(order))
    assert (made["refund"]["signed_by_service"], made["refund"]["call"]) == (True, None)
    shop.run_key()
    after = shop.seen(made)
    assert (after["status"], after["refund"]["status"]) == ("fulfilled", "succeeded")
    assert (shop.has() - before, escrow - shop.escrow()) == (PRICE, PRICE)
    (signed,) = shop.signed(order)
    assert (after["refund"]["tx_hash"], signed.nonce) == (signed.tx_hash, 0)
    assert mails() == [("ann@example.org", "succeeded")]
    assert told(order["id"]).count("refund.succeeded") == 1
    shop.wait(3_600)
    assert pieces(shop) == 0


def pieces(shop):
    with read_scope(shop.services.sessions) as session:
        return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.kind == "refund"))


def test_several_refunds_have_a_nonce_each(shop):
    orders = [shop.sell() for _ in range(3)]
    made = [shop.approve(shop.request(order)) for order in orders]
    for _ in range(4):
        shop.wait(2)
    shop.catch_up()
    assert [shop.seen(one)["status"] for one in made] == ["fulfilled"] * 3
    assert sorted(one.nonce for order in orders for one in shop.signed(order)) == [0, 1, 2]


def test_request_fails_when_the_escrow_is_emptied_before_it_is_signed_and_is_tried_again(shop, told):
    order = shop.sell()
    made = shop.request(order)
    assert shop.approve(made)["status"] == "approved"  # the work is left for the clock
    shop.empty_escrow()
    shop.run_key()
    failed = shop.seen(made)
    assert (failed["status"], failed["refund"]["status"], shop.signed(order)) == ("failed", "failed", [])
    assert "0" in failed["problem"]
    assert told(order["id"])[-2:] == ["refund_request.failed", "refund.failed"]
    shop.top_up(PRICE)
    again = shop.approve(made)
    assert again["refund"]["id"] != failed["refund"]["id"]
    shop.run_key()
    assert shop.seen(made)["status"] == "fulfilled"


def test_refusal_in_a_block_fails_when_that_block_is_safe(shop, services, monkeypatch):
    order = shop.sell()
    made = shop.approve(shop.request(order))
    shop.settle()  # signed
    shop.empty_escrow()
    shop.wait(1)  # sent, and refused by the escrow
    assert shop.seen(made)["status"] == "approved"
    shop.live.mine(6)
    shop.wait(60)
    failed = shop.seen(made)
    assert (failed["status"], [one.status for one in shop.signed(order)]) == ("failed", ["reverted"])
    shop.top_up(PRICE)
    shop.approve(made)
    shop.run_key()
    assert shop.seen(made)["status"] == "fulfilled"


@pytest.mark.parametrize("bits", [0, 1, ROLE_REFUND | 1])
def test_key_with_other_roles_does_not_sign_and_the_merchant_gets_the_call(shop, selling, key, bits):
    allow_key(*selling, key[1], bits=bits)
    order = shop.sell()
    made = shop.approve(shop.request(order))
    shop.run_key()
    refund = shop.call("GET", f"/refunds/{made['refund']['id']}")
    assert (refund["signed_by_service"], shop.signed(order), refund["status"]) == (False, [], "processing")
    assert key[1] in refund["problem"]
    shop.send(refund["call"])
    shop.catch_up()
    assert shop.seen(made)["status"] == "fulfilled"


def test_stuck_transaction_is_replaced_with_a_higher_fee_and_paid_once(shop):
    order = shop.sell()
    before = shop.has()
    node = shop.world.node
    node.request("evm_setAutomine", False)
    try:
        made = shop.approve(shop.request(order))
        shop.settle()
        shop.wait(1)
        shop.wait(100)
        first, second, *_ = shop.signed(order)
        assert (first.nonce, first.attempt, second.nonce, second.attempt) == (0, 1, 0, 2)
        assert second.ceiling * 10 >= first.ceiling * 11
        shop.live.mine()
    finally:
        node.request("evm_setAutomine", True)
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.has() - before) == ("fulfilled", PRICE)
    assert shop.seen(made)["refund"]["tx_hash"] in {one.tx_hash for one in shop.signed(order)}
    assert len(shop.refunds(order)) == 1


def test_another_nonce_is_used_only_when_the_first_is_settled_as_somebody_elses(shop, key):
    order = shop.sell()
    before = shop.has()
    made = shop.approve(shop.request(order))
    shop.settle()  # signed, not sent
    node = shop.world.node
    node.request("anvil_impersonateAccount", key[1])
    node.request("eth_sendTransaction", {"from": key[1], "to": key[1], "value": "0x1"})
    shop.wait(1)
    assert [one.nonce for one in shop.signed(order)] == [0]
    shop.wait(20)
    assert [one.nonce for one in shop.signed(order)] == [0]
    assert "nonce 0" in shop.call("GET", f"/refunds/{made['refund']['id']}")["problem"]
    shop.live.mine(6)
    shop.wait(100)
    assert [(one.nonce, one.status) for one in shop.signed(order)] == [(0, "lost"), (1, "live")]
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.has() - before) == ("fulfilled", PRICE)


def test_refund_is_sent_again_when_the_chain_takes_it_back(shop, mails):
    order = shop.sell()
    shop.live.mine(6)
    before = shop.has()
    made = shop.approve(shop.request(order))
    shop.run_key()
    assert shop.seen(made)["status"] == "fulfilled"
    shop.live.reorg(1)
    shop.live.mine()
    shop.follow()
    assert (shop.seen(made)["status"], shop.right(order).active, shop.has()) == ("approved", True, before)
    shop.settle()
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.has() - before) == ("fulfilled", PRICE)
    assert len(shop.signed(order)) == len(shop.refunds(order)) == 1
    assert mails() == [("ann@example.org", "succeeded")]


def test_node_that_does_not_answer_is_asked_again(shop, monkeypatch):
    order = shop.sell()
    made = shop.approve(shop.request(order))
    with monkeypatch.context() as patched:
        patched.setattr(Wallet, "roles", fails(NoNode(url="http://x", problem="away")))
        shop.settle()
    assert "away" in shop.call("GET", f"/refunds/{made['refund']['id']}")["problem"]
    for _ in range(3):
        shop.wait(10)
    shop.catch_up()
    assert (shop.seen(made)["status"], shop.seen(made)["refund"]["problem"]) == ("fulfilled", "")


def test_wallet_without_gas_waits_for_it(shop, key):
    node = shop.world.node
    node.request("anvil_setBalance", key[1], "0x0")
    order = shop.sell()
    made = shop.approve(shop.request(order))
    shop.run_key()
    assert shop.seen(made)["status"] == "approved"
    assert shop.call("GET", f"/refunds/{made['refund']['id']}")["problem"]
    node.request("anvil_setBalance", key[1], hex(10**18))
    for _ in range(3):
        shop.wait(30)
    shop.catch_up()
    assert shop.seen(made)["status"] == "fulfilled"


def test_what_the_service_signs_is_not_canceled(shop):
    made = shop.approve(shop.request(shop.sell()))
    shop.call("POST", f"/refunds/{made['refund']['id']}/cancel", status=409)


def test_wrong_password_is_told_at_start(services, key):
    from passmanager.service.engine import Handlers  # noqa: PLC0415

    wrong = services.settings.model_copy(update={"refund_keystore_password": services.settings.secret_key})
    object.__setattr__(services, "settings", wrong)
    with pytest.raises(BadKey):
        add_refunds(services, Handlers())


def fails(problem):
    def call(*_args, **_more):
        raise problem

    return call


# --- crashes


class Crash(BaseException):
    """The process is gone: nothing that catches errors hears of it."""


def before(owner, name):
    return owner, name, lambda real: lambda *args, **more: (_ for _ in ()).throw(Crash)


def after(owner, name):
    def wrap(real):
        def call(*args, **more):
            real(*args, **more)
            raise Crash

        return call

    return owner, name, wrap


STEPS = {
    "approved, not signed": before(Wallet, "sign"),
    "signed, not stored": after(Wallet, "sign"),
    "stored, not committed": after(PayingBack, "_store"),
    "stored, not sent": before(Wallet, "send"),
    "sent, not noted": after(Wallet, "send"),
    "in the middle of looking": after(Wallet, "mined"),
}


class Process:
    """One life of a worker; the next one takes its work back."""

    number = 0

    def __init__(self, services):
        Process.number += 1
        self.services = services
        self.runner = Runner(services, make_handlers(services), f"life-{Process.number}")

    def end(self):
        self.runner.stop()
        with session_scope(self.services.sessions) as session:
            take_back(session)


def lives(services, count):
    """Processes that each do what is due, and end."""
    for _ in range(count):
        process = Process(services)
        services.clock.set(services.clock.now() + 3_000)
        process.runner.drain()
        process.end()


@pytest.mark.parametrize("step", STEPS)
def test_refund_is_paid_once_when_the_worker_dies_at_a_step(shop, services, monkeypatch, mails, told, step):
    order = shop.sell()
    had, escrow = shop.has(), shop.escrow()
    made = shop.approve(shop.request(order))
    owner, name, wrap = STEPS[step]
    for _ in range(2):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, wrap(getattr(owner, name)))
            lives(services, 2)
    lives(services, 3)
    shop.catch_up()
    shop.wait(3_600)
    check_once(shop, order, made, had, escrow, mails, told)


def check_once(shop, order, made, had, escrow, mails, told):
    """The money went once, and each effect of it came once."""
    assert (shop.has() - had, escrow - shop.escrow()) == (PRICE, PRICE)
    assert (shop.seen(made)["status"], len(shop.refunds(order))) == ("fulfilled", 1)
    assert {one.nonce for one in shop.signed(order)} == {0}
    assert shop.world.node.nonce(shop.signed(order)[0].sender, block="latest") == 1
    assert mails() == [("ann@example.org", "succeeded")]
    for kind in ("refund.succeeded", "refund_request.fulfilled", "order.refunded", "product.returned"):
        assert told(order["id"]).count(kind) == 1
    keys = shop.call("GET", f"/license-keys?order_id={order['id']}")["data"]
    assert [key["status"] for key in keys] == ["revoked"]
    assert pieces(shop) == 0


def test_every_effect_comes_once_when_the_reading_of_the_block_dies(shop, monkeypatch, mails, told):
    """Rights, keys, the vendor's call, events and the mail are one transaction with the log."""
    order = shop.sell()
    had, escrow = shop.has(), shop.escrow()
    made = shop.approve(shop.request(order))
    shop.settle()
    shop.wait(1)
    for where in ("passmanager.service.orders.refunding.give_back", "passmanager.service.mail.letters.enqueue_many"):
        with monkeypatch.context() as patched:
            patched.setattr(where, fails(Crash))
            with pytest.raises(Crash):
                shop.follow()
        assert shop.seen(made)["status"] == "approved"
        assert mails() == []
    shop.catch_up()
    shop.wait(3_600)
    check_once(shop, order, made, had, escrow, mails, told)


def test_vendor_hears_cancel_under_one_key_when_the_worker_dies_after_the_call(shop, services, vendor, monkeypatch):
    template = shop.template("web_service", urls=vendor.urls("cancel"))
    product = shop.live.products[shop.live.shop.handbook]
    shop.call("PATCH", f"/products/{product}", {"fulfillment_template_id": template["id"]})
    order = shop.sell()
    assert order["fulfillment_status"] == "delivered"
    made = shop.approve(shop.request(order))
    shop.settle()
    shop.wait(1)
    shop.follow()
    with monkeypatch.context() as patched:
        patched.setattr(VendorCalls, "_attempt", fails(Crash))
        lives(services, 2)
    lives(services, 2)
    calls = [call for call in vendor.seen if call["path"] == "/licenses/cancel"]
    assert len(calls) == 3
    assert len({call["headers"]["idempotency-key"] for call in calls}) == 1
    assert shop.seen(made)["status"] == "fulfilled"


def test_mail_is_sent_once_when_the_worker_dies_before_it(shop, services, box, smtp_url, monkeypatch):
    settings = services.settings.model_copy(update={"smtp_url": smtp_url})
    object.__setattr__(services, "settings", settings)
    order = shop.sell()
    shop.approve(shop.request(order))
    shop.settle()
    shop.wait(1)
    shop.follow()
    with monkeypatch.context() as patched:
        patched.setattr("passmanager.service.mail.smtp.Server.send", fails(Crash))
        lives(services, 2)
    lives(services, 2)
    about = [mail for mail in box.mails if "refund" in mail["subject"].lower()]
    assert len(about) == 1
    assert "20 DEMO" in about[0].get_body(("plain",)).get_content()
    with read_scope(services.sessions) as session:
        rows = session.scalars(select(Mail).where(Mail.template == "refund")).all()
    assert [row.status for row in rows] == ["sent"]
