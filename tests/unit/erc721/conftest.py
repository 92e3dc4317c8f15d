import pytest

from tests.support.nfts import Collection, holder, new_holder, nfts, operator, receiver, stranger

__all__ = ["collection", "holder", "new_holder", "nfts", "operator", "receiver", "stranger"]


@pytest.fixture(params=["OrganizationNFT", "ProductPass"])
def collection(nfts, request):
    if request.param == "OrganizationNFT":
        return Collection(nfts.org_nft, nfts.mint_org)
    return Collection(nfts.product_pass, nfts.mint_pass)


@pytest.fixture
def nft(collection):
    return collection.contract


@pytest.fixture
def token(collection, holder):
    """A token of `holder`, its only one."""
    return collection.mint(holder)
