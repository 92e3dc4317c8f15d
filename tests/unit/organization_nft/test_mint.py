from tests.support.nfts import ZERO
from tests.support.system import partial, refused


def test_counts_ids_from_one_when_anyone_mints(org_nft, holder, stranger):
    assert org_nft.orgSupply() == 0
    assert org_nft.mint(holder, sender=stranger) == 1
    assert org_nft.mint(stranger, sender=stranger) == 2
    (transfer,) = org_nft.get_logs()
    assert (transfer.sender, transfer.receiver, transfer.tokenId) == (ZERO, stranger, 2)
    assert [org_nft.ownerOf(org) for org in (1, 2)] == [holder, stranger]
    assert org_nft.orgSupply() == 2
    assert org_nft.balanceOf(holder) == 1


def test_starts_with_epoch_zero_when_minted(org_nft, org):
    assert org_nft.epochOf(org) == 0


def test_mints_without_asking_when_the_holder_is_a_contract(org_nft, receiver):
    receiver.behave(2)
    hookless = partial("mocks/MockText").deploy().address
    assert org_nft.ownerOf(org_nft.mint(receiver.address)) == receiver.address
    assert org_nft.ownerOf(org_nft.mint(hookless)) == hookless


def test_refuses_when_the_holder_is_nobody(org_nft):
    with refused(org_nft, "ERC721InvalidReceiver(address)", ZERO):
        org_nft.mint(ZERO)


def test_refuses_when_ids_run_out(org_nft, holder):
    org_nft.eval(f"self.orgSupply = {2**32 - 2}")
    assert org_nft.mint(holder) == 2**32 - 1
    with refused(org_nft, "IdOutOfRange(uint256)", 2**32):
        org_nft.mint(holder)


def test_has_no_organization_zero_when_asked(org_nft, org):
    with refused(org_nft, "ERC721NonexistentToken(uint256)", 0):
        org_nft.ownerOf(0)
