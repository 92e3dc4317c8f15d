"""Every state-changing function of the system and what the model does for it, with the ABI's arguments."""

from collections.abc import Callable
from typing import Any

from tests.fuzz.model import renewals, sales, service, subscriptions
from tests.fuzz.model.catalog import SaleRules
from tests.fuzz.model.orgs import CATALOG, PROMOTIONS
from tests.fuzz.model.pricing import Terms, Tier
from tests.fuzz.model.promotions import CouponTerms
from tests.fuzz.model.refusal import refuse_if
from tests.fuzz.model.shop import Shop

Operation = Callable[..., Any]
OPERATIONS: dict[str, Operation] = {}

# Only other contracts of the system may call these; everybody else gets `NotSystemContract`.
INTERNAL = {
    "PaymentEscrow.collect",
    "PaymentEscrow.refund",
    "ProductPass.mint",
    "ProductPass.mintBatch",
    "ProductPass.extend",
    "ProductPass.touch",
    "ProductPass.touchAll",
    "ProductPass.setDiscount",
    "Promotions.apply",
    "PurchaseManager.beforePassTransfer",
}
# Answers everybody, counts only for PurchaseManager.
QUOTES = {"Catalog.sell"}


def operation(name: str) -> Callable[[Operation], Operation]:
    def register(function: Operation) -> Operation:
        OPERATIONS[name] = function
        return function

    return register


def _terms(terms: tuple) -> Terms:
    *plain, tiers = terms
    return Terms(*plain, tiers=tuple(Tier(*tier) for tier in tiers))


def _lines(product_ids: list, pricing_ids: list, quantities: list) -> sales.Lines:
    return sales.Lines(tuple(product_ids), tuple(pricing_ids), tuple(quantities))


def _checkout(terms: tuple) -> sales.CheckoutTerms:
    _, token, most, deadline = terms
    return sales.CheckoutTerms(token, most, deadline)


# --- PurchaseManager ---


@operation("PurchaseManager.purchaseProducts")
def purchase(shop: Shop, by: str, value: int, params: tuple, terms: sales.CheckoutTerms | None = None) -> sales.Sale:
    to, org_id, *lines, discounts, code, free, pause = params
    flags = {"code": code, "airdrop": free, "pause": pause, "value": value, "terms": terms}
    return sales.purchase(shop, by, to, org_id, _lines(*lines), discount_ids=tuple(discounts), **flags)


@operation("PurchaseManager.checkout")
def checkout(shop: Shop, by: str, value: int, params: tuple, terms: tuple) -> sales.Sale:
    return purchase(shop, by, value, params, _checkout(terms))


@operation("PurchaseManager.purchaseAdditionalProducts")
def additional(shop: Shop, by: str, value: int, params: tuple, terms: sales.CheckoutTerms | None = None) -> sales.Sale:
    pass_id, *lines, code, free, pause = params
    flags = {"code": code, "airdrop": free, "pause": pause, "value": value, "terms": terms}
    return sales.additional(shop, by, pass_id, _lines(*lines), **flags)


@operation("PurchaseManager.checkoutAdditional")
def checkout_additional(shop: Shop, by: str, value: int, params: tuple, terms: tuple) -> sales.Sale:
    return additional(shop, by, value, params, _checkout(terms))


@operation("PurchaseManager.airdropProducts")
def airdrop(shop: Shop, by: str, _: int, org_id: int, recipients: list, *rest: Any) -> int:
    *lines, reference = rest
    return sales.airdrop_products(shop, by, org_id, recipients, _lines(*lines), reference)


@operation("PurchaseManager.renewSubscription")
def renew(shop: Shop, by: str, value: int, pass_id: int, product_id: int, free: bool) -> renewals.Due:
    return renewals.renew(shop, by, pass_id, product_id, free, value)


@operation("PurchaseManager.renewSubscriptionBatch")
def renew_batch(shop: Shop, by: str, _: int, pass_id: int, product_ids: list, free: bool) -> None:
    renewals.renew_batch(shop, by, pass_id, product_ids, free)


@operation("PurchaseManager.renewSubscriptions")
def renew_many(shop: Shop, by: str, _: int, pass_ids: list, product_ids: list) -> list[int]:
    return renewals.renew_many(shop, pass_ids, product_ids)


@operation("PurchaseManager.pauseSubscription")
def pause(shop: Shop, by: str, _: int, pass_id: int, product_id: int, on: bool) -> None:
    subscriptions.pause(shop, by, pass_id, product_id, on)


@operation("PurchaseManager.pauseSubscriptionBatch")
def pause_batch(shop: Shop, by: str, _: int, pass_id: int, product_ids: list, ons: list) -> None:
    subscriptions.pause_batch(shop, by, pass_id, product_ids, ons)


@operation("PurchaseManager.cancelSubscription")
def cancel(shop: Shop, by: str, value: int, pass_id: int, product_id: int, on: bool) -> None:
    subscriptions.cancel(shop, by, pass_id, product_id, on, value)


@operation("PurchaseManager.cancelSubscriptionBatch")
def cancel_batch(shop: Shop, by: str, _: int, pass_id: int, product_ids: list, ons: list) -> None:
    subscriptions.cancel_batch(shop, by, pass_id, product_ids, ons)


@operation("PurchaseManager.changeSubscriptionPricing")
def change_pricing(shop: Shop, by: str, value: int, params: tuple) -> Any:
    return subscriptions.change_pricing(shop, by, *params, value=value)


@operation("PurchaseManager.changeTieredSubscriptionUnitQuantity")
def change_quantity(shop: Shop, by: str, value: int, *args: Any) -> Any:
    return subscriptions.change_quantity(shop, by, *args, value=value)


@operation("PurchaseManager.setAutoRenew")
def set_auto_renew(shop: Shop, by: str, _: int, pass_id: int, product_id: int, on: bool) -> None:
    subscriptions.set_auto_renew(shop, by, pass_id, product_id, on)


@operation("PurchaseManager.setUsageCap")
def set_usage_cap(shop: Shop, by: str, _: int, pass_id: int, product_id: int, amount: int) -> None:
    subscriptions.set_usage_cap(shop, by, pass_id, product_id, amount)


@operation("PurchaseManager.endSubscription")
def end(shop: Shop, by: str, _: int, pass_id: int, product_id: int) -> None:
    subscriptions.end(shop, by, pass_id, product_id)


@operation("PurchaseManager.refundProduct")
def refund(shop: Shop, by: str, _: int, pass_id: int, product_id: int, amount: int, revoke: bool) -> None:
    service.refund(shop, by, pass_id, product_id, amount, revoke)


@operation("PurchaseManager.topUp")
def top_up(shop: Shop, by: str, value: int, org_id: int, token: str, amount: int) -> None:
    service.top_up(shop, by, org_id, token, amount, value)


@operation("PurchaseManager.pausePurchases")
def pause_purchases(shop: Shop, by: str, _: int) -> None:
    service.set_purchases_paused(shop, by, paused=True)


@operation("PurchaseManager.unpausePurchases")
def unpause_purchases(shop: Shop, by: str, _: int) -> None:
    service.set_purchases_paused(shop, by, paused=False)


@operation("PurchaseManager.announceFee")
def announce_fee(shop: Shop, by: str, _: int, bps: int, recipient: str) -> None:
    service.announce_fee(shop, by, bps, recipient)


@operation("PurchaseManager.transferOwnership")
def transfer_ownership(shop: Shop, by: str, _: int, to: str) -> None:
    service.transfer_ownership(shop, by, to)


@operation("PurchaseManager.acceptOwnership")
def accept_ownership(shop: Shop, by: str, _: int) -> None:
    service.accept_ownership(shop, by)


# --- PaymentEscrow ---


@operation("PaymentEscrow.withdraw")
def withdraw(shop: Shop, by: str, _: int, org_id: int, token: str, amount: int) -> None:
    service.withdraw(shop, by, org_id, token, amount)


@operation("PaymentEscrow.withdrawFees")
def withdraw_fees(shop: Shop, by: str, _: int, token: str, amount: int) -> None:
    service.withdraw_fees(shop, by, token, amount)


# --- OrganizationNFT ---


@operation("OrganizationNFT.mint")
def mint_org(shop: Shop, by: str, _: int, to: str) -> int:
    return shop.state.orgs.mint(to)


@operation("OrganizationNFT.setRoles")
def set_roles(shop: Shop, by: str, _: int, org_id: int, account: str, bits: int) -> None:
    shop.state.orgs.set_roles(by, org_id, account, bits)


@operation("OrganizationNFT.setOrgMetadata")
@operation("OrganizationNFT.setPassMetadata")
def set_metadata(shop: Shop, by: str, _: int, org_id: int, metadata: tuple) -> None:
    shop.state.orgs.holder(org_id)
    shop.state.orgs.require_role(org_id, by, CATALOG)


@operation("OrganizationNFT.transferFrom")
@operation("OrganizationNFT.safeTransferFrom")
def transfer_org(shop: Shop, by: str, _: int, sender: str, to: str, org_id: int) -> None:
    shop.state.orgs.transfer(by, sender, to, org_id)


@operation("OrganizationNFT.approve")
def approve_org(shop: Shop, by: str, _: int, to: str, org_id: int) -> None:
    shop.state.orgs.nfts.approve(by, to, org_id)


@operation("OrganizationNFT.setApprovalForAll")
def approve_all_orgs(shop: Shop, by: str, _: int, operator: str, approved: bool) -> None:
    shop.state.orgs.nfts.set_approval_for_all(by, operator, approved)


# --- ProductPass ---


@operation("ProductPass.transferFrom")
@operation("ProductPass.safeTransferFrom")
def transfer_pass(shop: Shop, by: str, _: int, sender: str, to: str, pass_id: int) -> None:
    service.transfer_pass(shop, by, sender, to, pass_id)


@operation("ProductPass.approve")
def approve_pass(shop: Shop, by: str, _: int, to: str, pass_id: int) -> None:
    shop.state.nfts.approve(by, to, pass_id)


@operation("ProductPass.setApprovalForAll")
def approve_all_passes(shop: Shop, by: str, _: int, operator: str, approved: bool) -> None:
    shop.state.nfts.set_approval_for_all(by, operator, approved)


@operation("ProductPass.burn")
def burn(shop: Shop, by: str, _: int, pass_id: int) -> None:
    service.burn(shop, by, pass_id)


# --- Catalog ---


@operation("Catalog.setProduct")
def set_product(shop: Shop, by: str, _: int, org_id: int, product_id: int, product: tuple) -> int:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    return shop.state.catalog.set_product(org_id, product_id, *product[4:])


@operation("Catalog.createPricing")
def create_pricing(shop: Shop, by: str, _: int, org_id: int, terms: tuple) -> int:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    made = _terms(terms)
    return shop.state.catalog.create_pricing(org_id, made, made.token in shop.state.escrow.tokens)


@operation("Catalog.setPricingFlags")
def set_flags(shop: Shop, by: str, _: int, pricing_id: int, *flags: bool) -> None:
    _require_maker(shop, by, shop.state.catalog.pricings, pricing_id, "NoSuchPricing")
    shop.state.catalog.set_flags(pricing_id, *flags)


@operation("Catalog.linkPricings")
def link(shop: Shop, by: str, _: int, org_id: int, product_id: int, pricing_ids: list, linked: bool) -> None:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    shop.state.catalog.link(org_id, product_id, pricing_ids, linked)


@operation("Catalog.setPricingAccess")
def set_access(shop: Shop, by: str, _: int, pricing_id: int, wallets: list, allowed: bool) -> None:
    _require_maker(shop, by, shop.state.catalog.pricings, pricing_id, "NoSuchPricing")
    shop.state.catalog.set_access(pricing_id, wallets, allowed)


@operation("Catalog.setSaleRules")
def set_rules(shop: Shop, by: str, _: int, org_id: int, rules: tuple) -> None:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    shop.state.catalog.set_rules(org_id, SaleRules(*rules))


@operation("Catalog.setAllowList")
def set_allow_list(shop: Shop, by: str, _: int, org_id: int, wallets: list, allowed: bool) -> None:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    shop.state.catalog.set_allow_list(org_id, wallets, allowed)


@operation("Catalog.createMeter")
def create_meter(shop: Shop, by: str, _: int, org_id: int) -> int:
    shop.state.orgs.require_role(org_id, by, CATALOG)
    return shop.state.catalog.create_meter(org_id)


@operation("Catalog.setMeterActive")
def set_meter_active(shop: Shop, by: str, _: int, meter_id: int, active: bool) -> None:
    _require_maker(shop, by, shop.state.catalog.meters, meter_id, "NoSuchMeter")
    shop.state.catalog.meters[meter_id].active = active


@operation("Catalog.recordUsage")
def record_usage(shop: Shop, by: str, _: int, meter_id: int, pass_ids: list, units: list) -> None:
    service.record_usage(shop, by, meter_id, pass_ids, units)


@operation("Catalog.adjustUsage")
def adjust_usage(shop: Shop, by: str, _: int, meter_id: int, pass_id: int, units: int) -> None:
    service.adjust_usage(shop, by, meter_id, pass_id, units)


# --- Promotions ---


@operation("Promotions.createCoupon")
def create_coupon(shop: Shop, by: str, _: int, org_id: int, code_hash: bytes, terms: tuple, product_ids: list) -> int:
    shop.state.orgs.require_role(org_id, by, PROMOTIONS)
    return shop.state.promotions.create_coupon(org_id, code_hash, CouponTerms(*terms), product_ids)


@operation("Promotions.setCoupon")
def set_coupon(shop: Shop, by: str, _: int, coupon_id: int, active: bool, expiry: int, most: int) -> None:
    _require_promoter(shop, by, shop.state.promotions.coupons, coupon_id, "NoSuchCouponId")
    shop.state.promotions.set_coupon(coupon_id, active, expiry, most)


@operation("Promotions.setCouponAccess")
def set_coupon_access(shop: Shop, by: str, _: int, coupon_id: int, wallets: list, allowed: bool) -> None:
    _require_promoter(shop, by, shop.state.promotions.coupons, coupon_id, "NoSuchCouponId")
    refuse_if(not wallets, "EmptyList")
    shop.state.promotions.set_coupon_access(coupon_id, wallets, allowed)


@operation("Promotions.createDiscount")
def create_discount(shop: Shop, by: str, _: int, org_id: int, name: str, bps: int, most: int, mode: int) -> int:
    shop.state.orgs.require_role(org_id, by, PROMOTIONS)
    return shop.state.promotions.create_discount(org_id, bps, most, mode)


@operation("Promotions.setDiscount")
def set_discount(shop: Shop, by: str, _: int, discount_id: int, active: bool, most: int) -> None:
    _require_promoter(shop, by, shop.state.promotions.discounts, discount_id, "NoSuchDiscount")
    discount = shop.state.promotions.discounts[discount_id]
    discount.active, discount.max_mints = active, most


@operation("Promotions.setDiscountAccess")
def set_discount_access(shop: Shop, by: str, _: int, discount_id: int, wallets: list, allowed: bool) -> None:
    _require_promoter(shop, by, shop.state.promotions.discounts, discount_id, "NoSuchDiscount")
    refuse_if(not wallets, "EmptyList")
    listed = shop.state.promotions.discount_access
    for wallet in wallets:
        (listed.add if allowed else listed.discard)((discount_id, wallet))


@operation("Promotions.mintDiscounts")
def mint_discounts(shop: Shop, by: str, _: int, pass_id: int, ids: list) -> None:
    service.mint_discounts(shop, by, pass_id, tuple(ids))


def _require_maker(shop: Shop, by: str, things: dict, key: int, error: str) -> None:
    refuse_if(key not in things, error)
    shop.state.orgs.require_role(things[key].org_id, by, CATALOG)


def _require_promoter(shop: Shop, by: str, things: dict, key: int, error: str) -> None:
    refuse_if(key not in things, error)
    shop.state.orgs.require_role(things[key].org_id, by, PROMOTIONS)
