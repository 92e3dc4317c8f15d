"""Coupons, given with a cart, and discounts, minted onto a pass (R20, R21)."""

from dataclasses import dataclass, field

from eth_abi import encode
from eth_utils import keccak

from .pricing import BPS
from .refusal import refuse_if

LISTED, EVERYBODY, ORG_ONLY = range(3)


def code_hash(org_id: int, code: str) -> bytes:
    """Per org, so that one code can mean different things in two shops."""
    return keccak(encode(["uint256", "string"], [org_id, code]))


@dataclass(frozen=True)
class CouponTerms:
    bps: int
    expiry: int = 0
    max_redemptions: int = 0
    renewals: int = 0
    once_per_wallet: bool = False
    first_pass_only: bool = False
    restricted: bool = False
    active: bool = True

    def abi(self) -> tuple:
        return tuple(vars(self).values())


@dataclass
class Coupon:
    coupon_id: int
    org_id: int
    terms: CouponTerms
    active: bool
    expiry: int
    max_redemptions: int
    product_ids: frozenset[int]
    redeemed: int = 0


@dataclass
class Discount:
    org_id: int
    bps: int
    max_mints: int
    mode: int
    active: bool = True
    minted: int = 0


@dataclass(frozen=True)
class Applied:
    discount_bps: int = 0
    coupon_bps: int = 0
    coupon_renewals: int = 0
    coupon_lines: tuple[bool, ...] = ()


@dataclass
class Promotions:
    coupons: dict[int, Coupon] = field(default_factory=dict)
    codes: dict[bytes, int] = field(default_factory=dict)
    coupon_access: set[tuple[int, str]] = field(default_factory=set)
    redeemers: set[tuple[int, str]] = field(default_factory=set)
    discounts: dict[int, Discount] = field(default_factory=dict)
    discount_access: set[tuple[int, str]] = field(default_factory=set)
    minted: dict[int, set[int]] = field(default_factory=dict)

    def create_coupon(self, org_id: int, code: bytes, terms: CouponTerms, product_ids: list[int]) -> int:
        """Choice: the products need not exist yet; those of others simply never match."""
        refuse_if(code in self.codes, "CouponExists")
        refuse_if(not 1 <= terms.bps <= BPS, "InvalidBasisPoints")
        refuse_if(terms.renewals > 255, "NumberTooLarge")
        refuse_if(any(not 1 <= product_id < 2**40 for product_id in product_ids), "NoSuchProduct")
        coupon_id = len(self.coupons) + 1
        limits = (terms.active, terms.expiry, terms.max_redemptions, frozenset(product_ids))
        self.coupons[coupon_id] = Coupon(coupon_id, org_id, terms, *limits)
        self.codes[code] = coupon_id
        return coupon_id

    def set_coupon(self, coupon_id: int, active: bool, expiry: int, max_redemptions: int) -> None:
        coupon = self.coupons[coupon_id]
        coupon.active, coupon.expiry, coupon.max_redemptions = active, expiry, max_redemptions

    def set_coupon_access(self, coupon_id: int, wallets: list[str], allowed: bool) -> None:
        for wallet in wallets:
            (self.coupon_access.add if allowed else self.coupon_access.discard)((coupon_id, wallet))

    def redeem(self, org_id: int, code: str, caller: str, new_pass: bool, bought: int | None, now: int) -> Coupon:
        """`bought`: passes that the caller has bought; None where the org does not count them."""
        hashed = code_hash(org_id, code)
        refuse_if(hashed not in self.codes, "NoSuchCoupon")
        coupon = self.coupons[self.codes[hashed]]
        terms, key = coupon.terms, (coupon.coupon_id, caller)
        refuse_if(not coupon.active, "CouponInactive")
        refuse_if(0 < coupon.expiry <= now, "CouponExpired")
        refuse_if(0 < coupon.max_redemptions <= coupon.redeemed, "CouponUsedUp")
        refuse_if(terms.once_per_wallet and key in self.redeemers, "CouponAlreadyRedeemed")
        if terms.first_pass_only:
            refuse_if(not new_pass, "CouponFirstPassOnly")
            refuse_if(bought is None, "PassesNotCounted")
            refuse_if(bought != 0, "CouponFirstPassOnly")
        refuse_if(terms.restricted and key not in self.coupon_access, "CouponRestricted")
        coupon.redeemed += 1
        if terms.once_per_wallet:
            self.redeemers.add(key)
        return coupon

    def lines_of(self, coupon: Coupon, product_ids: tuple[int, ...]) -> tuple[bool, ...]:
        limited = coupon.product_ids
        lines = tuple(not limited or product_id in limited for product_id in product_ids)
        refuse_if(not any(lines), "CouponNotForTheseProducts")
        return lines

    def create_discount(self, org_id: int, bps: int, max_mints: int, mode: int) -> int:
        refuse_if(not 1 <= bps <= BPS, "InvalidBasisPoints")
        refuse_if(mode > ORG_ONLY, "InvalidDiscountMode")
        refuse_if(max_mints >= 2**32, "NumberTooLarge")
        count = sum(discount.org_id == org_id for discount in self.discounts.values())
        refuse_if(count >= 240, "TooManyDiscounts")
        self.discounts[len(self.discounts) + 1] = Discount(org_id, bps, max_mints, mode)
        return len(self.discounts)

    def mint(self, pass_id: int, org_id: int, ids: tuple[int, ...], wallet: str, is_org: bool, bps: int) -> int:
        """Mints onto the pass, whose discounts come to `bps` so far; the new sum."""
        rights, previous = True, 0
        for discount_id in ids:
            refuse_if(discount_id <= previous, "DiscountsNotAscending")
            discount, previous = self._mint_one(pass_id, org_id, discount_id), discount_id
            rights = self._use_right(discount, discount_id, wallet) and rights
            bps = min(bps + discount.bps, BPS)
        refuse_if(not rights and not is_org, "DiscountRestricted")
        return bps

    def _mint_one(self, pass_id: int, org_id: int, discount_id: int) -> Discount:
        found = self.discounts.get(discount_id)
        refuse_if(found is None or found.org_id != org_id, "NoSuchDiscount")
        assert found is not None
        has = self.minted.setdefault(pass_id, set())
        refuse_if(not found.active, "DiscountInactive")
        refuse_if(0 < found.max_mints <= found.minted, "DiscountUsedUp")
        refuse_if(discount_id in has, "DiscountAlreadyMinted")
        second = found.mode == EVERYBODY and any(self.discounts[d].mode == EVERYBODY for d in has)
        refuse_if(second, "SecondOpenDiscount")
        found.minted += 1
        has.add(discount_id)
        return found

    def _use_right(self, discount: Discount, discount_id: int, wallet: str) -> bool:
        """A listed wallet's right is used up by minting; False if only the org may do it."""
        if discount.mode == EVERYBODY:
            return True
        listed = discount.mode == LISTED and (discount_id, wallet) in self.discount_access
        self.discount_access.discard((discount_id, wallet))
        return listed
