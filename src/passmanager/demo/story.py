"""The story of the demo, step by step."""

from typing import Any

from eth_utils.crypto import keccak

from passmanager.abi.events import (
    ProductsAirdropped,
    ProductsPurchased,
    RenewalFailed,
    SubscriptionRenewed,
    UsageBilled,
)
from passmanager.abi.structs import AdditionalPurchaseParams, ChangeSubscriptionPricingParams, InitialPurchaseParams
from passmanager.core.calls import build_call
from passmanager.core.state import Outcome, Status
from passmanager.demo.books import check_books, show_metadata
from passmanager.demo.shop import CODE, ONE, Shop, open_shop
from passmanager.demo.world import World
from passmanager.models import Receipt
from passmanager.units import Address, checksum, format_units


def tell(world: World) -> None:
    """Everything, from opening the shop to checking the books."""
    world.act(
        "platform",
        "announce a fee of 1 %, from next week",
        lambda p: p.manager.announce_fee(100, world.people["platform"]),
    )
    shop = open_shop(world)
    fund_buyer(world)
    buyers = buy(world, shop)
    gift = give(world, shop)
    airdrop(world, shop)
    use_api(world, shop, buyers)
    world.travel(31)
    renew_what_is_due(world, shop, buyers, gift)
    change(world, shop, buyers)
    pause_and_sell(world, shop, gift)
    leave(world, shop, buyers)
    withdraw(world, shop)
    show_metadata(world, buyers)
    check_books(world, shop)


def fund_buyer(world: World) -> None:
    """The buyer gets ERC-20s, and lets PaymentEscrow take what he will spend."""
    for who, amount in (("buyer", 1_000 * ONE), ("friend", 100 * ONE)):
        mint = build_call("DemoToken", "mint", [world.people[who], amount], to=world.token)
        world.act("platform", f"{format_units(amount, 6)} ERC-20s for the {who}", lambda p, call=mint: p.send(call))
        escrow = world.clients[who].contracts.payment_escrow
        approve = build_call("DemoToken", "approve", [escrow, amount - 1], to=world.token)
        world.act(who, "approve PaymentEscrow", lambda p, call=approve: p.send(call))


def buy(world: World, shop: Shop) -> int:
    """A first purchase with coupon and discount, one in the native coin, and a further product."""
    buyer = world.people["buyer"]
    cart = initial(
        buyer,
        shop.org,
        lines=[(shop.handbook, shop.once, 0), (shop.plan, shop.monthly, 0), (shop.seats, shop.seat_tiers, 10)],
        discounts=[shop.discount],
        code=CODE,
    )
    quote = world.clients["buyer"].lens.quote_purchase(cart, buyer)
    first = world.act(
        "buyer", f"purchaseProducts: 3 products with {CODE}", lambda p: p.manager.purchase_products(cart), paid
    )
    sold = first.event(ProductsPurchased)
    world.report.check("the quote is what was charged", quote.total, sold.amount_paid)
    # 20 + 10 + 10 x 4, less 20 %, less 5 % of the rest
    world.report.check("70 less 20 % less 5 %", 53_200_000, sold.amount_paid)
    sticker = initial(buyer, shop.org, lines=[(shop.sticker, shop.native, 0)])
    world.act(
        "buyer",
        "purchaseProducts in the native coin",
        lambda p: p.manager.purchase_products(sticker, value=10**16),
        paid_native,
    )
    more = AdditionalPurchaseParams(
        product_pass_id=sold.product_pass_id,
        product_ids=[shop.api],
        pricing_ids=[shop.metered],
        quantities=[0],
        coupon_code="",
        airdrop=False,
        pause=False,
    )
    world.act(
        "buyer", "purchaseAdditionalProducts: metered API", lambda p: p.manager.purchase_additional_products(more)
    )
    return sold.product_pass_id


def give(world: World, shop: Shop) -> int:
    """A gift: the payer is one wallet, the holder another, who has agreed to nothing."""
    cart = initial(world.people["friend"], shop.org, lines=[(shop.plan, shop.monthly, 0)])
    receipt = world.act("buyer", "gift: a membership for a friend", lambda p: p.manager.purchase_products(cart), paid)
    return receipt.event(ProductsPurchased).product_pass_id


def airdrop(world: World, shop: Shop) -> None:
    """A hundred wallets that never asked."""
    wallets = [checksum(keccak(text=f"wallet {number}")[12:].hex()) for number in range(100)]
    receipt = world.act(
        "merchant",
        "airdrop a membership to 100 wallets",
        lambda m: m.manager.airdrop_products(
            shop.org,
            recipients=wallets,
            product_ids=[shop.plan],
            pricing_ids=[shop.monthly],
            quantities=[0],
            order_reference=keccak(text="spring airdrop"),
        ),
        lambda done: f"{done.gas_used // 100:,} gas each",
    )
    first = receipt.event(ProductsAirdropped).first_pass_id
    last_holder = world.clients["stranger"].product_pass.owner_of(first + 99)
    world.report.check("the last wallet holds the last pass", wallets[-1], last_holder)


def use_api(world: World, shop: Shop, pass_id: int) -> None:
    """The holder allows bills up to 25; the merchant records 1,600 calls."""
    world.act(
        "buyer", "allow API bills up to 25", lambda p: p.manager.set_usage_cap(pass_id, shop.api, amount=25 * ONE)
    )
    world.act(
        "merchant", "record 1,600 API calls", lambda m: m.catalog.record_usage(shop.meter, [pass_id], units=[1_600])
    )


def renew_what_is_due(world: World, shop: Shop, pass_id: int, gift: int) -> None:
    """31 days later a stranger renews whatever is due; what he may not renew is told, not charged."""
    pairs = [
        (pass_id, shop.plan),
        (pass_id, shop.seats),
        (pass_id, shop.api),
        (pass_id, shop.handbook),
        (gift, shop.plan),
    ]
    passes, products = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    receipt = world.act(
        "stranger",
        "31 days later: renew everything due",
        lambda p: p.manager.renew_subscriptions(passes, products),
        lambda done: ", ".join(Outcome(outcome).name.lower() for outcome in done.simulated),
    )
    world.report.check("renewed by a stranger", 3, len(receipt.events_of(SubscriptionRenewed)))
    world.report.check("failed payments", 0, len(receipt.events_of(RenewalFailed)))
    # 1,500 calls at 0.01, less the pass's 5 %
    world.report.check("the API bill", 14_250_000, receipt.event(UsageBilled).amount)
    status = world.clients["stranger"].lens.status_of(gift, shop.plan)
    world.report.check("the gift was not charged", Status.PAST_DUE.name, Status(status).name)
    world.act(
        "friend", "renew the gift himself", lambda p: p.manager.renew_subscription(gift, shop.plan, airdrop=False)
    )


def change(world: World, shop: Shop, pass_id: int) -> None:
    """An upgrade and more seats; what is left of the running month counts."""
    upgrade = ChangeSubscriptionPricingParams(
        org_id=shop.org, product_pass_id=pass_id, product_id=shop.plan, new_pricing_id=shop.yearly, airdrop=False
    )
    buyer = world.people["buyer"]
    quote = world.clients["buyer"].lens.quote_change(upgrade, buyer)
    world.act(
        "buyer",
        "upgrade: month to year",
        lambda p: p.manager.change_subscription_pricing(upgrade),
        f"{format_units(quote.value_left, 6)} of the month counted",
    )
    world.act(
        "buyer",
        "seats: 10 to 15",
        lambda p: p.manager.change_tiered_subscription_unit_quantity(
            pass_id, product_id=shop.seats, quantity=15, airdrop=False
        ),
    )
    seats = world.clients["buyer"].lens.get_subscription(pass_id, shop.seats)
    world.report.check("seats after the change", 15, seats.quantity)


def pause_and_sell(world: World, shop: Shop, gift: int) -> None:
    """A running subscription keeps a pass in its wallet; a paused one moves with its time."""
    friend, collector = world.people["friend"], world.people["collector"]
    lens = world.clients["friend"].product_pass
    world.report.check("a running pass is locked", expected=True, found=lens.locked(gift))
    world.act("friend", "pause the membership", lambda p: p.manager.pause_subscription(gift, shop.plan, pause=True))
    world.act("friend", "transfer the pass", lambda p: p.product_pass.transfer_from(friend, collector, token_id=gift))
    world.report.check("the collector holds it", collector, lens.owner_of(gift))
    world.act(
        "collector", "take the membership up", lambda p: p.manager.pause_subscription(gift, shop.plan, pause=False)
    )
    moved = world.clients["collector"].lens.get_subscription(gift, shop.plan)
    world.report.check("he has agreed to no renewal", expected=False, found=moved.auto_renew)


def leave(world: World, shop: Shop, pass_id: int) -> None:
    """The buyer cancels the seats and gets the handbook's price back."""
    world.act("buyer", "cancel the seats", lambda p: p.manager.cancel_subscription(pass_id, shop.seats, cancel=True))
    most = world.clients["merchant"].lens.refundable(pass_id, shop.handbook)
    world.act(
        "merchant",
        "refund and revoke the handbook",
        lambda m: m.manager.refund_product(pass_id, product_id=shop.handbook, amount=most, revoke=True),
        f"{format_units(most, 6)} ERC-20s",
    )
    status = world.clients["buyer"].lens.status_of(pass_id, shop.handbook)
    world.report.check("the handbook is over", Status.EXPIRED.name, Status(status).name)


def withdraw(world: World, shop: Shop) -> None:
    """Only the merchant empties his rows, only the platform its fees."""
    escrow = world.clients["merchant"].escrow
    earned = escrow.org_balance(shop.org, world.token)
    before = world.balance(world.token, world.people["merchant"])
    world.act("merchant", "withdraw half", lambda m: m.escrow.withdraw(shop.org, world.token, amount=earned // 2))
    world.report.check(
        "the merchant got it", earned // 2, world.balance(world.token, world.people["merchant"]) - before
    )
    fees = escrow.org_balance(0, world.token)
    world.act("platform", "withdraw fees", lambda p: p.escrow.withdraw_fees(world.token, amount=fees // 2))


def initial(
    to: Address, org: int, lines: list[tuple[int, int, int]], discounts: list[int] | None = None, code: str = ""
) -> InitialPurchaseParams:
    """A cart of (product, pricing, quantity)."""
    return InitialPurchaseParams(
        to=to,
        organization_id=org,
        product_ids=[line[0] for line in lines],
        pricing_ids=[line[1] for line in lines],
        quantities=[line[2] for line in lines],
        discount_ids=discounts or [],
        coupon_code=code,
        airdrop=False,
        pause=False,
    )


def paid(receipt: Receipt[Any]) -> str:
    """What a purchase cost."""
    return f"paid {format_units(receipt.event(ProductsPurchased).amount_paid, 6)} ERC-20s"


def paid_native(receipt: Receipt[Any]) -> str:
    """What a purchase in the native coin cost."""
    return f"paid {format_units(receipt.event(ProductsPurchased).amount_paid)} native coins"
