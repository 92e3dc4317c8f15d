"""How fast a service makes orders of a chain's past: `python tools/bench_commerce.py [--purchases 20000]`.

A node in a process of its own answers over HTTP with the logs of so many purchases, four logs each, as Anvil
gives them. The follower reads them into an empty SQLite file with everything an order has; beside it a plain
loop of web3.py, which asks for the same events and inserts one row a purchase.
"""

import argparse
import hashlib
import json
import multiprocessing
import sqlite3
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from sqlalchemy import func, select
from web3 import Web3

from passmanager.abi import artifact, events
from passmanager.core.events import topic_of
from passmanager.core.state import ItemState
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.service.catalog.models import Merchant, Organization, Store
from passmanager.service.chain.follower import Follower
from passmanager.service.clock import MachineClock
from passmanager.service.db import read_scope, session_scope
from passmanager.service.ids import new_id
from passmanager.service.migrate import upgrade
from passmanager.service.orders.from_chain import ChainOrders
from passmanager.service.orders.hooks import Hooks
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.tables import METADATA
from passmanager.units import NATIVE, checksum

CHAIN_ID = 31337
TARGET = 3_000  # purchases a second, on two idle cores
PER_BLOCK = 10
FIRST = 10
AT = Contracts(**{name: checksum("0x" + f"{i:02x}" * 20) for i, name in enumerate(Contracts.__slots__, 17)})
TOKEN = checksum("0x" + "ee" * 20)
SPARE_BLOCKS = 200  # above the last purchase, so that it is far below the head
ITEM = ItemState(
    pricing_id=1, next_product_id=0, quantity=0, start=1_700_000_000, end=0, rate=10**8, coupon_bps=0,
    coupon_renewals_left=0, grace_days=0, auto_renew=False, cancelled=False, paused=False, revoked=False, one_time=True,
    usage=False, native=False, transferable=True, pausable=False, billed=False,
).word  # fmt: skip


# --- the node


def random_hash(kind: str, number: int) -> str:
    """As spread as on a real chain, so that no index is written in order by luck."""
    return f"0x{hashlib.sha256(f'{kind} {number}'.encode()).hexdigest()}"


def block_hash(number: int) -> str:
    return random_hash("block", number)


def wallet(number: int) -> str:
    return checksum(random_hash("wallet", number)[:42])


def log(number: int, place: int, at: str, kind: type[events.Event], topics: list[int], data: bytes) -> dict[str, str]:
    block = FIRST + number // PER_BLOCK
    return {
        "address": at.lower(), "topics": [topic_of(kind), *(f"0x{topic:064x}" for topic in topics)],
        "data": f"0x{data.hex()}", "blockNumber": hex(block), "blockHash": block_hash(block),
        "blockTimestamp": hex(1_700_000_000 + 12 * block), "transactionHash": random_hash("transaction", number),
        "transactionIndex": hex(number % PER_BLOCK), "logIndex": hex(4 * (number % PER_BLOCK) + place),
        "removed": False,
    }  # fmt: skip


def purchase(number: int) -> list[dict[str, str]]:
    buyer = int(wallet(number), 16)
    cart = encode(
        ["address", "uint256[]", "uint256[]", "uint256[]", "address", "uint256", "uint256", "bytes32"],
        [wallet(number), [1], [1], [0], TOKEN, 20_000_000, 20_000_000, bytes(32)],
    )
    return [
        log(number, 0, AT.purchase_manager, events.SubscriptionStateChanged, [number + 1, 1], ITEM.to_bytes(32)),
        log(number, 1, AT.product_pass, events.Transfer, [0, buyer, number + 1], b""),
        log(number, 2, AT.payment_escrow, events.PaymentReceived, [1, int(TOKEN, 16), buyer],
            encode(["uint256", "uint256"], [20_000_000, 200_000])),
        log(number, 3, AT.purchase_manager, events.ProductsPurchased, [1, number + 1, buyer], cart),
    ]  # fmt: skip


def offer() -> dict[str, Any]:
    """The pricing, in a block before the purchases."""
    terms = encode(
        ["(uint256,uint256,address,uint256,uint256,bool,(uint256,uint256,uint256,uint256)[])"],
        [(0, 0, TOKEN, 20_000_000, 0, False, [])],
    )
    made = log(0, 0, AT.catalog, events.PricingCreated, [1, 1], terms)
    return made | {"blockNumber": hex(1), "blockHash": block_hash(1), "transactionHash": f"0x{7:064x}"}


class Chain:
    """Answers of the node, its logs as texts that are made once."""

    def __init__(self, purchases: int) -> None:
        self.head = FIRST + purchases // PER_BLOCK + SPARE_BLOCKS
        self.numbers = {block_hash(number): number for number in range(self.head + 1)}
        self.logs: dict[int, list[tuple[str, str]]] = {1: [self._text(offer())]}
        for number in range(purchases):
            block = self.logs.setdefault(FIRST + number // PER_BLOCK, [])
            block += [self._text(one) for one in purchase(number)]

    @staticmethod
    def _text(one: dict[str, Any]) -> tuple[str, str]:
        return one["topics"][0], json.dumps(one)

    def answer(self, request: dict[str, Any]) -> str:
        method, params = request["method"], request.get("params") or []
        result = getattr(self, method.removeprefix("eth_"), self._unknown)(*params)
        return f'{{"jsonrpc":"2.0","id":{json.dumps(request.get("id"))},"result":{result}}}'

    def _unknown(self, *_params: object) -> str:
        return "null"

    def chainId(self) -> str:  # noqa: N802 - the node's name
        return json.dumps(hex(CHAIN_ID))

    def call(self, call: dict[str, str], *_block: str) -> str:
        symbol = call["data"].startswith("0x95d89b41")
        return json.dumps("0x" + (encode(["string"], ["DEMO"]) if symbol else encode(["uint256"], [6])).hex())

    def getBlockByNumber(self, block: str, *_full: bool) -> str:  # noqa: N802
        tags = {"latest": self.head, "safe": self.head - 32, "finalized": self.head - 64, "earliest": 0}
        number = tags[block] if block in tags else int(block, 16)
        if number > self.head:
            return "null"
        return json.dumps({
            "number": hex(number), "hash": block_hash(number), "parentHash": block_hash(number - 1),
            "timestamp": hex(1_700_000_000 + 12 * number), "extraData": "0x", "transactions": [],
        })  # fmt: skip

    def getLogs(self, where: dict[str, Any]) -> str:  # noqa: N802
        if "blockHash" in where:
            first = last = self.numbers[where["blockHash"]]
        else:
            first, last = int(where["fromBlock"], 16), min(int(where["toBlock"], 16), self.head)
        wanted = (where.get("topics") or [None])[0]
        kinds = {wanted} if isinstance(wanted, str) else None if wanted is None else set(wanted)
        found = [
            text for number in range(first, last + 1) for kind, text in self.logs.get(number, [])
            if kinds is None or kind in kinds
        ]  # fmt: skip
        return f"[{','.join(found)}]"


def run_node(purchases: int, tell: Connection) -> None:
    chain = Chain(purchases)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            many = isinstance(asked, list)
            body = f"[{','.join(map(chain.answer, asked))}]" if many else chain.answer(asked)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tell.send(server.server_address[1])
    server.serve_forever()


# --- the two readers


def back_fill(url: str, folder: Path) -> tuple[float, dict[str, int]]:
    """Seconds until everything is an order, and the rows of each table."""
    settings = Settings(data=folder, rpc_url=url)
    upgrade(settings.url)
    services = Services.start(settings)
    bind(services)
    orders = ChainOrders(services.clock, AT, Hooks())
    follower = Follower(services, Node.connect(url), AT, chain_id=CHAIN_ID, first_block=1, subscribers=[orders])
    began = time.perf_counter()
    worked = time.process_time()
    follower.catch_up()
    took = time.perf_counter() - began
    print(f"processor time of the back-fill: {time.process_time() - worked:.2f} s")
    with read_scope(services.sessions) as session:
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.tables.values()
        }  # fmt: skip
    services.engine.dispose()
    return took, rows


def bind(services: Services) -> None:
    """An organization whose past was delivered elsewhere, as at a first start."""
    now = MachineClock().now()
    with session_scope(services.sessions) as session:
        merchant = Merchant(id=new_id("mer"), name="Bench", created_at=now)
        session.add(merchant)
        session.flush()
        store = Store(id=new_id("sto"), merchant_id=merchant.id, name="Bench", created_at=now, updated_at=now)
        session.add(store)
        session.flush()
        session.add(
            Organization(
                id=new_id("org"), merchant_id=merchant.id, store_id=store.id, chain_id=CHAIN_ID, org_id=1,
                holder=NATIVE, deliver_from_block=10**12, created_at=now,
            )
        )  # fmt: skip


def plain_loop(url: str, folder: Path, last_block: int) -> tuple[float, int]:
    """What one writes first: `get_logs` of web3.py, and one INSERT for each purchase."""
    web3 = Web3(Web3.HTTPProvider(url))
    manager = web3.eth.contract(address=AT.purchase_manager, abi=artifact("PurchaseManager")["abi"])
    database = sqlite3.connect(folder / "plain.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE orders (tx TEXT, buyer TEXT, pass_id TEXT, token TEXT, amount TEXT, at INTEGER)")
    began = time.perf_counter()
    found = 0
    for first in range(1, last_block + 1, 50):
        until = min(first + 49, last_block)
        for event in manager.events.ProductsPurchased().get_logs(from_block=first, to_block=until):
            values = event["args"]
            at = web3.eth.get_block(event["blockNumber"])["timestamp"]
            row = (event["transactionHash"].hex(), values["purchaser"], str(values["productPassId"]), values["token"],
                   str(values["amountPaid"]), at)  # fmt: skip
            with database:
                database.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", row)
            found += 1
    return time.perf_counter() - began, found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--purchases", type=int, default=20_000)
    parser.add_argument("--plain", type=int, default=1_000, help="purchases that the plain loop reads")
    parser.add_argument("--least", type=int, default=0, help="fail below so many purchases a second")
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    node = multiprocessing.Process(target=run_node, args=(options.purchases, theirs), daemon=True)
    node.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            took, rows = back_fill(url, Path(folder))
            plain, read = plain_loop(url, Path(folder), FIRST + options.plain // PER_BLOCK - 1)
    finally:
        node.terminate()
    return report(options, took, rows, plain, read)


def report(options: argparse.Namespace, took: float, rows: dict[str, int], plain: float, read: int) -> int:
    per_purchase = {name: count for name, count in rows.items() if count >= options.purchases}
    speed = options.purchases / took
    verdict = "reached" if speed >= TARGET else "MISSED"
    print(f"back-fill: {rows['orders']:,} orders in {took:.2f} s = {speed:,.0f} a second on SQLite")
    print(f"target {TARGET:,} a second: {verdict}")
    print(f"rows a purchase: {sum(per_purchase.values()) / options.purchases:.1f}")
    print(f"plain web3.py loop, one row a purchase: {read:,} in {plain:.2f} s = {read / plain:,.0f} a second")
    if rows["orders"] != options.purchases or speed < options.least:
        print(f"too slow or incomplete: at least {options.least:,} a second were wanted")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
