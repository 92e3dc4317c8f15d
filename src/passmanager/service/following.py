"""The indexer of a process: it follows the chain of the settings and makes orders of what it reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from passmanager.errors import PassManagerError
from passmanager.models import Contracts
from passmanager.service.actions.activating import Activations
from passmanager.service.catalog.models import Organization
from passmanager.service.engine import Handlers, Job
from passmanager.service.fulfillment.listening import Deliveries
from passmanager.service.orders.from_chain import ChainOrders
from passmanager.service.orders.hooks import Hooks
from passmanager.service.orders.taking import DERIVE
from passmanager.service.services import Services

if TYPE_CHECKING:
    from passmanager.service.chain.follower import Follower

TRY_AGAIN_SECONDS = 3.0

log = structlog.get_logger()


def chain_orders(services: Services, contracts: Contracts) -> ChainOrders:
    """What makes orders, and whom it tells."""
    deliveries = Deliveries(services)
    hooks = Hooks(services.wire.tell, deliveries.deliverable, deliveries.recalled, Activations(services).deeper)
    return ChainOrders(services.clock, contracts, hooks)


def open_follower(services: Services) -> "Follower":
    """The follower of the deployment on the node's chain; web3 is loaded here.

    Raises:
        NoNode: The node does not answer.
        NotDeployed: No deployment on its chain is known.
    """
    from passmanager.deployment_files import Deployment  # noqa: PLC0415
    from passmanager.node import Node  # noqa: PLC0415
    from passmanager.service.chain.follower import Follower  # noqa: PLC0415

    node = Node.connect(services.settings.rpc_url)
    deployment = Deployment.find(node.chain_id(), services.settings.deployment)
    contracts = deployment.addresses()
    return Follower(
        services, node, contracts, chain_id=deployment.chain_id, first_block=deployment.from_block,
        subscribers=[chain_orders(services, contracts)],
    )  # fmt: skip


def run_indexer(services: Services, stop: Event) -> None:
    """Follows until it is told to stop; a node that is not there yet is waited for."""
    while not stop.is_set():
        try:
            follower = open_follower(services)
        except PassManagerError as problem:
            log.warning("the chain cannot be followed yet", problem=str(problem))
            stop.wait(TRY_AGAIN_SECONDS)
        else:
            follower.run(stop)


@dataclass(slots=True)
class Deriving:
    """Work that belongs to binding: orders from the logs of before."""

    services: Services
    _orders: dict[int, ChainOrders] = field(default_factory=dict[int, ChainOrders])

    def add_handlers(self, handlers: Handlers) -> None:
        """The kind of work."""
        handlers.add_database(DERIVE, self.derive)

    def derive(self, session: Session, jobs: Sequence[Job]) -> None:
        """Some logs of each organization; what is left is work for later."""
        for job in jobs:
            self._of(session, job).derive(session, [job])

    def _of(self, session: Session, job: Job) -> ChainOrders:
        """Contracts are known by the deployment file of the organization's chain."""
        from passmanager.deployment_files import Deployment  # noqa: PLC0415 - loads web3

        organization = session.get_one(Organization, job.key)
        found = self._orders.get(organization.chain_id)
        if found is None:
            deployment = Deployment.find(organization.chain_id, self.services.settings.deployment)
            found = self._orders[organization.chain_id] = chain_orders(self.services, deployment.addresses())
        return found
