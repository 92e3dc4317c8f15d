import pytest

from tests.support.nfts import holder, new_holder, nfts, operator, receiver, stranger
from tests.support.system import own_system

system = own_system()

__all__ = ["holder", "new_holder", "nfts", "operator", "receiver", "stranger"]


@pytest.fixture
def product_pass(nfts):
    return nfts.product_pass


@pytest.fixture
def manager(nfts):
    return nfts.peers.address


@pytest.fixture
def pass_id(nfts, holder):
    """A pass of `holder`, its only one."""
    return nfts.mint_pass(holder)
