"""`make serve`: a local chain with a shop on it, and the commerce service that follows and delivers.

The shop is that of `passmanager demo`. The service is fresh in a folder of its own, and both end with Ctrl-C.
A small receiver on this machine plays the merchant's server: each webhook is verified and shown as it comes.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from passmanager.commerce import Commerce, WebhookRejected, verify
from passmanager.commerce.models import (
    CurrencyIn,
    EndpointIn,
    Event,
    MessageIn,
    OrganizationIn,
    PriceIn,
    ProductIn,
    TemplateIn,
)
from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.devchain import devchain

CHAIN_ID = 31337
HERE = "127.0.0.1"


def fill(commerce: Commerce, store: str, world: World, shop: Shop) -> None:
    """The shop's organization, its token, and two products that deliver generated license keys."""
    holder = world.people["merchant"]
    asked = commerce.organizations.make_message(MessageIn(store_id=store, org_id=shop.org, address=holder))
    signed = world.node.request("personal_sign", "0x" + asked.message.encode().hex(), holder)
    bound = commerce.organizations.bind(
        OrganizationIn(store_id=store, org_id=shop.org, message=asked.message, signature=signed)
    )
    commerce.currencies.create(
        CurrencyIn(store_id=store, symbol="DEMO", decimals=6, chain_id=CHAIN_ID, token=world.token)
    )
    template = commerce.fulfillment_templates.create(TemplateIn(store_id=store, name="Keys", method="generated"))
    for number, name, pricing, price in (
        (shop.handbook, "Handbook", shop.once, 20), (shop.plan, "Membership", shop.monthly, 10),
    ):  # fmt: skip
        product = commerce.products.create(
            ProductIn(
                store_id=store,
                name=name,
                organization_id=bound.id,
                chain_product_id=number,
                fulfillment_template_id=template.id,
            )
        )
        commerce.products.create_price(product.id, PriceIn(amount=price, currency="DEMO", pricing_id=pricing))


def show(commerce: Commerce, event: Event) -> None:
    """One line for a webhook; the keys, once an order is delivered."""
    thing = event.aggregate
    print(f"webhook, signature verified: {event.type:24} {thing['id']}", flush=True)
    if event.type == "order.delivered":
        for key in commerce.license_keys.each(order_id=thing["id"]):
            print(f"delivered license key: {commerce.license_keys.get(key.id).key}", flush=True)


@contextmanager
def receiver(commerce: Commerce) -> Iterator[None]:
    """The merchant's server: takes webhooks of the service and nothing else."""
    secrets: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                event = verify(dict(self.headers), body, secrets[0])
            except WebhookRejected as problem:
                print(f"webhook refused: {problem}", flush=True)
                self.send_response(400)
            else:
                self.send_response(204)
                threading.Thread(target=show, args=(commerce, event)).start()  # the sender does not wait for it
            self.end_headers()

    with ThreadingHTTPServer((HERE, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = commerce.webhook_endpoints.create(
            EndpointIn(url=f"http://{HERE}:{server.server_port}/", types=["order.*", "product.*", "payment.*"])
        )
        secrets.append(made.secret)
        yield
        server.shutdown()


def tell(url: str, merchant: dict[str, str], world: World, shop: Shop, chain: str, folder: Path) -> None:
    print(f"Chain {chain}, service {url}, merchant {merchant['name']} ({merchant['id']}).")
    print(f"API key: {merchant['apiKey']}")
    print(f"Store: {merchant['storeId']}")
    print("Buy something, in another terminal, and watch here:")
    print(f"  export PASSMANAGER_RPC_URL={chain} PASSMANAGER_DEPLOYMENT={folder}")
    print(f"  export PASSMANAGER_ACCOUNT={world.people['buyer']}")
    print(f"  passmanager purchase products {shop.org} {shop.handbook}:{shop.once} --approve exact --yes")
    print("The same order in the form of DPD's API:")
    print(f"  curl -u '{merchant['name']}:{merchant['apiKey']}' {url}/compat/dpd/v2/purchases")
    print("End it with Ctrl-C.", flush=True)


def run(port: int) -> int:
    with TemporaryDirectory(prefix="passmanager-sample-") as name, devchain(port=0) as chain:
        folder = Path(name)
        world = World.build(chain.url, folder / "deployments", Report(live=False))
        shop = open_shop(world)
        world.token_send("platform", "tokens for the buyer", "mint", world.people["buyer"], 1_000 * ONE)
        variables = {
            "PASSMANAGER_DATA": str(folder / "var"), "PASSMANAGER_RPC_URL": chain.url,
            "PASSMANAGER_DEPLOYMENT": str(folder / "deployments"), "PASSMANAGER_OUTBOUND_ALLOW": HERE,
        }  # fmt: skip
        command = [sys.executable, "-m", "passmanager.cli", "serve", "--json", "--port", str(port)]
        service = subprocess.Popen(
            [*command, "--init-merchant", "Sample"], env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
        )
        try:
            started = json.loads((service.stdout and service.stdout.readline()) or "null")
            if started is None:
                return service.wait()
            url, merchant = started["url"], started["merchant"]
            with Commerce(url, merchant["apiKey"]) as commerce, receiver(commerce):
                fill(commerce, merchant["storeId"], world, shop)
                tell(url, merchant, world, shop, chain.url, folder / "deployments")
                return service.wait()
        finally:
            service.terminate()
            service.wait()


def main() -> None:
    parser = ArgumentParser(description="A local chain with a shop, and the service.")
    parser.add_argument("--port", type=int, default=8080, help="of the service; 0 takes a free one")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        sys.exit(run(arguments.port))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
