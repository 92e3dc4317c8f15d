"""`passmanager pricing meter`: what usage is counted with."""

from typing import Annotated

import typer

from passmanager.abi.events import MeterSet
from passmanager.cli.common import group
from passmanager.cli.reading import Listing, Reader, reads
from passmanager.cli.values import OrgId
from passmanager.cli.writing import Step, Writer, writes

app = group("Create, list and switch usage meters.")
MeterId = Annotated[int, typer.Argument(metavar="METER", help="Id of the meter.", min=1, show_default=False)]


@writes(app, "create")
def create(desk: Writer, org: OrgId) -> Step:
    """Create a meter, for pricings of the usage styles."""
    return Step(
        title=f"Create a meter of organization {org}",
        call=desk.client.catalog.calls.create_meter(org),
        facts={"orgId": org},
        ids=lambda receipt: {"meterId": receipt.event(MeterSet).meter_id},
    )


@writes(app, "activate")
def activate(desk: Writer, meter: MeterId) -> Step:
    """Let a meter take readings again."""
    return _switch(desk, meter, active=True)


@writes(app, "deactivate")
def deactivate(desk: Writer, meter: MeterId) -> Step:
    """Let a meter take no more readings; what it has counted is still billed."""
    return _switch(desk, meter, active=False)


@reads(app, "list")
def list_meters(desk: Reader, org: OrgId) -> Listing:
    """List the meters of an organization."""
    meters = desk.client.organizations.catalog(org).meters
    return Listing([{"meterId": meter.id, "active": meter.active} for meter in meters])


def _switch(desk: Writer, meter: int, *, active: bool) -> Step:
    return Step(
        title=f"{'Activate' if active else 'Deactivate'} meter {meter}",
        call=desk.client.catalog.calls.set_meter_active(meter, active=active),
        facts={"meterId": meter, "active": active},
    )
