"""A real server: what happens to a download under way when its holder loses the purchase."""

import http.client
import os
import threading
import time

import pytest
import uvicorn
from sqlalchemy import update

from passmanager.service.db import session_scope
from passmanager.service.orders.models import Purchase
from tests.service.files.conftest import path_of

MIB = 1024 * 1024
SIZE = 40 * MIB


@pytest.fixture
def server(client):
    """The same application, at an address."""
    made = uvicorn.Server(uvicorn.Config(client.app, port=0, log_level="critical", http="h11", lifespan="off"))
    thread = threading.Thread(target=made.run)
    thread.start()
    while not made.started:
        time.sleep(0.01)
    yield made.servers[0].sockets[0].getsockname()
    made.should_exit = True
    thread.join()


@pytest.fixture
def sold(desk):
    file = desk.upload(desk.shop.editor, content=os.urandom(MIB) * 40)["id"]
    return desk.buy(desk.shop.editor), file


class Download:
    """Read slowly."""

    def __init__(self, server, link):
        self.connection = http.client.HTTPConnection(*server, timeout=30)
        self.connection.request("GET", path_of(link))
        self.answer = self.connection.getresponse()

    def rest(self):
        """How much more came, and whether it was all."""
        got = 0
        try:
            while piece := self.answer.read(MIB):
                got += len(piece)
        except (http.client.IncompleteRead, ConnectionError):
            pass
        self.close()
        return got

    def close(self):
        self.answer.close()
        self.connection.close()


def test_file_comes_whole(server, sold):
    bought, file = sold
    download = Download(server, bought.link(file))
    assert (download.answer.status, download.rest()) == (200, SIZE)


def transfer(bought, services):
    bob = bought.desk.user("bob", "bob@example.org")
    with session_scope(services.sessions) as session:
        session.execute(update(Purchase).where(Purchase.id == bought.id).values(customer_id=bob.customer_id))


def refund(bought, _services):
    bought.desk.shop.act(bought.order, "charge-back", {})


@pytest.mark.parametrize("lose", [transfer, refund])
def test_download_under_way_stops_when_the_purchase_is_lost(server, sold, services, lose):
    bought, file = sold
    link = bought.link(file)
    download = Download(server, link)
    assert len(download.answer.read(MIB)) == MIB
    lose(bought, services)
    assert MIB + download.rest() < SIZE
    again = Download(server, link)
    assert again.answer.status in {403, 404}
    again.close()
    (seen,) = bought.desk.shop.call("GET", f"/downloads?purchase_id={bought.id}")["data"]
    assert seen["completed_at"] is None


def test_download_goes_on_when_its_link_ends_meanwhile(server, sold, services, wait):
    bought, file = sold
    download = Download(server, bought.link(file))
    download.answer.read(MIB)
    wait(services.settings.link_seconds + 1)
    assert MIB + download.rest() == SIZE
