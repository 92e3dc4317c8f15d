"""The gas figures that this project is judged by: the peers' and the limits. Set-up: measure_gas.py."""

from typing import NamedTuple


class Figure(NamedTuple):
    """What others need, what we may need at most, what we aim at. None: not measured there."""

    what: str
    product_mint: int | None
    unlock: int | None
    limit: int
    goal: int


FIGURES = {
    "purchase_one_time_erc20": Figure("purchase, 1 one-time product, ERC-20", 744_658, 296_693, 182_000, 170_000),
    "purchase_one_time_native": Figure("the same in the native coin", 725_329, None, 168_000, 155_000),
    "purchase_subscription_erc20": Figure("purchase, 1 subscription, ERC-20", 907_498, None, 182_000, 170_000),
    "purchase_three_products": Figure("purchase, 3 products", 1_332_553, None, 275_000, 255_000),
    "purchase_three_coupon_discount": Figure("the same with coupon and discount", 1_562_614, None, 322_000, 298_000),
    "purchase_additional_subscription": Figure("additional subscription on a pass", 493_105, None, 138_000, 128_000),
    "airdrop_per_recipient_100": Figure("airdrop, per recipient, 100 at once", 356_768, 145_355, 74_000, 69_000),
    "renew_by_third_party": Figure("renewal by a third party", 218_202, 111_433, 93_000, 86_000),
    "renew_batch_10_per_pass": Figure("renewal, per pass, batch of 10", 120_235, None, 48_000, 42_000),
    "pause": Figure("pause", 113_493, None, 44_000, 38_000),
    "cancel": Figure("cancel", 90_479, None, 44_000, 38_000),
    "change_pricing": Figure("change of plan, charged", 283_342, None, 108_000, 97_000),
    "change_quantity": Figure("change of quantity, charged", 260_223, None, 108_000, 97_000),
    "withdraw_erc20": Figure("withdraw ERC-20, part", 66_420, None, 57_000, 51_000),
    "deploy_total": Figure("deployment of everything", 43_341_407, None, 22_000_000, 15_000_000),
}
