"""`passmanager demo`: the main job, end to end."""

from typing import Annotated

import typer

from passmanager import demo
from passmanager.cli.common import Json, group
from passmanager.cli.effects import Effect, has

app = group()


@app.command("demo")
@has(Effect.LOCAL)
def demo_command(
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local chain running.")] = False,
    as_json: Json = False,
) -> None:
    """Show the main job, end to end, on a fresh local chain."""
    demo.run(keep=keep, as_json=as_json)
