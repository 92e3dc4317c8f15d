"""Codes by e-mail: good once, for thirty minutes, for five tries."""

import re

import pytest
from sqlalchemy import select

from passmanager.service.accounts import codes
from passmanager.service.accounts.models import OneTimeCode
from passmanager.service.db import read_scope, session_scope
from passmanager.service.engine import JobRow
from passmanager.service.http.problems import Conflict
from passmanager.service.mail.models import Mail

ABOUT = {"purpose": "action.rearm", "subject": "pur_1 key"}


@pytest.fixture
def send(services, merchant, do_work, box):
    def ask(email="ann@example.org"):
        with session_scope(services.sessions) as session:
            codes.send_code(
                session, **ABOUT, email=email, store_id=merchant.store_id, merchant_id=merchant.id,
                now=services.clock.now(),
            )  # fmt: skip
        do_work()
        return re.search(r"\b\d{6}\b", box.mails[-1].get_body(("plain",)).get_content()).group()

    return ask


@pytest.fixture
def check(services):
    def use(code, **about):
        with session_scope(services.sessions) as session:
            codes.check_code(session, **(ABOUT | about), code=code, now=services.clock.now())

    return use


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_code_is_good_once(send, check):
    code = send()
    check(code)
    with pytest.raises(codes.CodeInvalid, match="no code is open"):
        check(code)


def test_a_code_is_refused_when_thirty_minutes_are_over(send, check, do_work):
    code = send()
    do_work(30 * 60)
    with pytest.raises(codes.CodeInvalid, match="no code is open"):
        check(code)


def test_a_code_is_good_when_a_second_is_left(send, check, do_work):
    code = send()
    do_work(30 * 60 - 1)
    check(code)


def test_the_right_code_is_refused_after_five_wrong_ones(send, check):
    code = send()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(codes.CodeInvalid, match=f"{left} more tries"):
            check(wrong(code))
    with pytest.raises(codes.CodeInvalid, match="5 wrong codes"):
        check(code)


def test_the_fifth_try_may_be_the_right_one(send, check):
    code = send()
    for _ in range(4):
        with pytest.raises(codes.CodeInvalid):
            check(wrong(code))
    check(code)


def test_a_new_code_replaces_the_older_one(send, check):
    first, second = send(), send()
    if first != second:
        with pytest.raises(codes.CodeInvalid, match="wrong"):
            check(first)
    check(second)


def test_a_code_is_for_its_subject_only(send, check):
    code = send()
    with pytest.raises(codes.CodeInvalid, match="no code is open"):
        check(code, subject="pur_2 key")
    with pytest.raises(codes.CodeInvalid, match="no code is open"):
        check(code, purpose="seat.claim")


def test_a_sixth_code_is_refused_until_the_last_one_is_over(send, do_work):
    for _ in range(5):
        send()
    with pytest.raises(codes.TooManyCodes) as refused:
        send()
    assert refused.value.headers == (("Retry-After", "1800"),)
    do_work(1_800)
    send()


def test_only_a_hash_is_kept_when_the_mail_is_sent(services, send):
    code = send()
    with read_scope(services.sessions) as session:
        row, mail = session.scalars(select(OneTimeCode)).one(), session.scalars(select(Mail)).one()
        assert len(row.hash) == 64
        kept = [str(vars(row)), str(vars(mail)), str([vars(job) for job in session.scalars(select(JobRow))])]
        assert code not in "".join(kept).replace(row.hash, "").replace(row.salt, "")


def test_a_code_is_not_mailed_when_it_is_over(services, merchant, box, do_work):
    now = services.clock.now()
    box.answers += ["450 later"] * 5
    with session_scope(services.sessions) as session:
        codes.send_code(
            session, **ABOUT, email="ann@example.org", store_id=merchant.store_id, merchant_id=merchant.id, now=now
        )
    do_work(3 * 3_600)
    assert box.mails == []
    with read_scope(services.sessions) as session:
        mail = session.scalars(select(Mail)).one()
        assert (mail.status, mail.problem) == ("failed", "its code is over, or was sent; ask for a new one")


def test_no_code_goes_to_nobody(services, merchant):
    with session_scope(services.sessions) as session, pytest.raises(Conflict, match="no e-mail address"):
        codes.send_code(session, **ABOUT, email="", store_id=merchant.store_id, merchant_id=merchant.id, now=1)
