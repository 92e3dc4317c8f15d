"""`passmanager org roles`: who may do what in the name of an organization."""

from functools import reduce
from typing import Annotated

import typer

from passmanager.abi.events import RolesCleared, RolesSet
from passmanager.cli.cells import text
from passmanager.cli.common import group
from passmanager.cli.errors import UnknownRole
from passmanager.cli.reading import Listing, Reader, reads
from passmanager.cli.values import OrgId, Wallet
from passmanager.cli.writing import Step, Writer, writes
from passmanager.specs import Role
from passmanager.units import Address

app = group("See, grant and revoke roles.")
NAMES = {name.lower(): role for name, role in Role.__members__.items() if role}  # with `all`


def role(name: str) -> Role:
    """A role by its name; `all` are all."""
    if name not in NAMES:
        raise typer.BadParameter(f"UnknownRole: {UnknownRole(role=name, roles=', '.join(NAMES))}")
    return NAMES[name]


Roles = Annotated[
    list[Role],
    typer.Argument(
        metavar="ROLE", help="Of catalog, promotions, airdrop, usage, refund, support; or all.", parser=role
    ),
]


@writes(app, "grant")
def grant(desk: Writer, org: OrgId, wallet: Wallet, roles: Roles) -> Step:
    """Give a wallet roles; it keeps those it has."""
    return _set(desk, org, wallet, _held(desk, org, wallet) | _sum(roles))


@writes(app, "revoke")
def revoke(desk: Writer, org: OrgId, wallet: Wallet, roles: Roles) -> Step:
    """Take roles from a wallet; it keeps the others."""
    return _set(desk, org, wallet, _held(desk, org, wallet) & ~_sum(roles))


@reads(app, "list")
def list_roles(desk: Reader, org: OrgId) -> Listing:
    """List who has which roles now, from the events; the holder may do everything."""
    client = desk.client
    found: dict[Address, int] = {}
    for log in client.events.history(desk.found.from_block, kinds=[RolesSet, RolesCleared]):
        event = log.event
        if isinstance(event, RolesCleared) and event.org_id == org:
            found.clear()
        elif isinstance(event, RolesSet) and event.org_id == org:
            found[event.account] = event.roles
    rows = [{"wallet": wallet, "roles": Role(bits)} for wallet, bits in found.items() if bits]
    return Listing(rows, columns=["wallet", "roles"], note=f"Holder: {client.org_nft.owner_of(org)}")


def _sum(roles: list[Role]) -> Role:
    return reduce(lambda one, other: one | other, roles)


def _held(desk: Writer, org: int, wallet: Address) -> Role:
    return Role(desk.client.org_nft.roles_of(org, wallet))


def _set(desk: Writer, org: int, wallet: Address, wanted: Role) -> Step:
    return Step(
        title=f"Roles of {wallet} in organization {org} from now on: {text(wanted)}",
        call=desk.client.org_nft.calls.set_roles(org, wallet, bits=int(wanted)),
        facts={"orgId": org, "wallet": wallet, "roles": wanted},
    )
