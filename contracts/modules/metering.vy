# pragma version ~=0.4.3
"""
@title metering
@license Apache-2.0
@notice Usage meters and their readings, which only grow but for corrections (rule R11).
@dev Bills are made in renewals and changes.
"""
from ..interfaces import ICatalog
from ..interfaces import IPassLens
from ..interfaces import IProductPass
from . import catalog_peers
from . import catalog_store
from . import errors
from . import packing

uses: catalog_peers
uses: catalog_store

ROLE_CATALOG: constant(uint256) = 1
ROLE_USAGE: constant(uint256) = 8


@external
def createMeter(orgId: uint256) -> uint256:
    """
    @notice Creates a usage meter of the organization.
    @dev Role catalog. Emits MeterSet.
    @param orgId Organization.
    @return Id of the meter, counting from 1.
    """
    catalog_peers._check_role(orgId, msg.sender, ROLE_CATALOG)
    meter_id: uint256 = catalog_store._next_meter()
    catalog_store.meterWords[meter_id] = orgId | catalog_store.METER_ACTIVE
    log ICatalog.MeterSet(orgId=orgId, meterId=meter_id, active=True)
    return meter_id


@external
def setMeterActive(meterId: uint256, active: bool):
    """
    @notice A meter that is not active takes no readings; what is recorded is still billed.
    @dev Role catalog. Emits MeterSet.
    @param meterId Meter of the caller's organization.
    @param active Take readings.
    """
    org_id: uint256 = self._check_meter_admin(meterId, ROLE_CATALOG)
    catalog_store.meterWords[meterId] = org_id | (catalog_store.METER_ACTIVE if active else 0)
    log ICatalog.MeterSet(orgId=org_id, meterId=meterId, active=active)


@external
def recordUsage(
    meterId: uint256, productPassIds: DynArray[uint256, 200], units: DynArray[uint256, 200]
):
    """
    @notice Adds units to the readings of passes.
    @dev Role usage. Emits UsageRecorded for each. What is recorded after a period's end, before its bill,
         belongs to that period.
    @param meterId Active meter of the caller's organization.
    @param productPassIds At most 200 passes of the same organization.
    @param units Units to add to each; a reading stays below 2^48.
    """
    org_id: uint256 = self._check_meter_admin(meterId, ROLE_USAGE)
    if catalog_store.meterWords[meterId] & catalog_store.METER_ACTIVE == 0:
        errors._meter_inactive(meterId)
    if len(productPassIds) == 0:
        errors._empty_list()
    if len(units) != len(productPassIds):
        errors._length_mismatch()
    for i: uint256 in range(len(productPassIds), bound=200):
        pass_id: uint256 = productPassIds[i]
        pass_word: uint256 = staticcall IProductPass(catalog_peers.productPass).wordOf(pass_id)
        if pass_word == 0:
            errors._no_such_pass(pass_id)
        if packing._pass_org(pass_word) != org_id:
            errors._pass_of_another_organization(pass_id, org_id)
        total: uint256 = catalog_store.usageTotal[meterId][pass_id]
        room: uint256 = packing.MASK_48 - total
        if units[i] > room:
            errors._number_too_large(units[i], room)
        total += units[i]
        catalog_store.usageTotal[meterId][pass_id] = total
        log ICatalog.UsageRecorded(
            meterId=meterId, productPassId=pass_id, delta=convert(units[i], int256), total=total
        )


@external
def adjustUsage(meterId: uint256, productPassId: uint256, units: uint256):
    """
    @notice Corrects a reading downwards, never below what any product of the pass was billed for.
    @dev Role usage. Emits UsageRecorded with a negative delta.
    @param meterId Meter of the caller's organization.
    @param productPassId Pass.
    @param units The new reading.
    """
    self._check_meter_admin(meterId, ROLE_USAGE)
    present: uint256 = catalog_store.usageTotal[meterId][productPassId]
    if units >= present:
        errors._usage_not_lower(units, present)
    lens: IPassLens = IPassLens(staticcall IProductPass(catalog_peers.productPass).passLens())
    mark: uint256 = staticcall lens.highestMark(meterId, productPassId)
    if units < mark:
        errors._usage_below_mark(units, mark)
    catalog_store.usageTotal[meterId][productPassId] = units
    log ICatalog.UsageRecorded(
        meterId=meterId,
        productPassId=productPassId,
        delta=convert(units, int256) - convert(present, int256),
        total=units,
    )


@internal
@view
def _check_meter_admin(meter_id: uint256, role: uint256) -> uint256:
    org_id: uint256 = catalog_store._meter_org(meter_id)
    if org_id == 0:
        errors._no_such_meter(meter_id)
    catalog_peers._check_role(org_id, msg.sender, role)
    return org_id
