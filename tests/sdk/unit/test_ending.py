"""A process that is told to end ends, whenever it is told."""

import os
import signal
import subprocess
import sys
import time
from threading import Thread, Timer

import pytest

from passmanager.ending import LOOK_SECONDS, Ending

WAITS = """
import sys
from passmanager.ending import Ending
ending = Ending.by_signals()
print("ready", flush=True)
ending.wait()
print("ended", flush=True)
"""


def test_nothing_is_told_at_first():
    ending = Ending()
    start = time.monotonic()
    assert not ending.is_set()
    assert not ending.wait(0.05)
    assert not ending.wait(0)
    assert 0.05 <= time.monotonic() - start < 1


def test_who_waits_hears_it_without_being_woken():
    ending = Ending()
    Timer(0.05, ending.tell).start()
    start = time.monotonic()
    assert ending.wait()
    assert time.monotonic() - start < 3 * LOOK_SECONDS
    assert ending.wait(0)
    assert ending.is_set()


def test_another_thread_ends_a_wait_at_once():
    ending = Ending()
    Timer(0.02, ending.set).start()
    assert ending.wait(10)
    assert ending.is_set()


def test_telling_takes_no_lock():
    """A handler interrupts the very thread that waits, which may hold the lock of the event."""
    ending = Ending()
    with ending._cond:
        teller = Thread(target=ending.tell, daemon=True)
        teller.start()
        teller.join(5)
        assert not teller.is_alive()
        assert ending.is_set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_is_heard(number):
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        ending = Ending.by_signals()
        os.kill(os.getpid(), number)
        assert ending.wait(5)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_signal_ends_a_process_that_just_begins_to_wait():
    for _ in range(10):
        with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=10)[0] == "ended\n"
            assert process.returncode == 0
