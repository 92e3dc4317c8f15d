"""Keepers as processes that start fast: a server has imported everything, and forks."""

import multiprocessing
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

from passmanager.client import PassManager
from passmanager.keeper import Keeper, Options
from passmanager.models import Contracts
from passmanager.node import Node
from passmanager.signers import NodeSigner

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload([__name__])


def keep(url: str, contracts: Contracts, wallet: str, path: Path, batch: int) -> None:
    client = PassManager(Node.connect(url), contracts, signer=NodeSigner(wallet))
    options = Options(batch=batch, poll_seconds=0.02)
    Keeper.open(client, path, first_block=1, options=options).run(threading.Event())


def started(town, path: Path, who: str = "stranger", batch: int = 1) -> BaseProcess:
    wallet = town.world.people[who]
    process = SERVER.Process(target=keep, args=(town.url, town.buyer.contracts, wallet, path, batch), daemon=True)
    process.start()
    return process
