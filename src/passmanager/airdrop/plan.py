"""What an airdrop will do and cost, known before anything is sent."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from passmanager.airdrop.campaign import Campaign, Line
from passmanager.airdrop.errors import BadRow, BadRows, BatchTooBig, ReferenceTaken, SupplyTooSmall
from passmanager.airdrop.events import Given, read_given
from passmanager.airdrop.gas import MOST_ITEMS, GasModel, measure_gas
from passmanager.airdrop.holders import HolderRule, find_holders
from passmanager.airdrop.recipients import Recipient
from passmanager.client import PassManager
from passmanager.core.transactions import Fees
from passmanager.errors import InsufficientFunds
from passmanager.units import Address

RECOVERY_LOOK = 100  # batches whose references are looked up before the first start


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An airdrop, ready to start.

    Attributes:
        campaign: What is given, by whom.
        sender: Who sends.
        digest: Stands for the list as it was read; the same command goes on only with the same list.
        batches: Recipients by batch number, without those of `given`.
        given: Batches that are on the chain already, when the journal of an earlier start is lost.
        skipped: Recipients that hold a product already, with their pass.
        batch_size: Recipients of a full batch.
        gas: What a batch costs.
        fees: Wei per gas now.
        from_block: Block before the first batch.
    """

    campaign: Campaign
    sender: Address
    digest: str
    batches: Mapping[int, tuple[Address, ...]]
    given: Mapping[int, Given] = field(default_factory=dict[int, Given])
    skipped: Mapping[Address, int] = field(default_factory=dict[Address, int])
    batch_size: int
    gas: GasModel
    fees: Fees
    from_block: int

    @property
    def recipients(self) -> int:
        """Wallets that still get a pass."""
        return sum(map(len, self.batches.values()))

    @property
    def total_gas(self) -> int:
        """Gas of everything that is to be sent."""
        return sum(self.gas.estimate(len(batch)) for batch in self.batches.values())

    @property
    def cost(self) -> int:
        """Wei for that at today's base fee."""
        return self.total_gas * price_now(self.fees)

    @property
    def most_cost(self) -> int:
        """Wei at most, if the base fee doubles and every limit is used."""
        return sum(self.gas.limit(len(batch)) for batch in self.batches.values()) * self.fees.ceiling

    def data(self) -> dict[str, Any]:
        """The plan as JSON takes it."""
        return {
            "campaign": self.campaign.name,
            "chainId": self.campaign.chain_id,
            "organization": self.campaign.org_id,
            "lines": [str(line) for line in self.campaign.lines],
            "sender": self.sender,
            "recipients": self.recipients,
            "skippedHolders": len(self.skipped),
            "alreadyGiven": sum(len(given.recipients) for given in self.given.values()),
            "batches": len(self.batches),
            "batchSize": self.batch_size,
            "gas": self.total_gas,
            "gasPrice": price_now(self.fees),
            "costWei": self.cost,
            "mostWei": self.most_cost,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """How to plan.

    Attributes:
        source: Name of the list, for messages.
        holders: What happens with wallets that hold one of the products already.
        batch_size: Recipients of a batch; by default as many as fit.
        from_block: Block in which the contracts were deployed.
    """

    source: str = "the list"
    holders: HolderRule = HolderRule.REFUSE
    batch_size: int | None = None
    from_block: int = 0


def price_now(fees: Fees) -> int:
    """Wei per gas that is paid now: the ceiling allows twice the base fee."""
    return fees.ceiling if fees.legacy else (fees.ceiling + fees.tip) // 2


def digest_of(recipients: Sequence[Recipient]) -> str:
    """Stands for the recipients and their order."""
    return hashlib.sha256("\n".join(recipient.address for recipient in recipients).encode()).hexdigest()


def default_name(digest: str, lines: Sequence[Line]) -> str:
    """A campaign without a name is named by what it does, so that it is not done twice."""
    return hashlib.sha256(f"{digest} {' '.join(map(str, lines))}".encode()).hexdigest()[:16]


def make_plan(
    client: PassManager,
    campaign: Campaign,
    recipients: Sequence[Recipient],
    *,
    sender: Address,
    options: PlanOptions | None = None,
) -> Plan:
    """Plans an airdrop; reads only.

    Args:
        client: The node and the contracts.
        campaign: What is given.
        recipients: Checked recipients.
        sender: Who will send; needs role airdrop.
        options: How to plan.

    Raises:
        BadRows: Recipients that hold one of the products, if that is refused.
        ReferenceTaken: The campaign was run with another list.
        BatchTooBig: The batch size does not fit a transaction.
        SupplyTooSmall: A product's supply is too small.
        ContractError: The chain would refuse the airdrop; the subclass says why.
    """
    options = options or PlanOptions()
    head = client.node.head().number
    given, left, held = _look(client, campaign, recipients, options)
    _check_given(campaign, given, recipients)
    if held and options.holders is HolderRule.REFUSE:
        raise _refused(left, held, options.source)
    wallets = [recipient.address for recipient in left if recipient.address not in held]
    _check_supply(client, campaign, len(wallets))
    gas = measure_gas(client, campaign, sender) if wallets else GasModel.usual(len(campaign.lines))
    size = _batch_size(campaign, gas, options.batch_size, bool(wallets))
    return Plan(
        campaign=campaign,
        sender=sender,
        digest=digest_of(recipients),
        batches=_split(wallets, size, set(given)),
        given=given,
        skipped=held,
        batch_size=size,
        gas=gas,
        fees=client.node.fees(),
        from_block=min((batch.block_number for batch in given.values()), default=head),
    )


def require_funds(client: PassManager, plan: Plan) -> None:
    """Refuses to start with too little for the gas.

    Raises:
        InsufficientFunds: The sender has less than the airdrop costs now.
    """
    have = client.node.balance(plan.sender)
    if have < plan.cost:
        raise InsufficientFunds(address=plan.sender, have=have, need=plan.cost)


def _given_before(client: PassManager, campaign: Campaign, count: int, from_block: int) -> dict[int, Given]:
    """Batches of this campaign that are on the chain although no journal knows them."""
    asked = campaign.references(min(count, RECOVERY_LOOK))
    calls = client.manager.calls
    used = client.read_many([calls.is_reference_used(campaign.org_id, reference) for reference in asked])
    if not any(used):
        return {}
    numbers = {reference: number for number, reference in enumerate(campaign.references(count))}
    found = read_given(client, campaign, None, from_block=from_block)
    return {numbers[reference]: given for reference, given in found.items() if reference in numbers}


def _check_given(campaign: Campaign, given: Mapping[int, Given], recipients: Sequence[Recipient]) -> None:
    listed = {recipient.address for recipient in recipients} if given else set[Address]()
    for number, batch in given.items():
        inside = sum(wallet in listed for wallet in batch.recipients)
        if inside < len(batch.recipients) or batch.lines != campaign.lines:
            raise ReferenceTaken(
                campaign=campaign.name,
                number=number,
                tx_hash=batch.tx_hash,
                given=len(batch.recipients),
                planned=inside,
            )


def _look(
    client: PassManager, campaign: Campaign, recipients: Sequence[Recipient], options: PlanOptions
) -> tuple[dict[int, Given], list[Recipient], dict[Address, int]]:
    """Batches that are on the chain, who is left, and who of those holds a product.

    A batch of an earlier run may be mined between the two looks; then its recipients would count as holders.
    """
    given = _given_before(client, campaign, len(recipients), options.from_block)
    while True:
        had = {wallet.lower() for batch in given.values() for wallet in batch.recipients}
        left = [recipient for recipient in recipients if recipient.address.lower() not in had]
        held = _holders(client, campaign, left, options)
        newer = _given_before(client, campaign, len(recipients), options.from_block) if held else given
        if newer.keys() == given.keys():
            return given, left, held
        given = newer


def _holders(
    client: PassManager, campaign: Campaign, recipients: Sequence[Recipient], options: PlanOptions
) -> dict[Address, int]:
    if options.holders is HolderRule.GIVE or not recipients:
        return {}
    products = [line.product_id for line in campaign.lines]
    wallets = [recipient.address for recipient in recipients]
    return find_holders(client, wallets, campaign.org_id, products, from_block=options.from_block)


def _refused(recipients: Sequence[Recipient], held: Mapping[Address, int], source: str) -> BadRows:
    rows = [
        BadRow(line, wallet, f"it holds pass {held[wallet]} with one of the products; see --holders")
        for line, wallet in recipients
        if wallet in held
    ]
    return BadRows(path=source, rows=rows, total=len(recipients))


def _check_supply(client: PassManager, campaign: Campaign, count: int) -> None:
    products = client.read_many([client.lens.calls.product_of(line.product_id) for line in campaign.lines])
    for line, product in zip(campaign.lines, products, strict=True):
        left = product.max_supply - product.sold
        if product.max_supply and left < count:
            raise SupplyTooSmall(product_id=line.product_id, left=left, need=count)


def _batch_size(campaign: Campaign, gas: GasModel, wanted: int | None, needed: bool) -> int:  # noqa: FBT001 - internal
    items = MOST_ITEMS // len(campaign.lines)
    largest = min(items, gas.largest()) if needed else items
    size = wanted or largest
    if not 1 <= size <= largest:
        why = "the contract" if size > items else f"the gas limit of {gas.most}"
        raise BatchTooBig(size=max(size, 1), limit=largest, why=why)
    return size


def _split(wallets: Sequence[Address], size: int, taken: set[int]) -> dict[int, tuple[Address, ...]]:
    """Batches of `size`, under the numbers that are still free."""
    batches: dict[int, tuple[Address, ...]] = {}
    number = 0
    for start in range(0, len(wallets), size):
        while number in taken:
            number += 1
        batches[number] = tuple(wallets[start : start + size])
        number += 1
    return batches
