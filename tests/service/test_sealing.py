"""Secrets in the database open with their key and for their row only."""

import base64
import stat

import pytest

from passmanager.service.sealing import CannotOpen, NoSecretKey, Sealer, sealer_of
from passmanager.service.settings import Settings

OLD, NEW = b"o" * 32, b"n" * 32


def test_sealed_text_opens_for_its_context_only():
    sealer = Sealer(NEW)
    sealed = sealer.seal(b"whsec_1", "wh_1")
    assert sealer.open(sealed, "wh_1") == b"whsec_1"
    with pytest.raises(CannotOpen, match="secret of wh_2"):
        sealer.open(sealed, "wh_2")


def test_sealed_text_hides_what_is_in_it():
    sealer = Sealer(NEW)
    first, second = sealer.seal(b"same", "wh_1"), sealer.seal(b"same", "wh_1")
    assert first != second
    assert b"same" not in first


def test_old_key_still_opens_after_a_rotation():
    sealed = Sealer(OLD).seal(b"x", "wh_1")
    rotated = Sealer(NEW, (OLD,))
    assert rotated.open(sealed, "wh_1") == b"x"
    assert Sealer(NEW).open(rotated.seal(b"y", "wh_1"), "wh_1") == b"y"
    with pytest.raises(CannotOpen, match="PASSMANAGER_OLD_SECRET_KEYS"):
        Sealer(NEW).open(sealed, "wh_1")


@pytest.mark.parametrize("at", [0, 1, 6, 20, -1])
def test_damaged_text_does_not_open(at):
    sealed = bytearray(Sealer(NEW).seal(b"text", "wh_1"))
    sealed[at] ^= 1
    with pytest.raises(CannotOpen):
        Sealer(NEW).open(bytes(sealed), "wh_1")


@pytest.mark.parametrize("length", [0, 1, 5, 17, 20])
def test_text_cut_short_does_not_open(length):
    with pytest.raises(CannotOpen):
        Sealer(NEW).open(Sealer(NEW).seal(b"text", "wh_1")[:length], "wh_1")


def test_derived_keys_differ_by_purpose_and_key():
    assert len({Sealer(NEW).derive("a"), Sealer(NEW).derive("b"), Sealer(OLD).derive("a")}) == 3
    assert Sealer(NEW, (OLD,)).derive_all("a") == (Sealer(NEW).derive("a"), Sealer(OLD).derive("a"))


def test_one_process_makes_itself_a_key_that_it_finds_again(tmp_path):
    settings = Settings(data=tmp_path / "var")
    sealed = sealer_of(settings).seal(b"x", "wh_1")
    assert sealer_of(settings).open(sealed, "wh_1") == b"x"
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600


def test_several_processes_need_a_key_that_is_set():
    with pytest.raises(NoSecretKey):
        sealer_of(Settings(database_url="postgresql://server/shop"))


def test_keys_come_from_the_settings():
    old, new = (base64.b64encode(key).decode() for key in (OLD, NEW))
    sealer = sealer_of(Settings(secret_key=new, old_secret_keys=old))
    assert sealer.open(Sealer(OLD).seal(b"x", "wh_1"), "wh_1") == b"x"
