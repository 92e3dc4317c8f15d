"""A shop at every limit, on a chain with Osaka's gas limit of one transaction (EIP-7825), through the package.

64 products whose names double when they become JSON, at a pricing of 16 tiers whose last one applies; a coupon
for ever. Set-up transactions go in batches, with nonces of their own.
"""

from collections.abc import Sequence
from pathlib import Path

from eth_abi import encode
from eth_utils import keccak

from passmanager.abi import artifact
from passmanager.abi.structs import (
    AdditionalPurchaseParams,
    CouponTerms,
    InitialPurchaseParams,
    Metadata,
    PricingTerms,
    Product,
    SaleRules,
    Tier,
)
from passmanager.client import PassManager
from passmanager.core.calls import Call, build_call
from passmanager.deployments import deploy
from passmanager.node import Node
from passmanager.signers import NodeSigner
from passmanager.units import DAY, Address, checksum

ORG, PRICING, CODE, FOR_EVER = 1, 1, "SAVE", 255
MOST_PRODUCTS, MOST_LINES, MOST_TIERS, MOST_PAIRS = 64, 24, 16, 100
QUANTITY = 1_000
PRODUCTS = tuple(range(1, MOST_PRODUCTS + 1))
BULK_GAS = 3_000_000
WORST = '"'  # two characters in JSON


class BigShop:
    """The deployment, the merchant's shop, and a wallet for each pair of a batch."""

    def __init__(self, url: str, folder: Path) -> None:
        self.node = Node.connect(url)
        wallets = [checksum(wallet) for wallet in self.node.accounts()]
        self.platform, self.merchant, self.buyer, self.stranger = wallets[:4]
        self.subscribers = wallets[4 : 4 + MOST_PAIRS]
        self.contracts = deploy(self.node, NodeSigner(self.platform), out=folder).addresses()
        self.token = self.create_token()
        self.as_(self.merchant).org_nft.mint(self.merchant)
        self.open()
        self.fund([self.buyer, *self.subscribers])

    def as_(self, wallet: Address) -> PassManager:
        """The client of a wallet."""
        return PassManager(self.node, self.contracts, signer=NodeSigner(wallet))

    def create_token(self) -> Address:
        nonce = self.node.nonce(self.platform)
        creation = {"from": self.platform, "data": artifact("DemoToken")["bytecode"]}
        tx_hash = self.node.request("eth_sendTransaction", creation)
        return checksum(self.node.wait(tx_hash, self.platform, nonce, seconds=30)["contractAddress"])

    def open(self) -> None:
        """Everything the merchant sets."""
        shop = self.as_(self.merchant)
        catalog = shop.catalog.calls
        product = catalog.set_product(ORG, 0, product=PRODUCT)
        made = [catalog.set_sale_rules(ORG, RULES), catalog.create_pricing(ORG, pricing(self.token))]
        self.bulk([(self.merchant, call) for call in made + [product] * MOST_PRODUCTS])
        link = [catalog.link_pricings(ORG, product_id=id_, pricing_ids=[PRICING], linked=True) for id_ in PRODUCTS]
        self.bulk([(self.merchant, call) for call in link])
        code_hash = keccak(encode(["uint256", "string"], [ORG, CODE]))
        shop.promotions.create_coupon(ORG, code_hash=code_hash, terms=COUPON, product_ids=[])
        shop.promotions.create_discount(ORG, name="Loyal", bps=500, max_mints=0, mode=1)
        shop.org_nft.set_pass_metadata(ORG, METADATA)

    def fund(self, wallets: Sequence[Address]) -> None:
        """Tokens, and a finite approval of PaymentEscrow."""
        escrow, much = self.contracts.payment_escrow, 10**15
        self.bulk([(wallet, build_call("DemoToken", "mint", [wallet, much], to=self.token)) for wallet in wallets])
        approve = build_call("DemoToken", "approve", [escrow, much - 1], to=self.token)
        self.bulk([(wallet, approve) for wallet in wallets])

    def bulk(self, sent: Sequence[tuple[Address, Call[object]]]) -> None:
        """Transactions of several wallets, each wallet's in order; all have to succeed."""
        nonces = {wallet: self.node.nonce(wallet) for wallet, _ in sent}
        requests = []
        for wallet, call in sent:
            fields = {"from": wallet, "to": call.to, "data": f"0x{call.data.hex()}", "gas": hex(BULK_GAS)}
            requests.append(("eth_sendTransaction", ({**fields, "nonce": hex(nonces[wallet])},)))
            nonces[wallet] += 1
        hashes = self.node.request_many(requests)
        wanted = [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes]
        while None in (receipts := self.node.request_many(wanted)):
            self.node.request("evm_mine")  # what did not fit into the block
        assert all(receipt["status"] == "0x1" for receipt in receipts)

    def travel(self, days: int) -> None:
        """Lets time pass."""
        self.node.request("evm_increaseTime", days * DAY)
        self.node.request("evm_mine")

    def full_cart(self, *, pause: bool) -> InitialPurchaseParams:
        """As many lines as a cart takes, with coupon and discount."""
        return InitialPurchaseParams(
            to=self.buyer,
            organization_id=ORG,
            product_ids=PRODUCTS[:MOST_LINES],
            pricing_ids=[PRICING] * MOST_LINES,
            quantities=[QUANTITY] * MOST_LINES,
            discount_ids=[1],
            coupon_code=CODE,
            airdrop=False,
            pause=pause,
        )

    def further_cart(self, pass_id: int, products: Sequence[int]) -> AdditionalPurchaseParams:
        """More of the same, paused."""
        return AdditionalPurchaseParams(
            product_pass_id=pass_id,
            product_ids=products,
            pricing_ids=[PRICING] * len(products),
            quantities=[QUANTITY] * len(products),
            coupon_code=CODE,
            airdrop=False,
            pause=True,
        )

    def full_pass(self) -> int:
        """A pass of the buyer with as many products as it takes: all paused, with a coupon, renewing."""
        manager = self.as_(self.buyer).manager
        manager.purchase_products(self.full_cart(pause=True))
        pass_id = manager.pass_supply()
        for products in (PRODUCTS[MOST_LINES : 2 * MOST_LINES], PRODUCTS[2 * MOST_LINES :]):
            manager.purchase_additional_products(self.further_cart(pass_id, products))
        return pass_id


def pricing(token: Address) -> PricingTerms:
    """Tiered by volume: 1 to 9, 10 to 19, and so on; the last has no end."""
    bounds = [(max(10 * i, 1), 10 * i + 9) for i in range(MOST_TIERS - 1)] + [(10 * (MOST_TIERS - 1), 0)]
    tiers = [Tier(lower=low, upper=up, unit_price=100, flat_price=7) for low, up in bounds]
    return PricingTerms(
        charge_style=2, frequency=3, token=token, flat_price=0, meter_id=0, restricted=False, tiers=tiers
    )


RULES = SaleRules(
    closed=False,
    allow_list=False,
    gifting_off=False,
    pausing=True,
    plan_change_off=False,
    grace_days=0,
    max_passes=0,
    count_passes=True,
)
PRODUCT = Product(
    name=64 * WORST, description="", image="", external_url="", transferable=True, active=True, max_supply=1_000
)
COUPON = CouponTerms(
    bps=1_000,
    expiry=0,
    max_redemptions=0,
    renewals=FOR_EVER,
    once_per_wallet=False,
    first_pass_only=False,
    restricted=False,
    active=True,
)
METADATA = Metadata(
    name=64 * WORST,
    description=512 * WORST,
    image=256 * WORST,
    external_url=256 * WORST,
    background_color="",
    animation_url=256 * WORST,
)
