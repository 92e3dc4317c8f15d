import json
import time

import pytest

from passmanager.airdrop import read_recipients
from passmanager.airdrop.errors import BadRows, NoAddressColumn, UnreadableRecipients, WrongCount
from passmanager.units import checksum
from tests.sdk.airdrop.shops import wallets

A, B, C = (checksum("0x" + byte * 20) for byte in ("a1", "b2", "c3"))
WRONG_CASE = A[:2] + A[2:].swapcase()
ZERO = "0x" + "0" * 40


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.csv"


@pytest.fixture
def json_path(tmp_path):
    return tmp_path / "people.json"


def lines_and_addresses(path, **options):
    return [tuple(recipient) for recipient in read_recipients(path, **options)]


@pytest.mark.parametrize(
    "text",
    [
        f"recipient\n{A}\n{B}\n",
        f"name,Address,note\nAnna,{A},x\nBert,{B},\n",
        f"\ufeffwallet;name\r\n{A};Anna\r\n{B};Bert\r\n",
        f"account\tname\n{A.lower()}\tAnna\n{B.lower()}\tBert",
    ],
)
def test_a_header_says_where_the_addresses_are(path, text):
    path.write_bytes(text.encode())
    assert lines_and_addresses(path) == [(2, A), (3, B)]


def test_a_list_needs_no_header(path):
    path.write_text(f"{A}\n\n{B}\n")
    assert lines_and_addresses(path) == [(1, A), (3, B)]
    path.write_text(f"Anna,{A}\nBert,{B}\n")
    assert lines_and_addresses(path) == [(1, A), (2, B)]


def test_a_column_can_be_named(path):
    path.write_text(f"address,payout\n{C},{A}\n{C},{B}\n")
    assert lines_and_addresses(path, column="payout") == [(2, A), (3, B)]


def test_lines_are_those_of_the_file_when_a_cell_has_several(path):
    path.write_text(f'note,recipient\n"two\nlines",{A}\nx,nobody\n')
    with pytest.raises(BadRows) as refusal:
        read_recipients(path)
    assert refusal.value.rows[0].line == 4


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f'["{A}",\n "{B}"]', [(1, A), (2, B)]),
        (f'[\n  {{"recipient": "{A}", "n": 1}},\n\n  {{"address": "{B}"}}\n]\n', [(2, A), (4, B)]),
    ],
)
def test_json_is_an_array_of_addresses_or_objects(json_path, text, found):
    json_path.write_text(text)
    assert lines_and_addresses(json_path) == found


def test_all_bad_rows_come_at_once_with_their_lines(path):
    cells = [A, "0x1234", WRONG_CASE, ZERO, B, A.lower(), "vitalik.eth", C, ""]
    path.write_text("recipient,name\n" + "".join(f"{cell},x\n" for cell in cells))
    with pytest.raises(BadRows) as refusal:
        read_recipients(path, refused={C: "the contract ProductPass"})
    assert (len(refusal.value.rows), refusal.value.total) == (7, 9)
    assert {row.line: row.problem for row in refusal.value.rows} == {
        3: "it is not 0x and 40 hexadecimal digits",
        4: "its checksum (upper and lower case) does not fit",
        5: "it is the zero address",
        7: "it is in line 2 already",
        8: "names are not looked up, write the address",
        9: "it is the contract ProductPass, which cannot use a pass",
        10: "there is no address",
    }
    text = str(refusal.value)
    assert "7 of 9 rows" in text
    assert "line 4" in text
    assert "Nothing was sent" in text


def test_all_bad_entries_of_json_come_at_once(json_path):
    json_path.write_text(json.dumps([A, 7, None, {"name": "x"}, ["y"], {"to": ZERO}], indent=1))
    with pytest.raises(BadRows) as refusal:
        read_recipients(json_path)
    assert [row.line for row in refusal.value.rows] == [3, 4, 5, 8, 11]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "no JSON array"),
        (f'["{A}" "{B}"]', "comma"),
        (f'["{A}",\n', "line 2"),
        ("[1,\n2,\n}", "line 3"),
        ("", "no JSON array"),
    ],
)
def test_refused_when_json_is_broken(json_path, text, problem):
    json_path.write_text(text)
    with pytest.raises(UnreadableRecipients, match=problem):
        read_recipients(json_path)


def test_refused_when_the_file_cannot_be_read(path, tmp_path):
    with pytest.raises(UnreadableRecipients, match="No such file"):
        read_recipients(path)
    with pytest.raises(UnreadableRecipients):
        read_recipients(tmp_path)
    path.write_bytes(b"recipient\n\xff\xfe\n")
    with pytest.raises(UnreadableRecipients, match="no UTF-8"):
        read_recipients(path)


def test_refused_when_no_column_can_be_the_addresses(path):
    path.write_text(f"name,payout\nAnna,{A}\n")
    with pytest.raises(NoAddressColumn, match="'name', 'payout'"):
        read_recipients(path)
    with pytest.raises(NoAddressColumn, match="--column"):
        read_recipients(path, column="to")


@pytest.mark.parametrize("text", ["", "recipient\n", "\n\n"])
def test_refused_without_recipients(path, text):
    path.write_text(text)
    with pytest.raises(WrongCount, match="has 0 recipients"):
        read_recipients(path)


def test_refused_when_there_are_too_many(path):
    path.write_text("recipient\n" + "0x\n" * 100_001)
    with pytest.raises(WrongCount, match="100001"):
        read_recipients(path)


def test_ten_thousand_rows_are_checked_in_seconds(path):
    path.write_text("\n".join(wallets(10_000)))
    before = time.perf_counter()
    assert len(read_recipients(path)) == 10_000
    assert time.perf_counter() - before < 10
