"""ERC-5192, ERC-6454, ERC-5643, ERC-7858 and the URI: asked of PassLens, and only for passes that exist."""

import pytest

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused

TIME_BASED = 1
VIEWS = ["locked", "tokenURI", "expiresAt", "isRenewable", "startTime", "endTime", "isTokenExpired"]


def burned(nfts, product_pass, holder):
    pass_id = nfts.mint_pass(holder)
    product_pass.burn(pass_id, sender=holder)
    return pass_id


@pytest.mark.parametrize("view", VIEWS)
def test_refuses_when_there_is_no_such_pass(nfts, product_pass, holder, view):
    for missing in (0, MANY, burned(nfts, product_pass, holder)):
        with refused(product_pass, "ERC721NonexistentToken(uint256)", missing):
            getattr(product_pass, view)(missing)


@pytest.mark.parametrize("sender", ["zero", "holder"])
@pytest.mark.parametrize("to", ["zero", "new_holder"])
def test_refuses_the_question_of_erc6454_when_there_is_no_such_pass(product_pass, holder, new_holder, sender, to):
    wallets = {"zero": ZERO, "holder": holder, "new_holder": new_holder}
    with refused(product_pass, "ERC721NonexistentToken(uint256)", 99):
        product_pass.isTransferable(99, wallets[sender], wallets[to])


@pytest.mark.parametrize("locked", [False, True])
def test_agrees_with_the_lens_when_asked_for_the_lock(nfts, product_pass, pass_id, locked):
    nfts.peers.setLocked(pass_id, locked)
    assert product_pass.locked(pass_id) is locked


@pytest.mark.parametrize("locked", [False, True])
def test_is_transferable_when_not_locked(nfts, product_pass, pass_id, holder, new_holder, locked):
    nfts.peers.setLocked(pass_id, locked)
    assert product_pass.isTransferable(pass_id, ZERO, ZERO) is not locked
    assert product_pass.isTransferable(pass_id, holder, new_holder) is not locked
    assert product_pass.isTransferable(pass_id, ZERO, new_holder) is not locked


def test_is_not_transferable_when_the_sender_is_not_the_owner(product_pass, pass_id, stranger, new_holder):
    assert product_pass.isTransferable(pass_id, stranger, new_holder) is False


def test_is_burnable_when_locked(nfts, product_pass, pass_id, holder):
    nfts.peers.setLocked(pass_id, True)
    assert product_pass.isTransferable(pass_id, holder, ZERO) is True


def test_tells_start_and_end_when_asked(product_pass, pass_id):
    assert product_pass.startTime(pass_id) == 1_000 + pass_id
    assert product_pass.endTime(pass_id) == 2_000 + pass_id
    assert product_pass.expiresAt(pass_id) == 2_000 + pass_id
    assert product_pass.expiryType() == TIME_BASED


def test_tells_renewable_and_expired_apart_when_asked(nfts, product_pass, holder):
    for pass_id in (nfts.mint_pass(holder), nfts.mint_pass(holder)):
        assert product_pass.isTokenExpired(pass_id) is (pass_id % 2 == 0)
        assert product_pass.isRenewable(pass_id) is (pass_id % 2 == 1)


def test_has_the_types_of_the_standards_when_the_abi_is_read(product_pass):
    outputs = {
        entry["name"]: entry["outputs"][0]["type"]
        for entry in product_pass.abi
        if entry["type"] == "function" and entry["outputs"]
    }
    assert (outputs["expiresAt"], outputs["isRenewable"]) == ("uint64", "bool")
    assert (outputs["startTime"], outputs["endTime"]) == ("uint256", "uint256")
    assert (outputs["isTokenExpired"], outputs["expiryType"]) == ("bool", "uint8")


def test_takes_the_uri_from_the_lens_when_asked(product_pass, pass_id):
    assert product_pass.tokenURI(pass_id) == f"data:pass,{pass_id}"


def test_names_its_peers_when_asked(nfts, product_pass):
    assert product_pass.purchaseManager() == product_pass.passLens() == nfts.peers.address
    assert product_pass.organizationNFT() == nfts.org_nft.address
    assert (product_pass.catalog(), product_pass.promotions()) == (nfts.catalog, nfts.promotions)
