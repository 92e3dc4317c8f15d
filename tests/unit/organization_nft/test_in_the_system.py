"""Roles as the other contracts of the system see them."""

import pytest

from tests.support.system import refused

PRODUCT = ("Thing", "", "", "", True, True, 0)
CATALOG = 1


@pytest.fixture
def merchant(system):
    return system.person("merchant")


@pytest.fixture
def employee(system):
    return system.person("employee")


@pytest.fixture
def buyer_of_the_shop(system):
    return system.person("buyer_of_the_shop")


@pytest.fixture
def shop(system, merchant, employee):
    shop = system.org_nft.mint(merchant)
    system.org_nft.setRoles(shop, employee, 63, sender=merchant)
    return shop


def test_r1_employee_may_change_the_catalog_when_he_has_the_role(system, shop, employee):
    assert system.catalog.setProduct(shop, 0, PRODUCT, sender=employee) == 1


def test_w25_old_roles_end_with_the_sale_of_the_organization(system, shop, merchant, employee, buyer_of_the_shop):
    system.org_nft.transferFrom(merchant, buyer_of_the_shop, shop, sender=merchant)
    for former in (employee, merchant):
        with refused(system.catalog, "NotAuthorized(uint256,address,uint256)", shop, former, CATALOG):
            system.catalog.setProduct(shop, 0, PRODUCT, sender=former)
    system.catalog.setProduct(shop, 0, PRODUCT, sender=buyer_of_the_shop)


def test_has_a_uri_when_minted(system, shop):
    assert system.org_nft.tokenURI(shop).startswith("data:application/json")


def test_tells_markets_about_all_passes_when_their_texts_change(system, shop, employee):
    system.org_nft.setPassMetadata(shop, ("Club", "", "", "", "", ""), sender=employee)
    assert system.org_nft.get_logs()[-1].address == system.product_pass.address
