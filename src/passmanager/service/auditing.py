"""`passmanager audit`: the database of a service against its chain, from the logs up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from passmanager.core.contracts import PaymentEscrowCalls
from passmanager.deployment_files import Deployment
from passmanager.errors import NotDeployed
from passmanager.events import Events
from passmanager.node import Node
from passmanager.service.chain.logs import KINDS
from passmanager.service.chain.models import ChainLog
from passmanager.service.chain.repository import levels_of
from passmanager.service.db import make_sessions as sessions_of
from passmanager.service.db import open_database, read_scope
from passmanager.service.orders.audit import Audit, BalanceOf, Difference
from passmanager.service.settings import Settings
from passmanager.units import Address

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found.

    Attributes:
        block: The newest block that was looked at.
        checked: How much was looked at, by kind.
    """

    chain_id: int
    block: int
    checked: dict[str, int]
    differences: list[Difference] = field(default_factory=list[Difference])


def run_audit(settings: Settings, rpc_url: str | None = None) -> Report:
    """Looks at everything that the service has read of its chain.

    Raises:
        NoNode: The node does not answer.
        NotDeployed: No deployment on its chain is known.
    """
    node = Node.connect(rpc_url or settings.rpc_url)
    deployment = _deployment(node, settings.deployment)
    engine = open_database(settings.url)
    try:
        with read_scope(sessions_of(engine)) as session:
            return _run(session, node, deployment)
    finally:
        engine.dispose()
        node.close()


def _deployment(node: Node, folder: Path) -> Deployment:
    chain_id = node.chain_id()
    found = Deployment.find(chain_id, folder)
    if found.chain_id != chain_id:
        raise NotDeployed(chain_id=chain_id, folder=str(folder))
    return found


def _run(session: Session, node: Node, deployment: Deployment) -> Report:
    contracts, chain_id = deployment.addresses(), deployment.chain_id
    block = levels_of(session, chain_id).included
    audit = Audit(session, chain_id, contracts, _balances(node, contracts.payment_escrow, block))
    kept = select(ChainLog.block_hash, ChainLog.log_index).where(ChainLog.chain_id == chain_id)
    ours = {(row[0], row[1]) for row in session.execute(kept)}
    theirs = set(_logs(node, deployment, block))
    for block_hash, index in sorted(theirs - ours):
        audit.differ("log", f"{block_hash}:{index}", "a log", "nothing")
    for block_hash, index in sorted(ours - theirs):
        audit.differ("log", f"{block_hash}:{index}", "nothing", "a log")
    return Report(chain_id, block, audit.checked, audit.run())


def _logs(node: Node, deployment: Deployment, last: int) -> Iterator[Key]:
    """Keys of all logs that the chain has up to a block."""
    events = Events(node, deployment.addresses())
    if last >= deployment.from_block:
        for log in events.history(deployment.from_block, last, kinds=KINDS):
            yield log.block_hash, log.log_index


def _balances(node: Node, escrow: Address, block: int) -> BalanceOf:
    """Balances as they were at the block up to which the logs were read."""

    def balance(org_id: int, token: str) -> int:
        call = PaymentEscrowCalls(escrow).org_balance(org_id, Address(token))  # type: ignore[arg-type] - of a log
        answer = node.request("eth_call", {"to": call.to, "data": f"0x{call.data.hex()}"}, hex(block))
        return call.decode(bytes.fromhex(answer[2:]))

    return balance
