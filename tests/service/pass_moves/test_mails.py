"""Mails to somebody who gave a pass away show no keys any more."""

import pytest

from passmanager.service.settings import Settings
from tests.service.conftest import SECRET
from tests.service.mail.conftest import box, smtp_url  # noqa: F401 - fixtures


@pytest.fixture
def settings(database_url, tmp_path, selling, smtp_url) -> Settings:  # noqa: F811
    world, _ = selling
    return Settings(
        database_url=database_url, data=tmp_path, secret_key=SECRET, clock="controlled", rpc_url=world.url,
        deployment=world.folder, smtp_url=smtp_url,
    )  # fmt: skip


def texts(box, recipient):  # noqa: F811
    return [
        mail.get_body(("plain",)).get_content()
        for mail, to in zip(box.mails, box.recipients, strict=True)
        if to == recipient
    ]


def test_delivery_that_is_sent_again_has_the_key_for_the_holder_only(moves, box):  # noqa: F811
    right = moves.buy()
    moves.shop.call("PATCH", f"/customers/{right.customer_id}", {"email": "old@example.org"})
    moves.shop.settle()
    old = moves.program("buyer", right)
    assert sum(old.key in text for text in texts(box, "old@example.org")) == 1
    moves.move(right, "buyer", "friend")
    box.mails.clear()
    box.recipients.clear()
    new = moves.program("friend", right)
    for address in ("", "old@example.org", "friend@example.org"):
        moves.shop.call("POST", f"/purchases/{right.id}/reactivate", {"customer_email": address})
        moves.shop.client.post("/test/clock", json={"advance": 1})
    everything = texts(box, "old@example.org")
    assert everything
    assert all(old.key not in text and new.key not in text for text in everything)
    assert [new.key in text for text in texts(box, "friend@example.org")] == [True]
