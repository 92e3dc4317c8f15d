"""`make serve`: a local chain with a shop on it, and the commerce service that follows and delivers.

The shop is that of `passmanager demo`. The service is fresh in a folder of its own, and both end with Ctrl-C.
"""

import json
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from passmanager.demo.report import Report
from passmanager.demo.shop import ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.devchain import devchain

CHAIN_ID = 31337


class Service:
    """The service as its merchant sees it."""

    def __init__(self, url: str, merchant: dict[str, str]) -> None:
        self.store = merchant["storeId"]
        headers = {"Authorization": f"Bearer {merchant['apiKey']}"}
        self._client = httpx2.Client(base_url=f"{url}/v1", headers=headers, timeout=60)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Creates something; a refusal ends the program with the service's own words."""
        answer = self._client.post(path, json=body)
        if answer.is_error:
            sys.exit(f"{path}: {answer.text}")
        return answer.json()


def fill(service: Service, world: World, shop: Shop) -> None:
    """The shop's organization, its token, and a product that delivers generated license keys."""
    store, holder = service.store, world.people["merchant"]
    asked = service.post("/organizations/message", store_id=store, org_id=shop.org, address=holder)
    signed = world.node.request("personal_sign", "0x" + asked["message"].encode().hex(), holder)
    bound = service.post("/organizations", store_id=store, org_id=shop.org, message=asked["message"], signature=signed)
    service.post("/currencies", store_id=store, symbol="DEMO", decimals=6, chain_id=CHAIN_ID, token=world.token)
    template = service.post("/fulfillment-templates", store_id=store, name="License keys", method="generated")
    for number, name, pricing, price in (
        (shop.handbook, "Handbook", shop.once, "20"), (shop.plan, "Membership", shop.monthly, "10"),
    ):  # fmt: skip
        product = service.post(
            "/products", store_id=store, name=name, organization_id=bound["id"], chain_product_id=number,
            fulfillment_template_id=template["id"],
        )  # fmt: skip
        service.post(f"/products/{product['id']}/prices", amount=price, currency="DEMO", pricing_id=pricing)


def tell(url: str, merchant: dict[str, str], world: World, shop: Shop, chain: str, folder: Path) -> None:
    print(f"Chain {chain}, service {url}, merchant {merchant['name']} ({merchant['id']}).")
    print(f"API key: {merchant['apiKey']}")
    print("Buy something, in another terminal:")
    buyer = world.people["buyer"]
    print(f"  export PASSMANAGER_RPC_URL={chain} PASSMANAGER_DEPLOYMENT={folder} PASSMANAGER_ACCOUNT={buyer}")
    print(f"  passmanager purchase products {shop.org} {shop.handbook}:{shop.once} --approve exact --yes")
    print("See the order and its key:")
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
            "PASSMANAGER_DEPLOYMENT": str(folder / "deployments"),
        }  # fmt: skip
        command = [sys.executable, "-m", "passmanager.cli", "serve", "--json", "--port", str(port)]
        service = subprocess.Popen(
            [*command, "--init-merchant", "Sample"], env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
        )
        try:
            started = json.loads((service.stdout and service.stdout.readline()) or "null")
            if started is None:
                return service.wait()
            fill(Service(started["url"], started["merchant"]), world, shop)
            tell(started["url"], started["merchant"], world, shop, chain.url, folder / "deployments")
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
