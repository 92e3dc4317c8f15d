import pytest
from eth_utils import keccak

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused

# The functions whose selectors, XORed, are the id of the interface (ERC-165).
INTERFACES = {
    "ERC-165": ["supportsInterface(bytes4)"],
    "ERC-721": [
        "balanceOf(address)",
        "ownerOf(uint256)",
        "safeTransferFrom(address,address,uint256,bytes)",
        "safeTransferFrom(address,address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "setApprovalForAll(address,bool)",
        "getApproved(uint256)",
        "isApprovedForAll(address,address)",
    ],
    "ERC-721 metadata": ["name()", "symbol()", "tokenURI(uint256)"],
}
PASS_ONLY = {"ERC-5192": ["locked(uint256)"], "ERC-6454": ["isTransferable(uint256,address,address)"]}
# Their views are there, but not their events, so they are not claimed.
NOT_CLAIMED = {
    "ERC-5643": [
        "renewSubscription(uint256,uint64)",
        "cancelSubscription(uint256)",
        "expiresAt(uint256)",
        "isRenewable(uint256)",
    ],
    "ERC-7858": ["expiryType()", "isTokenExpired(uint256)", "startTime(uint256)", "endTime(uint256)"],
    "ERC-721 enumerable": ["totalSupply()", "tokenByIndex(uint256)", "tokenOfOwnerByIndex(address,uint256)"],
}
ERC4906 = bytes.fromhex("49064906")  # fixed by its text: it has events only


def interface_id(functions: list[str]) -> bytes:
    value = 0
    for function in functions:
        value ^= int.from_bytes(keccak(text=function)[:4])
    return value.to_bytes(4)


def test_has_the_published_ids_when_selectors_are_xored():
    known = {**INTERFACES, **PASS_ONLY, **NOT_CLAIMED}
    published = ["01ffc9a7", "80ac58cd", "5b5e139f", "b45a3c0e", "91a6262f", "8c65f84d", "3ebdfa31", "780e9d63"]
    assert [interface_id(functions).hex() for functions in known.values()] == published


@pytest.mark.parametrize("functions", INTERFACES.values(), ids=INTERFACES)
def test_supports_an_interface_when_both_nfts_have_it(nft, functions):
    assert nft.supportsInterface(interface_id(functions))
    assert nft.supportsInterface(ERC4906)


@pytest.mark.parametrize("functions", PASS_ONLY.values(), ids=PASS_ONLY)
def test_supports_an_interface_when_only_the_pass_has_it(nfts, functions):
    assert nfts.product_pass.supportsInterface(interface_id(functions))
    assert not nfts.org_nft.supportsInterface(interface_id(functions))


@pytest.mark.parametrize("functions", NOT_CLAIMED.values(), ids=NOT_CLAIMED)
def test_supports_no_interface_when_it_is_not_whole(nft, functions):
    assert not nft.supportsInterface(interface_id(functions))


@pytest.mark.parametrize("interface", ["ffffffff", "00000000", "01ffc9a8"])
def test_supports_no_interface_when_the_id_is_nobodys(nft, interface):
    assert not nft.supportsInterface(bytes.fromhex(interface))


def test_costs_little_when_asked_for_an_interface(nft):
    nft.supportsInterface(bytes.fromhex("ffffffff"))
    assert nft._computation.get_gas_used() < 30_000


@pytest.mark.parametrize("function", [f for functions in INTERFACES.values() for f in functions])
def test_has_every_function_when_the_interface_is_claimed(nft, function):
    selectors = [keccak(text=_signature(entry))[:4] for entry in nft.abi if entry["type"] == "function"]
    assert keccak(text=function)[:4] in selectors


def _signature(entry):
    return f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})"


@pytest.mark.parametrize("missing", [0, MANY])
def test_refuses_the_owner_when_there_is_no_such_token(nft, missing):
    with refused(nft, "ERC721NonexistentToken(uint256)", missing):
        nft.ownerOf(missing)
    with refused(nft, "ERC721NonexistentToken(uint256)", missing):
        nft.tokenURI(missing)


def test_counts_tokens_when_there_are_several(collection, nft, holder, stranger):
    for _ in range(3):
        collection.mint(holder)
    assert nft.balanceOf(holder) == 3
    assert nft.balanceOf(stranger) == 0


def test_refuses_to_count_when_the_owner_is_nobody(nft):
    with refused(nft, "ERC721InvalidOwner(address)", ZERO):
        nft.balanceOf(ZERO)


def test_has_name_and_symbol_when_asked(nfts):
    assert (nfts.org_nft.name(), nfts.org_nft.symbol()) == ("passmanager Organization", "PMORG")
    assert (nfts.product_pass.name(), nfts.product_pass.symbol()) == ("passmanager Pass", "PMPASS")
