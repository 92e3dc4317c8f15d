"""What a shop needs for airdrops, and wallets nobody has used."""

import itertools

from eth_utils.crypto import keccak

from passmanager.abi.structs import PricingTerms, Product
from passmanager.airdrop import Line, Recipient
from passmanager.client import PassManager
from passmanager.units import NATIVE, Address, checksum

ONE_TIME, FLAT, ONCE, MONTHLY = 0, 1, 0, 3
_numbers = itertools.count()


def wallets(count: int) -> list[Address]:
    """Addresses that were not given before in this process."""
    return [checksum(f"0x{keccak(text=f'wallet {next(_numbers)}')[:20].hex()}") for _ in range(count)]


def people(count: int) -> list[Recipient]:
    """Such wallets as a list."""
    return [Recipient(line, wallet) for line, wallet in enumerate(wallets(count), start=2)]


def open_shop(client: PassManager, *, max_supply: int = 0) -> tuple[int, Line]:
    """An organization of the client's wallet with one product at a monthly pricing."""
    assert client.signer is not None
    org_id = client.org_nft.mint(client.signer.address).simulated
    return org_id, add_line(client, org_id, max_supply=max_supply)


def add_line(client: PassManager, org_id: int, *, max_supply: int = 0, once: bool = False) -> Line:
    product = Product(
        name="Membership",
        description="",
        image="",
        external_url="",
        transferable=True,
        active=True,
        max_supply=max_supply,
    )
    product_id = client.catalog.set_product(org_id, 0, product=product).simulated
    terms = PricingTerms(
        charge_style=ONE_TIME if once else FLAT,
        frequency=ONCE if once else MONTHLY,
        token=NATIVE,
        flat_price=10**15,
        meter_id=0,
        restricted=False,
        tiers=[],
    )
    pricing_id = client.catalog.create_pricing(org_id, terms).simulated
    client.catalog.link_pricings(org_id, product_id=product_id, pricing_ids=[pricing_id], linked=True)
    return Line(product_id, pricing_id)
