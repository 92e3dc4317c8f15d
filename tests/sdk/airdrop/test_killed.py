"""`kill -9` at random moments: the same command goes on, and every wallet gets one pass."""

import csv
import random
import signal
from pathlib import Path

import pytest

from passmanager.airdrop import Journal
from tests.sdk.airdrop.conftest import KEY
from tests.sdk.airdrop.drops import check_one_each
from tests.sdk.airdrop.killed import started
from tests.sdk.airdrop.proxy import WHEN, KillAt, proxy
from tests.sdk.airdrop.shops import people

KILLS = 10  # in each of two tests
LATEST = 35  # request at which a process is killed


class Killer:
    """Runs the command again and again, and kills it at random requests: see `KillAt`."""

    def __init__(self, shop, folder: Path, deployment: Path, seed: int, *, mining_off: bool) -> None:
        self.shop = shop
        self.folder = folder
        self.deployment = deployment
        self.random = random.Random(seed)
        self.kills = KillAt(shop.node if mining_off else None)
        self.killed = 0

    def campaigns(self, url: str) -> None:
        while self.killed < KILLS:
            name = f"killed-{self.killed}"
            sixty = people(60)
            path = self.folder / f"{name}.csv"
            path.write_text("recipient\n" + "".join(f"{one.address}\n" for one in sixty))
            arguments = [*("airdrop", "send", str(path), "--org", str(self.shop.org_id), "--line", str(self.shop.line))]
            arguments += ["--rpc-url", url, "--deployment", str(self.deployment), "--batch-size", "5", "--window", "3"]
            while not self.run(arguments):
                pass
            self.check(path, sixty)

    def run(self, arguments: list[str]) -> bool:
        """True if it came to its end."""
        at = self.random.randint(1, LATEST) if self.killed < KILLS else 0
        output = self.folder / "output.txt"
        output.write_text("")
        self.kills.arm(at, self.random.choice(WHEN), self.random.random() / 30)
        process = started(arguments, KEY, str(output))
        self.kills.kill = process.kill
        process.join(60)
        if process.exitcode == -signal.SIGKILL:
            self.killed += 1
            return False
        assert process.exitcode == 0, output.read_text()
        return True

    def check(self, path: Path, sixty) -> None:
        with Journal.open(path.with_name(f"{path.name}.31337-{self.shop.org_id}.sqlite")) as journal:
            batches = journal.batches()
        check_one_each(self.shop, sixty, batches)
        with path.with_name(f"{path.stem}.passes.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["recipient"] for row in rows] == [one.address for one in sixty]
        passes = self.shop.client.product_pass.calls
        owners = self.shop.client.read_many([passes.owner_of(int(row["pass_id"])) for row in rows])
        assert owners == [row["recipient"] for row in rows]


@pytest.mark.parametrize("mining_off", [False, True], ids=["mined at once", "mined now and then"])
def test_killed_at_ten_random_moments(own_shop, tmp_path, mining_off):
    killer = Killer(own_shop, tmp_path, tmp_path, seed=7 + mining_off, mining_off=mining_off)
    if mining_off:
        own_shop.node.request("evm_setAutomine", False)
    with proxy(own_shop.url, killer.kills) as url:
        killer.campaigns(url)
    assert killer.killed == KILLS
