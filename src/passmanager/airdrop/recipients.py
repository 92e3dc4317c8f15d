"""The list of recipients: read from CSV or JSON, every row checked, all wrong rows reported at once."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, cast

from eth_utils.address import is_checksum_formatted_address, is_hex_address

from passmanager.airdrop.errors import BadRow, BadRows, NoAddressColumn, UnreadableRecipients, WrongCount
from passmanager.units import NATIVE, Address, checksum

MOST = 100_000
COLUMNS = ("recipient", "address", "wallet", "account", "to")
DELIMITERS = ",;\t"


class Recipient(NamedTuple):
    """A wallet, and the line of the file that names it."""

    line: int
    address: Address


class _Cell(NamedTuple):
    line: int
    text: Any


def read_recipients(
    path: Path, *, column: str | None = None, refused: Mapping[Address, str] | None = None
) -> list[Recipient]:
    """The recipients in a file, in its order.

    Args:
        path: JSON if it ends with `.json`, otherwise CSV with or without a header.
        column: Column or JSON key of the addresses; by default the first of `recipient`, `address` and the like.
        refused: Addresses that must not be given anything, and what they are.

    Raises:
        UnreadableRecipients: The file is missing, or neither CSV nor JSON.
        NoAddressColumn: The header has no column that could be the addresses.
        BadRows: Rows that are wrong: no address, wrong checksum, zero address, twice in the list, refused.
        WrongCount: No recipient, or more than 100,000.
    """
    text = _text(path)
    cells = list(_json_cells(path, text, column) if path.suffix.lower() == ".json" else _csv_cells(path, text, column))
    if not 0 < len(cells) <= MOST:
        raise WrongCount(path=str(path), count=len(cells), limit=MOST)
    return _checked(path, cells, refused or {})


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise UnreadableRecipients(path=str(path), problem=problem.strerror or "no access") from problem
    except UnicodeDecodeError as problem:
        raise UnreadableRecipients(path=str(path), problem=f"byte {problem.start} is no UTF-8") from problem


def _checked(path: Path, cells: list[_Cell], refused: Mapping[Address, str]) -> list[Recipient]:
    found: list[Recipient] = []
    bad: list[BadRow] = []
    lines: dict[Address, int] = {}
    for line, text in cells:
        address, problem = _address(text)
        if address is not None and not problem:
            problem = _refusal(address, lines, refused)
            lines.setdefault(address, line)
        if address is None or problem:
            bad.append(BadRow(line, str(text), problem))
        else:
            found.append(Recipient(line, address))
    if bad:
        raise BadRows(path=str(path), rows=bad, total=len(cells))
    return found


def _address(text: Any) -> tuple[Address | None, str]:
    """The address, or what is wrong with the text."""
    if not isinstance(text, str) or not text:
        return None, "there is no address"
    if not is_hex_address(text) or not text.startswith("0x"):
        name = "names are not looked up, write the address" if "." in text else "it is not 0x and 40 hexadecimal digits"
        return None, name
    address = checksum(text.lower())
    if address != text and is_checksum_formatted_address(text):
        return None, "its checksum (upper and lower case) does not fit"
    return address, ""


def _refusal(address: Address, lines: Mapping[Address, int], refused: Mapping[Address, str]) -> str:
    if address == NATIVE:
        return "it is the zero address"
    if address in lines:
        return f"it is in line {lines[address]} already"
    return f"it is {refused[address]}, which cannot use a pass" if address in refused else ""


# --- CSV


def _csv_cells(path: Path, text: str, column: str | None) -> Iterator[_Cell]:
    rows = _csv_rows(path, text)
    first = next(rows, None)
    if first is None:
        return
    place = _header_place(path, first[1], column)
    if place is None:
        place = next(i for i, cell in enumerate(first[1]) if _like_address(cell))
        yield _Cell(first[0], first[1][place])
    for line, row in rows:
        yield _Cell(line, row[place] if place < len(row) else "")


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line each starts in."""
    head = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as problem:
        raise UnreadableRecipients(path=str(path), problem=f"line {reader.line_num}: {problem}") from problem


def _header_place(path: Path, first: list[str], column: str | None) -> int | None:
    """Where the addresses are; None if the first row is no header."""
    names = [cell.lower() for cell in first]
    for wanted in [column.lower()] if column else COLUMNS:
        if wanted in names:
            return names.index(wanted)
    if column is None and any(map(_like_address, first)):
        return None
    wanted = repr(column) if column else f"one of {', '.join(COLUMNS)}"
    raise NoAddressColumn(path=str(path), columns=first, wanted=wanted)


def _like_address(cell: str) -> bool:
    return cell[:2].lower() == "0x"


# --- JSON


def _json_cells(path: Path, text: str, column: str | None) -> Iterator[_Cell]:
    for line, entry in _json_entries(path, text):
        yield _Cell(line, _named(cast("dict[str, Any]", entry), column) if isinstance(entry, dict) else entry)


def _named(entry: dict[str, Any], column: str | None) -> Any:
    for name in [column] if column else COLUMNS:
        if name in entry:
            return entry[name]
    return None


def _json_entries(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """The entries of an array, one by one, because the line of each is wanted."""
    read = json.JSONDecoder().raw_decode
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        raise UnreadableRecipients(path=str(path), problem="it is no JSON array")
    at, counted, line = _skip(text, at + 1), 0, 1
    try:
        while text[at : at + 1] != "]":
            line += text.count("\n", counted, at)
            counted = at
            entry, at = read(text, at)
            yield line, entry
            at = _after_comma(text, _skip(text, at))
    except json.JSONDecodeError as problem:
        raise UnreadableRecipients(path=str(path), problem=f"line {problem.lineno}: {problem.msg}") from problem


def _skip(text: str, at: int) -> int:
    """The place of the next character that is no white space."""
    while text[at : at + 1].isspace():
        at += 1
    return at


def _after_comma(text: str, at: int) -> int:
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != "]":
        raise json.JSONDecodeError("a comma or the end of the array is missing", text, at)
    return at
