# pragma version ~=0.4.3
"""
@title peers
@license Apache-2.0
@notice Where the other contracts of the system are, and the check that each of them names the same peers.
@dev Immutable: no address book, no upgrade key.
"""
from ..interfaces import ICatalog
from ..interfaces import IOrganizationNFT
from ..interfaces import IPassLens
from ..interfaces import IPaymentEscrow
from ..interfaces import IProductPass
from ..interfaces import IPromotions
from . import errors

organizationNFT: public(immutable(address))
catalog: public(immutable(address))
promotions: public(immutable(address))
productPass: public(immutable(address))
paymentEscrow: public(immutable(address))
passLens: public(immutable(address))


@deploy
def __init__(
    organizationNFT_: address,
    catalog_: address,
    promotions_: address,
    productPass_: address,
    paymentEscrow_: address,
    passLens_: address,
):
    organizationNFT = organizationNFT_
    catalog = catalog_
    promotions = promotions_
    productPass = productPass_
    paymentEscrow = paymentEscrow_
    passLens = passLens_
    self._check_wiring(
        organizationNFT_, catalog_, promotions_, productPass_, paymentEscrow_, passLens_
    )


@internal
@view
def _check_wiring(
    org: address, cat: address, promo: address, pass_: address, escrow: address, lens: address
):
    """
    @notice A foreign transaction during the deployment would have shifted addresses: every pointer of every
            other contract is read back.
    """
    o: IOrganizationNFT = IOrganizationNFT(org)
    if staticcall o.productPass() != pass_ or staticcall o.passLens() != lens:
        errors._wrong_wiring(org)
    c: ICatalog = ICatalog(cat)
    if (
        staticcall c.organizationNFT() != org
        or staticcall c.purchaseManager() != self
        or staticcall c.productPass() != pass_
    ):
        errors._wrong_wiring(cat)
    p: IPromotions = IPromotions(promo)
    if (
        staticcall p.organizationNFT() != org
        or staticcall p.purchaseManager() != self
        or staticcall p.productPass() != pass_
        or staticcall p.catalog() != cat
    ):
        errors._wrong_wiring(promo)
    n: IProductPass = IProductPass(pass_)
    if (
        staticcall n.purchaseManager() != self
        or staticcall n.organizationNFT() != org
        or staticcall n.catalog() != cat
        or staticcall n.promotions() != promo
        or staticcall n.passLens() != lens
    ):
        errors._wrong_wiring(pass_)
    e: IPaymentEscrow = IPaymentEscrow(escrow)
    if staticcall e.purchaseManager() != self or staticcall e.organizationNFT() != org:
        errors._wrong_wiring(escrow)
    v: IPassLens = IPassLens(lens)
    if (
        staticcall v.purchaseManager() != self
        or staticcall v.organizationNFT() != org
        or staticcall v.catalog() != cat
        or staticcall v.promotions() != promo
        or staticcall v.productPass() != pass_
        or staticcall v.paymentEscrow() != escrow
    ):
        errors._wrong_wiring(lens)
