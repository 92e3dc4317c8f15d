"""A shop on a chain whose service is killed again and again, and everybody who notices: buyers, merchant, vendor."""

import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from passmanager.abi.structs import CheckoutTerms
from passmanager.core.contracts import PurchaseManagerCalls
from passmanager.demo.shop import Shop
from passmanager.demo.story import initial
from passmanager.demo.world import World
from passmanager.service.catalog.models import Organization
from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine.claims import count_due
from passmanager.service.ids import new_id
from passmanager.service.orders.models import Order
from passmanager.service.services import Services
from tests.service.merchant import Merchant
from tests.service.receiver import Call, Receiver

WARM = Path(__file__).with_name("warm.py")
CHAIN_ID = 31337
FAR = 2**40
GAS = hex(2_000_000)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until(condition, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not after {seconds} s"
        time.sleep(0.1)


class Post:
    """A mail server that counts, by the name that each mail has in its header."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = defaultdict(int)

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        (name,) = [line for line in head.split("\r\n") if line.lower().startswith("message-id:")]
        self.taken[name.partition(":")[2].strip()] += 1
        return "250 taken"


class Vendor:
    """A merchant's web service that gives the same answer to the same `Idempotency-Key`, as it is asked to."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = defaultdict(int)

    def answer(self, call: Call):
        name = call.headers["idempotency-key"]
        self.calls[name] += 1
        key = hashlib.sha256(name.encode()).hexdigest()[:20]
        return 200, {"content-type": "application/json"}, json.dumps({"licenses": [{"activationCode": key}]}).encode()


@dataclass
class Crowd:
    """The processes of one service, by role; each is a fork of one warm process."""

    settings: dict
    roles: list[str]
    log: Path
    warm: subprocess.Popen
    running: list[tuple[int, str]] = field(default_factory=list)
    kills: int = 0

    def _ask(self, asked: dict) -> int:
        self.warm.stdin.write(f"{json.dumps(asked)}\n")
        self.warm.stdin.flush()
        return int(self.warm.stdout.readline())

    def start(self, role: str) -> None:
        asked = {"settings": self.settings, "role": role, "log": str(self.log)}
        self.running.append((self._ask(asked), role))

    def start_all(self) -> None:
        for role in self.roles:
            self.start(role)

    def end(self, index: int, how: signal.Signals) -> int:
        pid, _ = self.running.pop(index)
        os.kill(pid, how)
        return self._ask({"wait": pid})

    def kill_one(self, chance: random.Random) -> None:
        """And another one in its place, at once."""
        index = chance.randrange(len(self.running))
        role = self.running[index][1]
        assert self.end(index, signal.SIGKILL) == -signal.SIGKILL, f"{role} had ended by itself; see {self.log}"
        self.kills += 1
        self.start(role)

    def stop(self) -> None:
        while self.running:
            self.end(0, signal.SIGKILL)


@dataclass
class Clerk:
    """The merchant's program: its requests are sent again until they are answered."""

    client: httpx2.Client | TestClient
    merchant: Merchant
    sent_again: int = 0

    def call(self, verb: str, path: str, key: str = "", /, **body):
        headers = self.merchant.headers | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                answer = self.client.request(verb, f"/v1{path}", json=body or None, headers=headers)
            except httpx2.TransportError:
                self.sent_again += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 409 and answer.json()["code"] == "idempotency-in-progress":
                continue
            assert answer.status_code < 300, answer.text
            return answer.json()
        raise AssertionError(f"{verb} {path} is never answered")

    def feed(self):
        """Every event, as a program reads them that has no webhook."""
        after = ""
        while True:
            found = self.call("GET", f"/events?limit=100{after}")
            yield from found["data"]
            if not found["has_more"]:
                return
            after = f"&after={found['next_cursor']}"


@dataclass
class Story:
    """Everything that runs."""

    services: Services
    world: World
    shop: Shop
    clerk: Clerk
    crowd: Crowd
    receiver: Receiver
    vendor: Vendor
    post: Post
    products: dict[str, str] = field(default_factory=dict)
    paid: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)

    # --- opening

    def open(self, keys: int, clerk: Clerk) -> None:
        """The Handbook has keys of a pool, the Membership those of the merchant's web service."""
        merchant, call = clerk.merchant, clerk.call
        with session_scope(self.services.sessions) as session:
            organization = Organization(
                id=new_id("org"), merchant_id=merchant.id, store_id=merchant.store_id, chain_id=CHAIN_ID,
                org_id=self.shop.org, holder=self.world.people["merchant"], deliver_from_block=0, created_at=1,
            )  # fmt: skip
            session.add(organization)
        store = merchant.store_id
        call(
            "POST", "/currencies", store_id=store, symbol="DEMO", decimals=6, chain_id=CHAIN_ID, token=self.world.token
        )
        pool = call("POST", "/key-pools", store_id=store, name="keys")["id"]
        call("POST", f"/key-pools/{pool}/keys", keys=[f"POOL-{number:05}" for number in range(keys)])
        ways = {
            "pool": {"method": "pool", "pool_id": pool},
            "vendor": {"method": "web_service", "urls": {"new": f"{self.receiver.url}/vendor"}},
        }
        sold = {"pool": (self.shop.handbook, self.shop.once, "20"), "vendor": (self.shop.plan, self.shop.monthly, "10")}
        for name, (number, pricing, amount) in sold.items():
            template = call("POST", "/fulfillment-templates", store_id=store, name=name, **ways[name])["id"]
            self.products[name] = call(
                "POST", "/products", store_id=store, name=name, organization_id=organization.id,
                chain_product_id=number, fulfillment_template_id=template,
            )["id"]  # fmt: skip
            call("POST", f"/products/{self.products[name]}/prices", amount=amount, currency="DEMO", pricing_id=pricing)
        call("POST", "/webhook-endpoints", url=f"{self.receiver.url}/events")

    # --- buying

    def buy_all(self, count: int) -> None:
        for number in range(count):
            self.buy(number)

    def buy(self, number: int) -> None:
        """Most buyers order first, by e-mail, and pay then; every fourth one only pays."""
        name = "vendor" if number % 5 == 0 else "pool"
        reference = self._order(number, name) if number % 4 else bytes(32)
        buyer = self.world.people["buyer"]
        line = (self.shop.plan, self.shop.monthly, 0) if name == "vendor" else (self.shop.handbook, self.shop.once, 0)
        terms = CheckoutTerms(order_reference=reference, token=self.world.token, max_amount=10**12, deadline=FAR)
        manager = self.world.clients["buyer"].contracts.purchase_manager
        call = PurchaseManagerCalls(manager).checkout(initial(buyer, self.shop.org, [line]), terms)
        sent = {"from": buyer, "to": call.to, "data": f"0x{call.data.hex()}", "gas": GAS}
        self.paid.append(self.world.node.request("eth_sendTransaction", sent))

    def _order(self, number: int, name: str) -> bytes:
        order = self.clerk.call(
            "POST", "/orders", f"order {number}", store_id=self.clerk.merchant.store_id, currency="DEMO",
            items=[{"product_id": self.products[name], "quantity": 1}], payment_method="chain",
            customer={"email": f"buyer{number}@example.org"},
        )  # fmt: skip
        self.orders.append(order["id"])
        return bytes.fromhex(order["order_reference"][2:])

    # --- the end

    def is_over(self, count: int) -> bool:
        """Everything is delivered, and no work is left that is due."""
        with read_scope(self.services.sessions) as session:
            delivered = session.scalar(select(func.count()).where(Order.fulfillment_status == "delivered"))
        if delivered != count:
            return False
        return count_due(self.services.sessions, self.services.clock.now() + 60_000) == 0
