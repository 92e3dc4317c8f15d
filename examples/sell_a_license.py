"""Sell a license once, with a coupon, and check it as a server would: by a signature, not by an e-mail address.

Usage: python examples/sell_a_license.py [RPC_URL]    (or PASSMANAGER_RPC_URL; by default a local chain of its own)
"""

import os
import secrets
import sys
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from passmanager.abi.errors import CouponAlreadyRedeemed
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.signers import LocalSigner
from passmanager.specs import Currency, OneTime

CODE = "LAUNCH20"


def main(url: str | None) -> None:
    """A chain with the contracts and a dollar token, then the story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        tell(World.build(url or stack.enter_context(devchain()).url, folder, Report(live=False)))


def tell(world: World) -> None:
    """The merchant sells, a customer buys, a server lets him in and keeps a stranger out."""
    usd = Currency(world.token, decimals=6)
    org, license_ = open_shop(world.clients["merchant"], usd)

    customer = Account.create()
    fund(world, customer.address, usd.amount(Decimal(100)))
    shop = world.clients["merchant"].using(LocalSigner(customer))
    bought = shop.purchases.buy([license_], org, coupon_code=CODE, approve="exact")
    print(f"Pass {bought.pass_id} is sold; approval and purchase used {bought.gas_used:,} gas:")
    expect("49 less 20 %, in millionths", bought.amount, wanted=usd.amount(Decimal("39.20")))
    expect("the merchant has earned", shop.escrow.org_balance(org, world.token), wanted=bought.amount)

    print("The customer signs what the server asks him to; nobody else can:")
    product = license_.product_id
    expect("the customer may use it", may_use(shop, bought.pass_id, product, signer=customer), wanted=True)
    expect("a stranger may use it", may_use(shop, bought.pass_id, product, signer=Account.create()), wanted=False)

    print("The coupon is for one purchase of each wallet:")
    try:
        shop.purchases.buy([license_], org, coupon_code=CODE, approve="exact")
    except CouponAlreadyRedeemed as refusal:
        print(f"  refused: {refusal.MEANING}")
    else:
        sys.exit("the coupon was taken a second time")


def open_shop(client: PassManager, usd: Currency) -> tuple[int, Line]:
    """An organization with one product at one price, and a coupon."""
    org = client.merchant.create_organization().id
    product = client.merchant.create_product(org, "Editor license", description="The editor, for good.").id
    pricing = client.merchant.create_pricing(org, OneTime(currency=usd, price=Decimal(49))).id
    client.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    client.merchant.create_coupon(org, CODE, bps=2_000, product_ids=(product,), once_per_wallet=True)
    return org, Line(product, pricing)


def may_use(chain: PassManager, pass_id: int, product_id: int, *, signer: LocalAccount) -> bool:
    """What a server does: ask something new; whose signature is it, is the pass valid, and does that wallet hold it?"""
    question = encode_defunct(text=f"I use pass {pass_id}: {secrets.token_hex(16)}")
    signature = signer.sign_message(question).signature  # in the customer's wallet
    wallet = Account.recover_message(question, signature=signature)
    return chain.lens.has_access(pass_id, product_id) and chain.product_pass.owner_of(pass_id) == wallet


def fund(world: World, wallet: str, amount: int) -> None:
    """Coins for gas, and dollars."""
    world.node.request("anvil_setBalance", wallet, hex(10**18))
    world.token_send("platform", "dollars", "mint", wallet, amount)


def expect(what: str, found: object, *, wanted: object) -> None:
    """Ends the program if something is not as it should be."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, found {found}")
    print(f"  {what}: {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PASSMANAGER_RPC_URL"))
