import pytest

from tests.support.nfts import holder, new_holder, nfts, operator, receiver, stranger
from tests.support.system import own_system

system = own_system()

__all__ = ["holder", "new_holder", "nfts", "operator", "receiver", "stranger"]


@pytest.fixture
def org_nft(nfts):
    return nfts.org_nft


@pytest.fixture
def org(org_nft, holder):
    return org_nft.mint(holder)


@pytest.fixture
def catalog_manager(org_nft, org, holder, operator):
    org_nft.setRoles(org, operator, 1, sender=holder)
    return operator
