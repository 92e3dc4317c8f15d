"""`passmanager org`: what belongs to an organization as a whole."""

from typing import Annotated

import typer

from passmanager.abi.events import Transfer
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Reader, reads
from passmanager.cli.values import OrgId, address
from passmanager.cli.writing import Step, Writer, writes
from passmanager.units import Address

app = group("Set up an organization: roles, sale rules, texts.")


@writes(app, "create")
def create(
    desk: Writer,
    *,
    to: Annotated[
        Address | None,
        typer.Option(metavar="ADDRESS", help="Who gets the organization.", parser=address, show_default="the sender"),
    ] = None,
) -> Step:
    """Create an organization: an NFT whose holder may do everything in its name."""
    holder = to or desk.signer.address
    return Step(
        title=f"Create an organization for {holder}",
        call=desk.client.org_nft.calls.mint(holder),
        facts={"holder": holder},
        ids=lambda receipt: {"orgId": receipt.event(Transfer).token_id},
    )


@reads(app, "show")
def show(desk: Reader, org: OrgId) -> Facts:
    """Show an organization: who holds it, its rules and texts."""
    client = desk.client
    return Facts({"orgId": org, "holder": client.org_nft.owner_of(org), "rules": client.lens.sale_rules_of(org)})
