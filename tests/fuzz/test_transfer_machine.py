"""Passes and organizations change hands: what moves, what stays behind, and that the views say the same (R1, R22)."""

import pytest

from tests.fuzz.machines import run
from tests.fuzz.rules.base import Clock
from tests.fuzz.rules.moving import Moving, Organizing
from tests.fuzz.rules.paying import Paying
from tests.fuzz.rules.using import Using
from tests.fuzz.test_subscriptions_machine import Subscriptions

OUTCOMES = """
ProductPass.transferFrom: done PassLocked ERC721InsufficientApproval ERC721IncorrectOwner ERC721InvalidReceiver
ProductPass.safeTransferFrom: done PassLocked
ProductPass.approve: done
ProductPass.setApprovalForAll: done
ProductPass.burn: done
OrganizationNFT.mint: done
OrganizationNFT.setRoles: done NumberTooLarge NotOrganizationHolder
OrganizationNFT.transferFrom: done
OrganizationNFT.safeTransferFrom: done
OrganizationNFT.approve: done
OrganizationNFT.setApprovalForAll: done
OrganizationNFT.setOrgMetadata: done
OrganizationNFT.setPassMetadata: done NotAuthorized
"""


class Transfers(Subscriptions, Moving, Organizing, Paying, Using, Clock):
    pass


@pytest.mark.timeout(1800)
def test_transfers(world):
    run(Transfers, world, 150, OUTCOMES)
