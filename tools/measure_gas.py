"""Measures the gas of the main transactions on Anvil (hardfork prague) and writes gas.json.

Conditions, the same as for the peers: an ERC-20 with a plain `transferFrom`, a finite allowance, balances
that stay above zero, fee 0. The buyer's wallet is fresh; the organization has sold every product, used the
coupon and been paid in the token before, by another wallet. Three products: one-time, flat monthly, tiered
volume with quantity 10 in the second of 3 tiers. The coupon is not once per wallet.

Usage: python tools/measure_gas.py [--check]; --check writes nothing, and fails where a figure is above its
limit, or more than 1 % above gas.json.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from eth_abi import encode
from eth_account import Account
from eth_utils import keccak
from rich.console import Console
from rich.table import Table

from gas_figures import FIGURES
from passmanager.abi import artifact
from passmanager.abi.structs import (
    AdditionalPurchaseParams,
    ChangeSubscriptionPricingParams,
    CouponTerms,
    InitialPurchaseParams,
    PricingTerms,
    Product,
    SaleRules,
    Tier,
)
from passmanager.client import PassManager
from passmanager.core.calls import build_call
from passmanager.deployments import deploy
from passmanager.devchain import devchain
from passmanager.node import Node
from passmanager.signers import NodeSigner
from passmanager.units import DAY, NATIVE, Address, checksum

FILE = Path(__file__).resolve().parents[1] / "gas.json"
TOLERANCE = 1.01
ORG, SAVE, DISCOUNT = 1, "SAVE", 1
ONE_TIME, MONTHLY, SEATS, OTHER = 1, 2, 3, 4  # products
P_ONCE, P_NATIVE, P_TEN, P_SEATS, P_FIFTY = 1, 2, 3, 4, 5  # pricings
WITHOUT_BODIES = False
NO_REFERENCE = b"\0" * 32


class Bench:
    """The system on a fresh chain, with wallets that nobody used before."""

    def __init__(self, url: str, folder: Path) -> None:
        self.node = Node.connect(url)
        self.platform, self.merchant, self.stranger, *rest = [checksum(at) for at in self.node.accounts()]
        self.wallets: Iterator[Address] = iter(rest)
        deployment = deploy(self.node, NodeSigner(self.platform), out=folder)
        self.contracts = deployment.addresses()
        self.deploy_total = self.gas_so_far()
        self.token = self.create_token()
        self.open_shop()

    def as_(self, wallet: Address) -> PassManager:
        """The client of a wallet."""
        return PassManager(self.node, self.contracts, signer=NodeSigner(wallet))

    def gas_so_far(self) -> int:
        """Gas of all blocks."""
        numbers = range(self.node.head().number + 1)
        blocks = [self.node.request("eth_getBlockByNumber", hex(number), WITHOUT_BODIES) for number in numbers]
        return sum(int(block["gasUsed"], 16) for block in blocks)

    def create_token(self) -> Address:
        """A plain ERC-20."""
        nonce = self.node.nonce(self.platform)
        transaction = {"from": self.platform, "data": artifact("DemoToken")["bytecode"]}
        tx_hash = self.node.request("eth_sendTransaction", transaction)
        return checksum(self.node.wait(tx_hash, self.platform, nonce, seconds=30)["contractAddress"])

    def fresh(self) -> Address:
        """A wallet with tokens and a finite allowance, and nothing else of this system."""
        wallet = next(self.wallets)
        self.as_(self.platform).send(build_call("DemoToken", "mint", [wallet, 10**12], to=self.token))
        escrow = self.contracts.payment_escrow
        self.as_(wallet).send(build_call("DemoToken", "approve", [escrow, 10**12 - 1], to=self.token))
        return wallet

    def travel(self, days: int) -> None:
        """Lets time pass."""
        self.node.request("evm_increaseTime", days * DAY)
        self.node.request("evm_mine")

    def open_shop(self) -> None:
        """Everything on sale, everything sold once before."""
        shop = self.as_(self.merchant)
        shop.org_nft.mint(self.merchant)
        rules = SaleRules(
            closed=False,
            allow_list=False,
            gifting_off=False,
            pausing=True,
            plan_change_off=False,
            grace_days=0,
            max_passes=0,
            count_passes=False,
        )
        shop.catalog.set_sale_rules(ORG, rules)
        for name in ("One-time", "Monthly", "Seats", "Other"):
            product = Product(
                name=name,
                description="",
                image="",
                external_url="",
                transferable=True,
                active=True,
                max_supply=0,
            )
            shop.catalog.set_product(ORG, 0, product=product)
        tiers = [(1, 5, 100), (6, 20, 90), (21, 0, 80)]
        for style, frequency, token, price, steps in (
            (0, 0, self.token, 1_000, []),
            (0, 0, NATIVE, 1_000, []),
            (1, 3, self.token, 10_000, []),
            (2, 3, self.token, 0, tiers),
            (1, 3, self.token, 50_000, []),
        ):
            terms = PricingTerms(
                charge_style=style,
                frequency=frequency,
                token=token,
                flat_price=price,
                meter_id=0,
                restricted=False,
                tiers=[Tier(lower=low, upper=up, unit_price=unit, flat_price=0) for low, up, unit in steps],
            )
            shop.catalog.create_pricing(ORG, terms)
        offers = {ONE_TIME: [P_ONCE, P_NATIVE], MONTHLY: [P_TEN, P_FIFTY], SEATS: [P_SEATS], OTHER: [P_TEN]}
        for product_id, pricings in offers.items():
            shop.catalog.link_pricings(ORG, product_id=product_id, pricing_ids=pricings, linked=True)
        terms_of_coupon = CouponTerms(
            bps=1_000,
            expiry=0,
            max_redemptions=0,
            renewals=0,
            once_per_wallet=False,
            first_pass_only=False,
            restricted=False,
            active=True,
        )
        code_hash = keccak(encode(["uint256", "string"], [ORG, SAVE]))
        shop.promotions.create_coupon(ORG, code_hash=code_hash, terms=terms_of_coupon, product_ids=[])
        shop.promotions.create_discount(ORG, name="Loyal", bps=500, max_mints=0, mode=1)
        earlier = self.fresh()
        self.buy(earlier, (ONE_TIME, P_ONCE, 0), (MONTHLY, P_TEN, 0), (SEATS, P_SEATS, 10))
        self.buy(earlier, (ONE_TIME, P_NATIVE, 0), value=1_000)
        self.buy(earlier, (ONE_TIME, P_ONCE, 0), discounts=[DISCOUNT], code=SAVE)
        self.buy(earlier, (OTHER, P_TEN, 0))

    def buy(
        self,
        wallet: Address,
        *lines: tuple[int, int, int],
        discounts: list[int] | None = None,
        code: str = "",
        value: int = 0,
    ) -> int:
        """Gas of a purchase for oneself."""
        params = InitialPurchaseParams(
            to=wallet,
            organization_id=ORG,
            product_ids=[line[0] for line in lines],
            pricing_ids=[line[1] for line in lines],
            quantities=[line[2] for line in lines],
            discount_ids=discounts or [],
            coupon_code=code,
            airdrop=False,
            pause=False,
        )
        return self.as_(wallet).manager.purchase_products(params, value=value).gas_used

    def holder(self, *lines: tuple[int, int, int]) -> tuple[PassManager, int]:
        """The client of a fresh wallet that has bought, and its pass."""
        wallet = self.fresh()
        self.buy(wallet, *lines)
        client = self.as_(wallet)
        return client, client.manager.pass_supply()


def purchases(bench: Bench) -> dict[str, int]:
    """First purchases of fresh wallets."""
    three = ((ONE_TIME, P_ONCE, 0), (MONTHLY, P_TEN, 0), (SEATS, P_SEATS, 10))
    return {
        "purchase_one_time_erc20": bench.buy(bench.fresh(), (ONE_TIME, P_ONCE, 0)),
        "purchase_one_time_native": bench.buy(next(bench.wallets), (ONE_TIME, P_NATIVE, 0), value=1_000),
        "purchase_subscription_erc20": bench.buy(bench.fresh(), (MONTHLY, P_TEN, 0)),
        "purchase_three_products": bench.buy(bench.fresh(), *three),
        "purchase_three_coupon_discount": bench.buy(bench.fresh(), *three, discounts=[DISCOUNT], code=SAVE),
    }


def further(bench: Bench) -> dict[str, int]:
    """A further purchase on a pass with one product, and an airdrop to 100 fresh wallets."""
    holder, pass_id = bench.holder((MONTHLY, P_TEN, 0))
    more = AdditionalPurchaseParams(
        product_pass_id=pass_id,
        product_ids=[OTHER],
        pricing_ids=[P_TEN],
        quantities=[0],
        coupon_code="",
        airdrop=False,
        pause=False,
    )
    additional = holder.manager.purchase_additional_products(more).gas_used
    wallets = [Account.from_key(keccak(text=f"wallet {number}")).address for number in range(100)]
    airdrop = bench.as_(bench.merchant).manager.airdrop_products(
        ORG,
        recipients=wallets,
        product_ids=[MONTHLY],
        pricing_ids=[P_TEN],
        quantities=[0],
        order_reference=NO_REFERENCE,
    )
    return {
        "purchase_additional_subscription": additional,
        "airdrop_per_recipient_100": airdrop.gas_used // 100,
    }


def subscriptions(bench: Bench) -> dict[str, int]:
    """What happens to running subscriptions: flat monthly, or 10 seats."""
    batch = [bench.holder((MONTHLY, P_TEN, 0))[1] for _ in range(10)]
    _, renewed = bench.holder((MONTHLY, P_TEN, 0))
    pauser, paused = bench.holder((MONTHLY, P_TEN, 0))
    leaver, cancelled = bench.holder((MONTHLY, P_TEN, 0))
    upgrader, upgraded = bench.holder((MONTHLY, P_TEN, 0))
    team, seats = bench.holder((SEATS, P_SEATS, 10))
    gas = {
        "pause": pauser.manager.pause_subscription(paused, MONTHLY, pause=True).gas_used,
        "cancel": leaver.manager.cancel_subscription(cancelled, MONTHLY, cancel=True).gas_used,
    }
    bench.travel(10)
    upgrade = ChangeSubscriptionPricingParams(
        org_id=ORG, product_pass_id=upgraded, product_id=MONTHLY, new_pricing_id=P_FIFTY, airdrop=False
    )
    gas["change_pricing"] = upgrader.manager.change_subscription_pricing(upgrade).gas_used
    gas["change_quantity"] = team.manager.change_tiered_subscription_unit_quantity(
        seats, product_id=SEATS, quantity=20, airdrop=False
    ).gas_used
    bench.travel(20)
    stranger = bench.as_(bench.stranger).manager
    gas["renew_by_third_party"] = stranger.renew_subscription(renewed, MONTHLY, airdrop=False).gas_used
    all_ten = stranger.renew_subscriptions(batch, [MONTHLY] * 10)
    if any(all_ten.simulated):
        message = f"not all of the batch were renewed: {all_ten.simulated}"
        raise SystemExit(message)
    gas["renew_batch_10_per_pass"] = all_ten.gas_used // 10
    return gas


def withdrawal(bench: Bench) -> dict[str, int]:
    """A part, to an owner who holds the token already."""
    bench.as_(bench.platform).send(build_call("DemoToken", "mint", [bench.merchant, 5], to=bench.token))
    return {"withdraw_erc20": bench.as_(bench.merchant).escrow.withdraw(ORG, bench.token, amount=5_000).gas_used}


def measure() -> dict[str, int]:
    """All figures, on a chain of their own."""
    with TemporaryDirectory() as folder, devchain("--accounts", "40") as chain:
        bench = Bench(chain.url, Path(folder))
        gas = purchases(bench) | further(bench) | subscriptions(bench) | withdrawal(bench)
        return gas | {"deploy_total": bench.deploy_total}


def show(gas: dict[str, int]) -> None:
    """The figures beside the peers' and the limits."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 130
    table = Table(title="Gas on Anvil, hardfork prague", title_justify="left")
    table.add_column("transaction")
    for name in ("ProductMint", "Unlock v14", "passmanager", "at most", "goal", "to the goal"):
        table.add_column(name, justify="right")
    for key, used in gas.items():
        figure = FIGURES[key]
        peers = [f"{peer:,}" if peer else "-" for peer in (figure.product_mint, figure.unlock)]
        style = "red" if used > figure.limit else None
        table.add_row(
            figure.what,
            *peers,
            f"{used:,}",
            f"{figure.limit:,}",
            f"{figure.goal:,}",
            f"{figure.goal - used:,}",
            style=style,
        )
    console.print(table)


def problems(gas: dict[str, int], known: dict[str, int]) -> list[str]:
    """Figures above their limit, or above what is written down."""
    found = [
        f"{key}: {used:,} is above {FIGURES[key].limit:,}" for key, used in gas.items() if used > FIGURES[key].limit
    ]
    grown = [key for key, used in gas.items() if used > known.get(key, used) * TOLERANCE]
    return found + [f"{key}: {gas[key]:,} was {known[key]:,}; run `make gas` if that is meant" for key in grown]


def main() -> None:
    gas = measure()
    show(gas)
    checking = "--check" in sys.argv
    if not checking:
        FILE.write_text(json.dumps(gas, indent=2) + "\n")
    found = problems(gas, json.loads(FILE.read_text()) if checking else {})
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
