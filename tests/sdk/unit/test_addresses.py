import pytest

from passmanager.core.addresses import create_address, parse_address
from passmanager.errors import BadAddress

DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def test_addresses_are_predicted_as_the_chain_makes_them():
    assert create_address(DEPLOYER, 0) == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert create_address(DEPLOYER, 1) == "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"


def test_lower_case_gets_its_checksum():
    assert parse_address(DEPLOYER.lower()) == DEPLOYER
    assert parse_address(DEPLOYER) == DEPLOYER


@pytest.mark.parametrize("text", ["", "0x12", "vitalik.eth", DEPLOYER[:-1] + "7", DEPLOYER + "0", "0x" + "g" * 40])
def test_refused_when_it_is_no_address(text):
    with pytest.raises(BadAddress) as refusal:
        parse_address(text)
    assert repr(text) in str(refusal.value)
