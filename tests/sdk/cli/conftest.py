"""The command, and a chain of its own for the tests of the command line, as it was before each test."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from passmanager.client import PassManager
from passmanager.demo.report import Report
from passmanager.demo.world import World
from passmanager.devchain import devchain
from tests.sdk.command import Run, command

__all__ = ["command"]


@dataclass
class Town:
    """A system and a token with 6 decimals, without any organization."""

    url: str
    folder: Path
    world: World

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def client(self) -> PassManager:
        return self.world.clients["merchant"]

    def address(self, who: str) -> str:
        return self.world.people[who]

    def nonce(self, who: str) -> int:
        return self.world.node.nonce(self.world.people[who])


@dataclass
class Desk:
    """The command at the town's chain, for a person's wallet."""

    town: Town
    command: Callable[..., Run]

    def run(self, *words: object, who: str = "merchant") -> Run:
        """As it ended; without JSON."""
        return self.command(*map(str, words), **self.environment(who))

    def environment(self, who: str) -> dict[str, str]:
        return {
            "PASSMANAGER_RPC_URL": self.town.url,
            "PASSMANAGER_DEPLOYMENT": str(self.town.folder),
            "PASSMANAGER_ACCOUNT": self.town.address(who),
        }

    def __call__(self, *words: object, who: str = "merchant") -> Any:
        """The JSON of a command that works."""
        run = self.run(*words, "--json", who=who)
        assert run.code == 0, run.stderr
        return json.loads(run.stdout)

    def refused(self, name: str, *words: object, who: str = "merchant") -> str:
        """The message of a command that is refused by an error of this name, and sends nothing."""
        before = self.town.nonce(who)
        run = self.run(*words, who=who)
        assert (run.code, self.town.nonce(who)) == (1, before)
        assert run.stderr.startswith(f"{name}: "), run.stderr
        assert "Traceback" not in run.stderr
        return run.stderr

    def misused(self, text: str, *words: object) -> None:
        """A command whose words cannot be meant."""
        before = self.town.nonce("merchant")
        run = self.run(*words)
        assert (run.code, self.town.nonce("merchant")) == (2, before)
        assert text in " ".join(run.stderr.split()), run.stderr


@pytest.fixture(scope="package")
def built_town(tmp_path_factory):
    with devchain() as chain:
        folder = tmp_path_factory.mktemp("town")
        yield Town(chain.url, folder, World.build(chain.url, folder, Report(live=False)))


@pytest.fixture
def town(built_town):
    before = built_town.world.node.request("evm_snapshot")
    yield built_town
    built_town.world.node.request("evm_revert", before)


@pytest.fixture
def desk(town, command) -> Desk:
    return Desk(town, command)


@pytest.fixture
def org(desk) -> int:
    """An organization of the merchant."""
    return desk("org", "create")["orgId"]
