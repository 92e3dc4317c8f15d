"""The page of the command line: the tree of commands, their options, variables and exit codes."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.main import get_command

import reference_text as md
from passmanager.cli.root import app

PAGE = Path("docs/reference/cli.md")
NAME = "passmanager"
VARIABLE = re.compile(r"\bPASSMANAGER_[A-Z][A-Z_]*[A-Z]\b")
# Not every variable is an option: what is secret stays out of the list of processes.
SECRETS = {
    "PASSMANAGER_PRIVATE_KEY": "The wallet's private key, 0x and 64 hexadecimal digits.",
    "PASSMANAGER_KEYSTORE_PASSWORD": "The password of the file that `--keystore` names.",
}
SAME_EVERYWHERE = {"--help", "--install-completion", "--show-completion"}
COMMON = "Options of many commands"
MANY = 8  # commands with an option, from which on it is explained once
OPTION_HEAD = ["option", "default", "variable", ""]
Row = tuple[str, ...]
INTRO = """Every command has `--help`. `--json` prints JSON on stdout for programs, `--dry-run` shows what would
happen and sends nothing, `--yes` does not ask."""


@dataclass(frozen=True, slots=True)
class Command:
    """One that can be called, or a group of such."""

    path: str
    click: Any

    @property
    def commands(self) -> dict[str, Any]:
        return getattr(self.click, "commands", {})

    @property
    def help(self) -> str:
        return (self.click.help or "").split("\f")[0]

    @property
    def first(self) -> str:
        """The first sentence of its help."""
        return re.split(r"(?<=\.) ", " ".join(self.help.split("\n\n")[0].split()))[0]


def walk(command: Command) -> Iterator[Command]:
    """Depth first, in the order of the help; what is loaded late is loaded now."""
    yield command
    for name, below in command.commands.items():
        loaded = below.load() if hasattr(below, "load") else below
        yield from walk(Command(f"{command.path} {name}", loaded))


def tree() -> list[Command]:
    return list(walk(Command(NAME, get_command(app))))


def page(sources: Path) -> str:
    """`sources` are those of the commands: they also name variables that are no option."""
    commands = tree()
    root, *below = commands
    common = _common(below)
    rows = [
        [md.link(f"`{one.path}`", f"#{md.anchor(one.path)}"), md.prose(one.first)] for one in below if callable_(one)
    ]
    return md.page(
        "The command line",
        INTRO,
        _paragraphs(re.sub(r"^Exit codes: .+?\n\n", "", root.help, flags=re.MULTILINE | re.DOTALL)),
        "## Exit codes",
        md.table(["code", ""], exit_codes(root.help)),
        "## All commands",
        md.table(["command", ""], rows),
        "## Environment variables",
        md.table(["variable", "", "used by"], _variables(commands, sources)),
        f"## {COMMON}",
        "A command that takes them names them; they mean the same everywhere.",
        md.table(OPTION_HEAD, sorted(common)),
        "## Each command",
        *[_section(one, common) for one in below],
    )


def exit_codes(text: str) -> list[list[str]]:
    """Code and meaning, out of `0 done; 1 refused; 2 wrong usage` in the help."""
    listed = re.search(r"Exit codes: (.+?)\.(?:\s|$)", text, re.DOTALL)
    if listed is None:
        raise SystemExit("the help of the command line does not list its exit codes")
    parts = [part.split(None, 1) for part in listed[1].split(";")]
    return [[f"`{code}`", md.prose(md.sentence(meaning))] for code, meaning in parts]


def callable_(command: Command) -> bool:
    return not command.commands


def _paragraphs(text: str) -> str:
    return "\n\n".join(md.prose(" ".join(part.split())) for part in text.strip().split("\n\n"))


# --- commands


def _common(commands: list[Command]) -> set[Row]:
    """Options that many commands have, with the same words."""
    rows = Counter(tuple(_option_row(one)) for command in commands for one in _parameters(command, "option"))
    return {row for row, count in rows.items() if count >= MANY}


def _section(command: Command, common: set[Row]) -> str:
    if command.commands:
        return f"### {command.path}\n\n{_paragraphs(command.help)}"
    options = [tuple(_option_row(one)) for one in _parameters(command, "option")]
    shared = md.listed(row[0] for row in options if row in common)
    blocks = [
        f"### {command.path}",
        md.code(_usage(command)),
        _paragraphs(command.help),
        md.table(["argument", ""], map(_argument_row, _parameters(command, "argument"))),
        md.table(OPTION_HEAD, [row for row in options if row not in common]),
        f"{md.link('As everywhere', f'#{md.anchor(COMMON)}')}: {shared}." if shared else "",
    ]
    return "\n\n".join(block for block in blocks if block)


def _parameters(command: Command, kind: str) -> list[Any]:
    found = [one for one in command.click.params if one.param_type_name == kind and not getattr(one, "hidden", False)]
    return [one for one in found if not SAME_EVERYWHERE & set(one.opts)]


def _usage(command: Command) -> str:
    required = [f"{one.opts[0]} {_placeholder(one)}" for one in _parameters(command, "option") if one.required]
    arguments = [_placeholder(one) for one in _parameters(command, "argument")]
    return " ".join([command.path, *required, *arguments, "[OPTIONS]"])


def _placeholder(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper().rstrip(".")
    more = " ..." if parameter.nargs != 1 or getattr(parameter, "multiple", False) else ""
    return f"{name}{more}" if parameter.required else f"[{name}]{more}"


def _argument_row(parameter: Any) -> list[str]:
    return [f"`{_placeholder(parameter)}`", md.prose(getattr(parameter, "help", "") or "")]


def _option_row(parameter: Any) -> list[str]:
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    again = ", several times" if getattr(parameter, "multiple", False) else ""
    return [names + again, _default(parameter), _variable(parameter), md.prose(parameter.help or "")]


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return md.prose(parameter.show_default)
    if parameter.default is None or parameter.is_flag or not str(parameter.default):
        return ""
    value = parameter.default
    return f"`{getattr(value, 'value', value)}`" if not isinstance(value, list | tuple | Iterator) else ""


def _variable(parameter: Any) -> str:
    return md.listed(f"`{name}`" for name in _variables_of(parameter))


def _variables_of(parameter: Any) -> list[str]:
    return [parameter.envvar] if isinstance(parameter.envvar, str) else list(parameter.envvar or [])


# --- variables


def _variables(commands: list[Command], sources: Path) -> list[list[str]]:
    texts: dict[str, str] = {}
    users: dict[str, list[Command]] = {}
    for command in commands:
        for parameter in _parameters(command, "option"):
            for name in _variables_of(parameter):
                texts.setdefault(name, f"`{parameter.opts[0]}`: {md.prose(parameter.help or '')}")
                users.setdefault(name, []).append(command)
    files = "\n".join(path.read_text() for path in sorted(sources.glob("*.py")))
    names = sorted({*texts, *VARIABLE.findall(files)})
    signing = users.get("PASSMANAGER_KEYSTORE", [])
    users |= dict.fromkeys(SECRETS, signing)
    return [[f"`{name}`", texts.get(name) or SECRETS.get(name, ""), _users(users.get(name, []))] for name in names]


def _users(commands: list[Command]) -> str:
    groups = dict.fromkeys(command.path.split()[1] for command in commands)
    return md.listed(f"`{name}`" for name in groups)
