import boa
import pytest

from tests.support.bad_tokens import Move, Read
from tests.support.system import DAY, NATIVE, own_system, partial

system = own_system()


@pytest.fixture(scope="session")
def escrow(system):
    return system.escrow


@pytest.fixture(scope="session")
def manager(system) -> str:
    """PurchaseManager, as the sender of a call."""
    address = system.manager.address
    boa.env.set_balance(address, 10**30)
    return address


@pytest.fixture(scope="session")
def org_owner(system) -> str:
    return system.person("org_owner")


@pytest.fixture(scope="session")
def other_org_owner(system) -> str:
    return system.person("other_org_owner")


@pytest.fixture(scope="session")
def stranger(system) -> str:
    return system.person("stranger")


@pytest.fixture(scope="session")
def org_id(system, org_owner) -> int:
    return system.org_nft.mint(org_owner)


@pytest.fixture(scope="session")
def other_org_id(system, other_org_owner) -> int:
    return system.org_nft.mint(other_org_owner)


@pytest.fixture(scope="session")
def fee_recipient(system) -> str:
    recipient = system.person("fee_recipient")
    system.manager.announceFee(100, recipient, sender=system.owner)
    boa.env.time_travel(seconds=8 * DAY)
    assert system.manager.feeRecipient() == recipient
    return recipient


@pytest.fixture(scope="session")
def token(system):
    return system.token


def fund(asset, escrow, wallet: str, amount: int = 10**9) -> str:
    asset.mint(wallet, amount)
    asset.approve(escrow.address, amount, sender=wallet)
    return wallet


@pytest.fixture(scope="session")
def buyer(system, escrow, token) -> str:
    """Has approved all he has, 10^9."""
    return fund(token, escrow, system.person("escrow_buyer"))


@pytest.fixture
def bad_token(escrow, buyer):
    """Behaves, until told otherwise; the buyer has and approved 10^9."""
    asset = partial("mocks/MockBadToken").deploy()
    fund(asset, escrow, buyer)
    return asset


@pytest.fixture
def behave(bad_token):
    def tell(move: Move = Move.GOOD, read: Read = Read.WELL, *, answer: int = 0, burn: int = 0) -> None:
        bad_token.behave(move, read, answer, burn)

    return tell


@pytest.fixture
def receiver():
    """A contract wallet."""
    return partial("mocks/MockReceiver").deploy()


@pytest.fixture
def rows(escrow, org_id, other_org_id):
    """The rows of the platform and of both organizations."""

    def read(asset) -> tuple[int, int, int]:
        address = getattr(asset, "address", asset)
        return tuple(escrow.orgBalance(i, address) for i in (0, org_id, other_org_id))

    return read


@pytest.fixture
def collect(escrow, manager, buyer, org_id):
    """A payment of the buyer to the organization, as PurchaseManager has it made."""

    def call(asset, amount: int, fee: int = 0, *, org: int = org_id, payer: str = buyer, **options) -> None:
        address = getattr(asset, "address", asset)
        value = amount if address == NATIVE else 0
        escrow.collect(org, address, payer, amount, fee, sender=manager, **({"value": value} | options))

    return call
