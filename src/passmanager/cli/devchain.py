"""`passmanager devchain`: a chain of one's own."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from passmanager.cli.common import Json, group, out, print_json
from passmanager.cli.effects import Effect, has
from passmanager.devchain import HARDFORK, MNEMONIC, devchain
from passmanager.ending import Ending
from passmanager.node import Node

app = group()


@app.command("devchain")
@has(Effect.LOCAL)
def devchain_command(
    *,
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8545,
    hardfork: Annotated[str, typer.Option(help="Rules of the chain.")] = HARDFORK,
    log: Annotated[Path | None, typer.Option(help="File for the node's output.")] = None,
    as_json: Json = False,
) -> None:
    """Run a local chain until Ctrl-C; what is on it is gone then."""
    with devchain(port=port, hardfork=hardfork, log=log) as chain:
        node = Node.connect(chain.url)
        accounts = node.accounts()
        if as_json:
            print_json({"url": chain.url, "chainId": node.chain_id(), "accounts": accounts})
        else:
            out.print(f"Local chain {node.chain_id()} at {chain.url}; end it with Ctrl-C")
            out.print(f"Unlocked accounts, 10000 coins each: {', '.join(accounts[:3])} ...")
            out.print(f"Their mnemonic, known to everybody: {MNEMONIC}")
        sys.stdout.flush()
        Ending.by_signals().wait()
