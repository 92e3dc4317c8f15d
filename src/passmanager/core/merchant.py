"""Products as their organization last described them. No network."""

from typing import TypedDict

from passmanager.abi.events import ProductSet
from passmanager.abi.structs import Product
from passmanager.core.reading import LogQuery, Logs
from passmanager.models import Contracts


class ProductChanges(TypedDict, total=False):
    """Fields of a product to change.

    Attributes:
        name: Shown on passes.
        description: A text.
        image: Address of a picture.
        external_url: Address of a page.
        transferable: Of what is sold from now on.
        active: On sale.
        max_supply: 0 = no limit.
    """

    name: str
    description: str
    image: str
    external_url: str
    transferable: bool
    active: bool
    max_supply: int


def product_logs(contracts: Contracts, organization_id: int, product_id: int) -> LogQuery:
    """The logs of what an organization said of a product."""
    return LogQuery(contracts.catalog, [ProductSet], [organization_id, product_id])


def texts_in(logs: Logs) -> Product | None:
    """The last of these; None if there is none."""
    events = [log.event for log in logs if isinstance(log.event, ProductSet)]
    return events[-1].product if events else None
