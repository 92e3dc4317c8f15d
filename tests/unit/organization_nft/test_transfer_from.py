import pytest

from tests.support.system import refused

REENTERS = 3


@pytest.fixture(params=["transferFrom", "safeTransferFrom"])
def transfer(org_nft, request):
    return getattr(org_nft, request.param)


def test_w25_old_roles_end_with_the_sale_of_the_organization(org_nft, org, transfer, holder, new_holder, operator):
    org_nft.setRoles(org, operator, 63, sender=holder)
    transfer(holder, new_holder, org, sender=holder)
    cleared = org_nft.get_logs()[-1]
    assert type(cleared).__name__ == "RolesCleared"
    assert (cleared.orgId, cleared.epoch) == (org, 1)
    for former in (operator, holder):
        assert org_nft.rolesOf(org, former) == 0
        assert not org_nft.hasRole(org, former, 1)
    with refused(org_nft, "NotOrganizationHolder(uint256,address)", org, holder):
        org_nft.setRoles(org, operator, 63, sender=holder)
    assert org_nft.rolesOf(org, new_holder) == 63


def test_w25_old_roles_stay_ended_when_the_organization_comes_back(org_nft, org, holder, new_holder, operator):
    org_nft.setRoles(org, operator, 63, sender=holder)
    org_nft.transferFrom(holder, new_holder, org, sender=holder)
    org_nft.transferFrom(new_holder, holder, org, sender=new_holder)
    assert org_nft.epochOf(org) == 2
    assert org_nft.rolesOf(org, operator) == 0


def test_clears_roles_when_the_organization_goes_to_its_own_holder(org_nft, org, transfer, holder, operator):
    org_nft.setRoles(org, operator, 63, sender=holder)
    transfer(holder, holder, org, sender=holder)
    assert org_nft.get_logs()[-1].epoch == 1
    assert org_nft.rolesOf(org, operator) == 0
    assert org_nft.rolesOf(org, holder) == 63


def test_keeps_the_roles_of_others_when_one_organization_moves(org_nft, org, holder, new_holder, operator):
    other = org_nft.mint(holder)
    org_nft.setRoles(other, operator, 2, sender=holder)
    org_nft.transferFrom(holder, new_holder, org, sender=holder)
    assert org_nft.rolesOf(other, operator) == 2
    assert org_nft.epochOf(other) == 0


def test_gives_new_roles_when_the_new_holder_sets_them(org_nft, org, holder, new_holder, stranger):
    org_nft.transferFrom(holder, new_holder, org, sender=holder)
    org_nft.setRoles(org, stranger, 4, sender=new_holder)
    assert org_nft.rolesOf(org, stranger) == 4


def test_logs_the_transfer_first_when_an_organization_moves(org_nft, org, transfer, holder, new_holder):
    transfer(holder, new_holder, org, sender=holder)
    assert [type(log).__name__ for log in org_nft.get_logs()] == ["Transfer", "RolesCleared"]


def test_keeps_the_lock_when_the_receiver_sets_roles_in_the_callback(org_nft, org, holder, receiver, stranger):
    receiver.behave(REENTERS, org_nft.address, org_nft.setRoles.prepare_calldata(org, stranger, 63))
    org_nft.safeTransferFrom(holder, receiver.address, org, sender=holder)
    assert not receiver.reentrySucceeded()
    assert org_nft.rolesOf(org, stranger) == 0


def test_answers_roles_when_the_receiver_asks_in_the_callback(org_nft, org, holder, receiver):
    receiver.behave(REENTERS, org_nft.address, org_nft.hasRole.prepare_calldata(org, receiver.address, 1))
    org_nft.safeTransferFrom(holder, receiver.address, org, sender=holder)
    assert receiver.reentrySucceeded()
