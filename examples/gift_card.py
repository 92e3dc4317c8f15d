"""Two ways to give something: a pass for a wallet that is known, and a card with a code for one that is not.

The contracts hold no prepaid money. A card is a coupon of 100 % for one product, redeemed once, that the merchant
creates when he sells the card. So it is for a product, not for an amount; it is his promise, as a card on paper is
(he can switch the coupon off); and who sees the code in a pending transaction may be faster. The last one is not so
if the merchant knows the wallet: then a restricted coupon and `set_coupon_access` are for that wallet alone.

Usage: python examples/gift_card.py [RPC_URL]    (or PASSMANAGER_RPC_URL; by default a local chain of its own)
"""

import os
import secrets
import sys
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from passmanager.abi.errors import CouponUsedUp
from passmanager.client import PassManager
from passmanager.core.purchases import Line
from passmanager.core.state import Outcome
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from passmanager.specs import Currency, Flat, Frequency, OneTime, PricingSpec


def main(url: str | None) -> None:
    """A chain with the contracts and a dollar token, then the story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        world = World.build(url or stack.enter_context(devchain()).url, folder, Report(live=False))
        usd = Currency(world.token, decimals=6)
        world.token_send("platform", "dollars", "mint", world.people["buyer"], usd.amount(Decimal(100)))
        org = world.clients["merchant"].merchant.create_organization().id
        give_to_a_wallet(world, org, usd)
        give_a_card(world, org, usd)


def give_to_a_wallet(world: World, org: int, usd: Currency) -> None:
    """The buyer pays, the friend holds the pass, and has agreed to nothing."""
    price = Flat(currency=usd, price=Decimal(10), frequency=Frequency.MONTHLY)
    membership = offer(world.clients["merchant"], org, "Membership", price)
    print("The buyer gives a friend a month of membership:")
    gift = world.clients["buyer"].purchases.buy([membership], org, to=world.people["friend"], approve="exact")
    friend = world.clients["friend"]
    expect("the friend holds it", friend.product_pass.owner_of(gift.pass_id) == world.people["friend"], wanted=True)
    expect("he is a member", friend.lens.has_access(gift.pass_id, membership.product_id), wanted=True)
    world.travel(30)
    renewal = world.clients["stranger"].manager.renew_subscriptions([gift.pass_id], [membership.product_id])
    expect("a month later a keeper may not charge him", Outcome(renewal.simulated[0]).name, wanted="NO_CONSENT")


def give_a_card(world: World, org: int, usd: Currency) -> None:
    """The buyer pays for a card; whoever has its code gets the game, once."""
    seller, buyer, friend = (world.clients[name] for name in ("merchant", "buyer", "friend"))
    game = offer(seller, org, "Game", OneTime(currency=usd, price=Decimal(49)))
    card = offer(seller, org, "Gift card for the game", OneTime(currency=usd, price=Decimal(49)))
    print("The buyer pays for a card, and the merchant tells him a code:")
    paid = buyer.purchases.buy([card], org, approve="exact")
    code = issue_code(seller, org, game.product_id)
    expect("paid for the card, in millionths", paid.amount, wanted=49_000_000)

    print("The friend enters the code:")
    redeemed = friend.purchases.buy([game], org, coupon_code=code)
    expect("paid by the friend", redeemed.amount, wanted=0)
    expect("the game is his", friend.lens.has_access(redeemed.pass_id, game.product_id), wanted=True)

    print("The code is on the chain now, for everybody to read. It is worth nothing any more:")
    try:
        world.clients["stranger"].purchases.buy([game], org, coupon_code=code)
    except CouponUsedUp as refusal:
        print(f"  refused: {refusal.MEANING}")
    else:
        sys.exit("a card was redeemed twice")


def issue_code(client: PassManager, org: int, product: int) -> str:
    """A code that cannot be guessed; the chain gets only its hash."""
    code = secrets.token_urlsafe(16)
    client.merchant.create_coupon(org, code, bps=10_000, product_ids=(product,), max_redemptions=1)
    return code


def offer(client: PassManager, org: int, name: str, spec: PricingSpec) -> Line:
    """A product with one pricing."""
    product = client.merchant.create_product(org, name).id
    pricing = client.merchant.create_pricing(org, spec).id
    client.catalog.link_pricings(org, product_id=product, pricing_ids=[pricing], linked=True)
    return Line(product, pricing)


def expect(what: str, found: object, *, wanted: object) -> None:
    """Ends the program if something is not as it should be."""
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, found {found}")
    print(f"  {what}: {found}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PASSMANAGER_RPC_URL"))
