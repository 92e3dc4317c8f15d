"""A merchant who delivers, over HTTP."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.service.orders_api.conftest import Shop


@dataclass
class Deliverer(Shop):
    """A shop with ways to deliver."""

    names: int = 0

    def name(self):
        self.names += 1
        return f"name {self.names}"

    def template(self, method, *, status=201, **more):
        body = {"store_id": self.merchant.store_id, "name": self.name(), "method": method, **more}
        return self.call("POST", "/fulfillment-templates", body, status=status)

    def sold(self, method, amount="10", **more):
        """A product that is delivered by a new template; its id."""
        product = {name: more.pop(name) for name in ("one_for_all", "sku") if name in more}
        template = self.template(method, **more)
        return self.product(self.name(), amount, fulfillment_template_id=template["id"], **product)

    def pool(self, *keys, **more):
        made = self.call(
            "POST", "/key-pools", {"store_id": self.merchant.store_id, "name": self.name(), **more}, status=201
        )
        if keys:
            self.upload(made["id"], keys)
        return made["id"]

    def upload(self, pool_id, keys, status=200):
        return self.call("POST", f"/key-pools/{pool_id}/keys", {"keys": list(keys)}, status=status)

    def settle(self):
        assert self.client.post("/test/clock", json={"advance": 0}).status_code == 200

    def buy(self, *items, **more):
        """An order that is paid, after the work that is due at once."""
        order = self.order(*[(item, 1) if isinstance(item, str) else item for item in items], **more)
        if order["payment_status"] != "paid":
            self.act(order, "mark-paid")
        self.settle()
        return self.read(order)

    def statuses(self, order):
        found = self.read(order)
        return found["fulfillment_status"], [item["fulfillment_status"] for item in found["items"]]

    def fulfillments(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.call("GET", f"/fulfillments?{query}")["data"]

    def delivery(self, order, index=0):
        item = order["items"][index]["id"]
        one = next(one for one in self.fulfillments(order_id=order["id"]) if one["order_item_id"] == item)
        return self.call("GET", f"/fulfillments/{one['id']}")

    def clear(self, order):
        """What was delivered for an order, in clear, unit by unit."""
        listed = self.call("GET", f"/license-keys?order_id={order['id']}&limit=100")["data"]
        shown = [self.call("GET", f"/license-keys/{key['id']}") for key in listed]
        return [
            key["key"] or key["content"] for key in sorted(shown, key=lambda key: (key["order_item_id"], key["unit"]))
        ]

    def history(self, order):
        return self.call("GET", f"/orders/{order['id']}/history")


@dataclass
class Vendor:
    """A merchant's web service: answers what the test says, one after the other, the last one for ever."""

    url: str = ""
    seen: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def urls(self, *verbs):
        return {verb: f"{self.url}/licenses/{verb}" for verb in ("new", *verbs)}

    def bodies(self):
        return [json.loads(call["body"]) for call in self.seen]

    def answer(self, call):
        with self.guard:
            self.seen.append(call)
            if not self.answers:
                return 200, {"licenses": [{"activationCode": f"VENDOR-{len(self.seen)}"}]}
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class VendorHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        found = self.server.vendor.answer({"path": self.path, "headers": headers, "body": body})
        status, answer, kind = (*found, "application/json")[:3]
        sent = json.dumps(answer).encode() if isinstance(answer, dict | list) else answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)


def serve_vendor(context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), VendorHandler)
    server.vendor = Vendor(f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}")
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    return server, thread
