"""Commands that read: they get a `Reader`, return a `Listing` or `Facts`, and the frame prints it."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from passmanager.cli.cells import Coin, Money, plain, text, title
from passmanager.cli.common import FOLDER, LOCAL_URL, DeploymentAt, Json, RpcUrl, out, print_json
from passmanager.cli.effects import Effect
from passmanager.units import NATIVE, Address

if TYPE_CHECKING:
    from passmanager.client import PassManager
    from passmanager.deployments import Deployment
    from passmanager.node import Node

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a table; in JSON an object per row.

    Attributes:
        rows: The keys are those of the JSON, in camelCase.
        columns: Keys that the table shows; by default those of the first row.
        note: A line below the table.
    """

    rows: Sequence[Row]
    columns: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One thing and what is known about it; in JSON one object."""

    values: Row
    note: str = ""
    lists: Mapping[str, Sequence[Row]] = field(default_factory=dict[str, Sequence[Row]])
    """Further tables below, each a list in the JSON."""


@dataclass(frozen=True)
class Connection:
    """The options that all commands have who ask a chain."""

    rpc_url: str
    deployment: Path
    as_json: bool


class Reader:
    """A connection to the chain for one command; it is made when it is first used."""

    def __init__(self, connection: Connection) -> None:
        """Nothing is asked yet."""
        self._connection = connection
        self._coins: dict[Address, Coin] = {}

    @property
    def as_json(self) -> bool:
        """Whether a program reads the output."""
        return self._connection.as_json

    @cached_property
    def node(self) -> "Node":
        """The node."""
        from passmanager.node import Node  # noqa: PLC0415 - loads web3, which takes a second

        return Node.connect(self._connection.rpc_url)

    @cached_property
    def found(self) -> "Deployment":
        """The deployment, checked."""
        from passmanager.cli.connecting import find_deployment  # noqa: PLC0415 - same

        return find_deployment(self.node, self._connection.deployment)

    @cached_property
    def client(self) -> "PassManager":
        """The client."""
        from passmanager.client import PassManager  # noqa: PLC0415 - same

        return PassManager(self.node, self.found.addresses(), first_block=self.found.from_block)

    def coin(self, token: Address) -> Coin:
        """A token with its decimals and symbol.

        Raises:
            NotAToken: The address has no decimals.
        """
        from passmanager.cli.currencies import read_coin  # noqa: PLC0415 - same

        if token not in self._coins:
            self._coins[token] = Coin() if token == NATIVE else read_coin(self.client, token)
        return self._coins[token]

    def money(self, amount: int, token: Address) -> Money:
        """An amount in base units, with its coin."""
        return Money(amount, self.coin(token))

    def base_units(self, typed: str, token: Address, *, exact: bool = False) -> int:
        """Base units of an amount that somebody typed; `exact` if it is in base units already.

        Raises:
            InexactAmount: The token has fewer decimals.
        """
        from passmanager.cli.currencies import base_units  # noqa: PLC0415 - same

        return base_units(typed, self.coin(token), exact=exact)

    def show(self, shown: Listing | Facts) -> None:
        """Prints what a reading command found."""
        if self.as_json:
            print_json(_document(shown))
        elif isinstance(shown, Listing):
            out.print(table(shown.rows, shown.columns) if shown.rows else "There is none.")
        else:
            _show_facts(shown)
        if shown.note and not self.as_json:
            out.print(shown.note, markup=False)

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if "node" in self.__dict__:
            self.node.close()


def _document(shown: Listing | Facts) -> Any:
    if isinstance(shown, Listing):
        return plain(shown.rows)
    return plain({**shown.values, **shown.lists})


def _show_facts(facts: Facts) -> None:
    made = Table(show_header=False, box=None)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in facts.values.items():
        made.add_row(title(name), _literal(value))
    out.print(made)
    for name, rows in facts.lists.items():
        if rows:
            out.print(title(name), style="bold")
            out.print(table(rows))


def table(rows: Sequence[Row], columns: Sequence[str] = ()) -> Table:
    """Rows as a table; `columns` chooses the keys."""
    keys = list(columns or (rows[0] if rows else ()))
    made = Table()
    for key in keys:
        made.add_column(title(key), overflow="fold")  # an address that is cut short is of no use
    for row in rows:
        made.add_row(*(_literal(row.get(key)) for key in keys))
    return made


def _literal(value: Any) -> str:
    return text(value).replace("[", r"\[")  # rich would read what stands in brackets as markup


def reads(app: typer.Typer, name: str) -> Callable[[Callable[..., Listing | Facts]], Callable[..., None]]:
    """Makes a command of a function that takes a `Reader` and returns what to show.

    The options --rpc-url, --deployment and --json are added to the function's own.
    """

    def register(function: Callable[..., Listing | Facts]) -> Callable[..., None]:
        def command(*, rpc_url: str, deployment: Path, as_json: bool, **own: Any) -> None:
            reader = Reader(Connection(rpc_url, deployment, as_json))
            try:
                reader.show(function(reader, **own))
            finally:
                reader.close()

        return bind(app, name, function, command, Effect.READS, READING)

    return register


def option(name: str, kind: Any, default: Any) -> inspect.Parameter:
    """An option that the frame adds."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


READING = (
    option("rpc_url", RpcUrl, LOCAL_URL),
    option("deployment", DeploymentAt, FOLDER),
    option("as_json", Json, default=False),
)


def bind(
    app: typer.Typer,
    name: str,
    function: Callable[..., Any],
    command: Callable[..., None],
    effect: Effect,
    options: Sequence[inspect.Parameter],
) -> Callable[..., None]:
    """Registers `command` under the name, help and parameters of `function`, without its first, and `options`."""
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]
    command.__name__, command.__doc__, command.__module__ = function.__name__, function.__doc__, function.__module__
    command.__dict__["__signature__"] = inspect.Signature([*own, *options])
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *options]}
    command.__dict__["effect"] = effect
    app.command(name)(command)
    return command
