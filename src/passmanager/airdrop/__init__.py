"""Airdrops: one pass each for 10 to 100,000 wallets, in batches, once.

`read_recipients` reads and checks a file, `make_plan` splits it into batches and says what they cost,
`Journal` keeps what was sent, `Sender` sends and goes on after an interruption, `write_results` says who
got which pass. Each batch carries a reference of its own, and the chain takes each reference once.
"""

from passmanager.airdrop.campaign import Campaign, Line
from passmanager.airdrop.gas import GasModel
from passmanager.airdrop.holders import HolderRule
from passmanager.airdrop.journal import Batch, Journal, State
from passmanager.airdrop.plan import Plan, PlanOptions, make_plan, require_funds
from passmanager.airdrop.prepare import name_campaign, open_plan
from passmanager.airdrop.recipients import Recipient, read_recipients
from passmanager.airdrop.results import require_folder, write_results
from passmanager.airdrop.safe import safe_batch, write_safe_files
from passmanager.airdrop.sender import Sender, SendOptions
from passmanager.airdrop.tracker import Status, Tracker, watch

__all__ = [
    "Batch",
    "Campaign",
    "GasModel",
    "HolderRule",
    "Journal",
    "Line",
    "Plan",
    "PlanOptions",
    "Recipient",
    "SendOptions",
    "Sender",
    "State",
    "Status",
    "Tracker",
    "make_plan",
    "name_campaign",
    "open_plan",
    "read_recipients",
    "require_folder",
    "require_funds",
    "safe_batch",
    "watch",
    "write_results",
    "write_safe_files",
]
