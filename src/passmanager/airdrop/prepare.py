"""The plan of a command: a new one, or what is left of the one in the journal."""

from collections.abc import Sequence

from passmanager.airdrop.campaign import Campaign, Line
from passmanager.airdrop.errors import JournalMismatch
from passmanager.airdrop.journal import Journal, State
from passmanager.airdrop.plan import Plan, PlanOptions, default_name, digest_of, make_plan
from passmanager.airdrop.recipients import Recipient
from passmanager.client import PassManager
from passmanager.units import Address


def name_campaign(
    client: PassManager, recipients: Sequence[Recipient], *, org_id: int, lines: Sequence[Line], name: str | None
) -> Campaign:
    """The campaign of a list on the client's chain; without a name it is named by what it gives to whom."""
    return Campaign(
        name=name or default_name(digest_of(recipients), lines),
        chain_id=client.node.chain_id(),
        manager=client.contracts.purchase_manager,
        org_id=org_id,
        lines=tuple(lines),
    )


def open_plan(
    client: PassManager,
    journal: Journal | None,
    campaign: Campaign,
    recipients: Sequence[Recipient],
    *,
    sender: Address,
    options: PlanOptions | None = None,
) -> Plan:
    """The plan to go on with; arguments as in `make_plan`. Nothing is written.

    Raises:
        JournalMismatch: The journal is of another airdrop.
        AirdropError: The airdrop cannot be planned.
    """
    if journal is not None and not journal.is_empty():
        wanted = options.batch_size if options else None
        return _kept_plan(client, journal, campaign, recipients, sender, wanted)
    return make_plan(client, campaign, recipients, sender=sender, options=options)


def _kept_plan(
    client: PassManager,
    journal: Journal,
    campaign: Campaign,
    recipients: Sequence[Recipient],
    sender: Address,
    batch_size: int | None,
) -> Plan:
    digest = digest_of(recipients)
    journal.check(campaign, digest, sender)
    if batch_size not in (None, journal.batch_size):
        kept, given = str(journal.batch_size), str(batch_size)
        raise JournalMismatch(path=str(journal.path), what="batch size", kept=kept, given=given)
    left = [batch for batch in journal.batches() if batch.state is not State.DONE]
    return Plan(
        campaign=campaign,
        sender=sender,
        digest=digest,
        batches={batch.number: batch.recipients for batch in left},
        batch_size=journal.batch_size,
        gas=journal.gas,
        fees=client.node.fees(),
        from_block=journal.from_block,
    )
