"""Renews what is due: an index of the chain's events, batches of renewals, and a loop that does both.

Anybody may run a keeper, and several may run at once: what one has renewed is not due for the next.
"""

from passmanager.keeper.batches import Options, Result
from passmanager.keeper.errors import KeeperError
from passmanager.keeper.index import Index
from passmanager.keeper.keeper import Keeper, Report
from passmanager.keeper.metrics import Metrics, serve

__all__ = ["Index", "Keeper", "KeeperError", "Metrics", "Options", "Report", "Result", "serve"]
