"""Programs that show a key, and holders who look after theirs."""

from dataclasses import dataclass, field


class Program:
    """What a buyer installed."""

    def __init__(self, shop, key, **more):
        self.client, self.asked = shop.client, {"store_id": shop.merchant.store_id, "key": key, **more}

    @classmethod
    def of(cls, shop, order):
        found = cls(shop, shop.clear(order)[0])
        found.order, found.id = order, shop.delivery(order)["keys"][0]["id"]
        return found

    @property
    def key(self):
        return self.asked["key"]

    def raw(self, what, headers=None, **more):
        return self.client.post(f"/v1/license-keys/{what}", json={**self.asked, **more}, headers=headers or {})

    def ask(self, what, status=200, headers=None, **more):
        answer = self.raw(what, headers, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    def code(self, **more):
        return self.ask("validate", **more)["code"]


@dataclass
class Mine:
    """The keys of one purchase, for somebody with a token."""

    shop: object
    order: dict
    token: str
    purchase: str
    headers: dict = field(default_factory=dict)

    @classmethod
    def of(cls, shop, order, token):
        right = shop.call("GET", "/purchases")["data"][0]
        assert right["order_id"] == order["id"]
        return cls(shop, order, token, right["id"], {"Authorization": f"Bearer {token}"})

    def raw(self, method, path="", body=None):
        url = f"/v1/me/purchases/{self.purchase}/license-keys{path}"
        return self.shop.client.request(method, url, json=body, headers=self.headers)

    def call(self, method, path="", body=None, status=200):
        answer = self.raw(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def listed(self):
        return self.call("GET")["data"]

    def program(self):
        (key,) = self.listed()
        found = Program(self.shop, key["key"])
        found.id = key["id"]
        return found

    def by(self, token):
        return Mine(self.shop, self.order, token, self.purchase, {"Authorization": f"Bearer {token}"})
