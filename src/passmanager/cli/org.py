"""`passmanager org`: what belongs to an organization as a whole."""

from dataclasses import replace
from typing import Annotated

import typer

from passmanager.abi.events import AllowListSet, Transfer
from passmanager.abi.structs import SaleRules
from passmanager.cli.access import AccessList, access_group
from passmanager.cli.cells import Limit, Moment, Percent
from passmanager.cli.common import group
from passmanager.cli.reading import Facts, Listing, Reader, Row, reads
from passmanager.cli.roles import app as roles_app
from passmanager.cli.texts import TEXTS, texts_command
from passmanager.cli.values import OrgId, Wallet, address, given
from passmanager.cli.writing import Step, Writer, writes
from passmanager.units import NATIVE, Address

app = group("Set up an organization: roles, sale rules, texts.")
app.add_typer(roles_app, name="roles")
app.add_typer(
    access_group(
        AccessList(
            noun="organization",
            meaning="Wallets that may get passes while the sale rule --allow-list is on.",
            event=AllowListSet,
            field="org_id",
            change=lambda client, org, wallets, allowed: client.catalog.calls.set_allow_list(
                org, wallets, allowed=allowed
            ),
        )
    ),
    name="allow-list",
)

Switch = bool | None


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


@reads(app, "list")
def list_organizations(desk: Reader, wallet: Wallet) -> Listing:
    """List the organizations that a wallet holds or has roles of."""
    found = desk.client.organizations.of(wallet)
    rows = [{"orgId": org.id, "name": org.metadata.name, "holder": org.owner, "roles": org.roles} for org in found]
    return Listing(rows)


@reads(app, "show")
def show(desk: Reader, org: OrgId) -> Facts:
    """Show an organization: who holds it, its sale rules and texts."""
    client = desk.client
    values = {
        "orgId": org,
        "holder": client.org_nft.owner_of(org),
        "organizationTexts": client.org_nft.org_metadata(org),
        "passTexts": client.org_nft.pass_metadata(org),
        "rules": _told(client.lens.sale_rules_of(org)),
    }
    return Facts(values)


@reads(app, "fee")
def fee(desk: Reader) -> Facts:
    """Show what the platform keeps of payments, and what it has announced."""
    manager = desk.client.manager
    bps, recipient, start = manager.pending_fee()
    now = {"fee": Percent(manager.fee_bps()), "recipient": manager.fee_recipient()}
    later = {"announcedFee": Percent(bps), "announcedRecipient": recipient, "from": Moment(start)}
    return Facts(now | (later if start else {}))


# --- the NFT


@writes(app, "transfer")
def transfer(desk: Writer, org: OrgId, wallet: Wallet) -> Step:
    """Give the organization to another wallet; all roles end."""
    holder = desk.client.org_nft.owner_of(org)
    return Step(
        title=f"Give organization {org} to {wallet}; all its roles end",
        call=desk.client.org_nft.calls.safe_transfer_from(holder, receiver=wallet, token_id=org),
        facts={"orgId": org, "from": holder, "to": wallet},
    )


@writes(app, "approve")
def approve(
    desk: Writer,
    org: OrgId,
    wallet: Annotated[
        Address | None,
        typer.Argument(metavar="WALLET", help="Who may; nobody if it is left out.", parser=address),
    ] = None,
) -> Step:
    """Let another wallet transfer the organization once, or nobody any more."""
    return Step(
        title=f"Let {wallet or 'nobody'} transfer organization {org}",
        call=desk.client.org_nft.calls.approve(wallet or NATIVE, org),
        facts={"orgId": org, "approved": wallet},
    )


@writes(app, "operator")
def operator(
    desk: Writer,
    wallet: Wallet,
    *,
    allowed: Annotated[bool, typer.Option("--allow/--forbid", help="Give or take the right.")] = True,
) -> Step:
    """Let another wallet transfer all organizations of the sender, now and later."""
    return Step(
        title=f"{'Let' if allowed else 'No longer let'} {wallet} transfer all organizations of {desk.signer.address}",
        call=desk.client.org_nft.calls.set_approval_for_all(wallet, approved=allowed),
        facts={"operator": wallet, "allowed": allowed},
    )


# --- texts and rules


texts_command(app, "texts", TEXTS["texts"])
texts_command(app, "pass-texts", TEXTS["pass-texts"])


@writes(app, "rules")
def rules(  # noqa: PLR0913 - one parameter per rule
    desk: Writer,
    org: OrgId,
    *,
    closed: Annotated[Switch, typer.Option("--closed/--open", help="Sell nothing.")] = None,
    allow_list: Annotated[Switch, typer.Option(help="Only listed wallets get passes.")] = None,
    gifting: Annotated[Switch, typer.Option(help="One wallet may pay for a pass of another.")] = None,
    pausing: Annotated[Switch, typer.Option(help="Holders may pause what is sold from now on.")] = None,
    plan_change: Annotated[Switch, typer.Option(help="Holders may change pricing and quantity.")] = None,
    grace_days: Annotated[int | None, typer.Option(help="Days to pay after a period's end.", min=1, max=30)] = None,
    max_passes: Annotated[int | None, typer.Option(help="That a wallet may buy; 0 = no limit.", min=0)] = None,
    count_passes: Annotated[
        Switch, typer.Option(help="Count a wallet's passes also without a limit; first-pass coupons need it.")
    ] = None,
) -> Step:
    """Change sale rules; those that are not given stay as they are."""
    options = {
        "closed": closed,
        "allow_list": allow_list,
        "gifting_off": None if gifting is None else not gifting,
        "pausing": pausing,
        "plan_change_off": None if plan_change is None else not plan_change,
        "grace_days": grace_days,
        "max_passes": max_passes,
        "count_passes": count_passes,
    }
    changes = given(options, "rule")
    wanted = replace(desk.client.lens.sale_rules_of(org), **changes)
    return Step(
        title=f"Set the sale rules of organization {org}",
        call=desk.client.catalog.calls.set_sale_rules(org, wanted),
        facts={"orgId": org, **_told(wanted)},
    )


def _told(rules: SaleRules) -> Row:
    return {
        "closed": rules.closed,
        "allowList": rules.allow_list,
        "gifting": not rules.gifting_off,
        "pausing": rules.pausing,
        "planChange": not rules.plan_change_off,
        "graceDays": rules.grace_days,
        "maxPasses": Limit(rules.max_passes),
        "countPasses": rules.count_passes,
    }
