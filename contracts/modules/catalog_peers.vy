# pragma version ~=0.4.3
"""
@title catalog_peers
@license Apache-2.0
@notice Where Catalog finds the other contracts, and whom it asks for roles.
@dev Immutable.
"""
from ..interfaces import IOrganizationNFT
from . import errors

organizationNFT: public(immutable(address))
purchaseManager: public(immutable(address))
productPass: public(immutable(address))


@deploy
def __init__(organizationNFT_: address, purchaseManager_: address, productPass_: address):
    organizationNFT = organizationNFT_
    purchaseManager = purchaseManager_
    productPass = productPass_


@internal
@view
def _check_role(org_id: uint256, account: address, role: uint256):
    if not staticcall IOrganizationNFT(organizationNFT).hasRole(org_id, account, role):
        errors._not_authorized(org_id, account, role)
