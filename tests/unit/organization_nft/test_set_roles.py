import pytest

from tests.support.nfts import MANY, ZERO
from tests.support.system import refused

ROLES = [1, 2, 4, 8, 16, 32]  # catalog, promotions, airdrop, usage, refund, support


def test_gives_roles_when_the_holder_calls(org_nft, org, holder, operator):
    org_nft.setRoles(org, operator, 5, sender=holder)
    (roles,) = org_nft.get_logs()
    assert type(roles).__name__ == "RolesSet"
    assert (roles.orgId, roles.account, roles.roles) == (org, operator, 5)
    assert org_nft.rolesOf(org, operator) == 5
    assert [org_nft.hasRole(org, operator, role) for role in ROLES] == [True, False, True, False, False, False]


def test_replaces_all_roles_when_they_are_set_again(org_nft, org, holder, operator):
    org_nft.setRoles(org, operator, 63, sender=holder)
    org_nft.setRoles(org, operator, 0, sender=holder)
    assert org_nft.get_logs()[0].roles == 0
    assert not any(org_nft.hasRole(org, operator, role) for role in ROLES)


def test_keeps_roles_apart_when_there_are_several_organizations(org_nft, org, holder, operator):
    other = org_nft.mint(holder)
    org_nft.setRoles(org, operator, 63, sender=holder)
    assert org_nft.rolesOf(other, operator) == 0


@pytest.mark.parametrize("role", ROLES)
def test_r1_has_every_role_when_asked_for_the_holder(org_nft, org, holder, role):
    assert org_nft.hasRole(org, holder, role)
    assert org_nft.rolesOf(org, holder) == 63


def test_has_no_role_when_the_role_is_none(org_nft, org, holder):
    assert not org_nft.hasRole(org, holder, 0)


def test_has_one_of_several_roles_when_one_is_given(org_nft, org, holder, operator):
    org_nft.setRoles(org, operator, 16, sender=holder)
    assert org_nft.hasRole(org, operator, 16 | 32)
    assert not org_nft.hasRole(org, operator, 1 | 32)


@pytest.mark.parametrize("missing", [0, 99, MANY])
def test_has_no_role_when_there_is_no_such_organization(org_nft, missing, holder):
    for account in (ZERO, holder):
        assert org_nft.hasRole(missing, account, 63) is False
        assert org_nft.rolesOf(missing, account) == 0
    assert org_nft.epochOf(missing) == 0


def test_refuses_when_a_stranger_calls(org_nft, org, stranger):
    with refused(org_nft, "NotOrganizationHolder(uint256,address)", org, stranger):
        org_nft.setRoles(org, stranger, 1, sender=stranger)


def test_refuses_when_somebody_with_all_roles_calls(org_nft, org, holder, operator, stranger):
    org_nft.setRoles(org, operator, 63, sender=holder)
    with refused(org_nft, "NotOrganizationHolder(uint256,address)", org, operator):
        org_nft.setRoles(org, stranger, 1, sender=operator)


def test_refuses_when_an_erc721_operator_calls(org_nft, org, holder, operator):
    org_nft.setApprovalForAll(operator, True, sender=holder)
    with refused(org_nft, "NotOrganizationHolder(uint256,address)", org, operator):
        org_nft.setRoles(org, operator, 1, sender=operator)


def test_refuses_when_there_is_no_such_organization(org_nft, holder):
    with refused(org_nft, "NoSuchOrganization(uint256)", 99):
        org_nft.setRoles(99, holder, 1, sender=holder)


def test_refuses_when_the_account_is_nobody(org_nft, org, holder):
    with refused(org_nft, "ZeroAddress()"):
        org_nft.setRoles(org, ZERO, 1, sender=holder)


def test_refuses_when_there_is_no_such_role(org_nft, org, holder, operator):
    org_nft.setRoles(org, operator, 63, sender=holder)
    with refused(org_nft, "NumberTooLarge(uint256,uint256)", 64, 63):
        org_nft.setRoles(org, operator, 64, sender=holder)
