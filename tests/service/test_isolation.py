"""Every call of the HTTP interface, by those who may not: without a key, with an old one, about things of others.

The calls are those of OpenAPI, so that a new one is tested, too; their bodies are the smallest that the schema allows.
"""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import find
from hypothesis import strategies as st
from sqlalchemy import update

from passmanager.service.accounts.models import UserSession
from passmanager.service.app import create_app
from passmanager.service.db import session_scope
from passmanager.service.http.auth import add_key
from passmanager.service.migrate import upgrade
from passmanager.service.services import Services
from passmanager.service.settings import Settings
from passmanager.service.tables import METADATA
from passmanager.service.wiring import connect
from tests.service.conftest import SECRET
from tests.service.merchant import make_merchant
from tests.service.one_of_everything import Rows
from tests.service.test_openapi import Holder
from tests.service.users import open_user

NAME = re.compile(r"\{(\w+)\}")
TABLES = {
    "item_id": "order_items",
    "endpoint_id": "webhook_endpoints",
    "delivery_id": "deliveries",
    "key_id": "license_keys",
    "pool_id": "key_pools",
    "template_id": "fulfillment_templates",
    "rule_id": "block_rules",
    "type_id": "product_types",
    "discount_id": "offline_discounts",
    "order_item_id": "order_items",
    "signing_key_id": "license_signing_keys",
    "session_id": "user_sessions",
    "request_id": "refund_requests",
    "version_id": "product_versions",
    "file_id": "product_files",
    "link_id": "checkout_links",
    "hook_id": "webhook_endpoints",
    "member_id": "account_members",
    "invitation_id": "account_invitations",
}
"""Where something is kept that is not called as its table is."""

SOMEBODY = {"email": "ann@example.org"}
CHOICES = {"/v1/purchases/{purchase_id}/seats": SOMEBODY, "/v1/me/purchases/{purchase_id}/seats": SOMEBODY}
"""Where one of several fields is needed, which the schema does not say."""

WORDS = {"action_key": "key", "slug": "slug"}
"""Parts of paths that are no ids; anything does, what they name stands below an id of somebody else."""

KEY = {"Idempotency-Key": "k"}
DPD = "/compat/dpd/v2"
DPD_TABLES = {"purchase_id": "orders", "storefront_id": "stores", "subscriber_id": "purchases"}


@dataclass
class World:
    client: TestClient
    spec: dict
    mine: dict
    theirs: dict
    headers: dict
    empty: dict
    stores: dict
    old: dict

    def operations(self):
        for path, methods in self.spec["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def call(self, method, path, headers, body=None, ids=None):
        """With ids of somebody's rows in the path."""
        for name in NAME.findall(path):
            path = path.replace(f"{{{name}}}", str(id_of(ids or self.theirs, name, path)))
        auth = headers if isinstance(headers, tuple) else None
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.client.request(method, path, headers=None if auth else headers, auth=auth, **sent)


def id_of(rows, name, path):
    if name in WORDS or not name.endswith("_id"):
        return WORDS.get(name, "x")
    if path.startswith(DPD):
        return rows[DPD_TABLES.get(name, f"{name[:-3]}s")]["number"]
    return rows[table_of(name, path)]["id"]


def table_of(name, path):
    if name == "key_id" and "/api-keys" in path:
        return "api_keys"
    if name == "device_id" and "license" in path:
        return "license_activations"
    if name == "session_id" and "checkout" in path:
        return "checkout_sessions"
    return TABLES.get(name, f"{name[:-3]}s")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("isolation")
    settings = Settings(data=folder, secret_key=SECRET, rate_per_minute=100_000)
    upgrade(settings.url)
    services = Services.start(settings)
    connect(services)
    app = create_app(services)
    app.state.chain_reader = Holder()
    spec, now = app.openapi(), services.clock.now()
    wanted = {table_of(name, path) for path in spec["paths"] for name in NAME.findall(path) if name.endswith("_id")}
    tables = (wanted | set(DPD_TABLES.values())) & set(METADATA.tables)
    with session_scope(services.sessions) as session:
        us, them = make_merchant(session, now, "Us"), make_merchant(session, now, "Them")
        _, old = add_key(session, merchant_id=them.id, name="old", mode="test", now=now, expires_at=now - 1)
        made = [Rows(session, merchant, number) for number, merchant in enumerate((us, them), 1)]
        for rows in made:
            for name in sorted(tables):
                rows.named(name)
    mine, theirs = made[0].rows, made[1].rows
    person, gone = open_user(services, us.store_id, "ann"), open_user(services, them.store_id, "bob")
    with session_scope(services.sessions) as session:
        session.execute(update(UserSession).where(UserSession.id == gone.session_id).values(expires_at=now - 1))
    headers = {
        "HTTPBearer": us.headers | KEY, "HolderToken": person.headers | KEY, "HTTPBasic": ("Us", us.key),
        "CheckoutToken": us.headers | KEY,
    }  # fmt: skip
    with session_scope(services.sessions) as session:
        empty = make_merchant(session, now, "Empty")
    visitor = open_user(services, empty.store_id, "eve")
    nothing = {"HTTPBearer": empty.headers, "HolderToken": visitor.headers, "HTTPBasic": ("Empty", empty.key)}
    bearer = {"Authorization": f"Bearer {old}"}
    expired = {"HTTPBearer": bearer, "HolderToken": gone.headers, "HTTPBasic": ("Them", old), "CheckoutToken": bearer}
    with TestClient(app, raise_server_exceptions=False) as client:
        yield World(client, spec, mine, theirs, headers, nothing, {"stores": {"id": empty.store_id}}, expired)
    services.engine.dispose()


def guard_of(operation):
    """Name of the scheme that protects a call; None if anybody may call it."""
    return next(iter(operation["security"][0])) if operation.get("security") else None


class Smallest:
    """The smallest body that a schema allows; ids are those of somebody's rows."""

    def __init__(self, world, rows, path):
        self.world, self.rows, self.path = world, rows, path

    def of(self, schema, name=""):
        schema = self.resolve(schema)
        for many in ("anyOf", "oneOf"):
            if many in schema:
                return self.of(schema[many][0], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        return getattr(self, f"_{schema.get('type', 'object')}")(schema, name)

    def resolve(self, schema):
        if "$ref" in schema:
            return self.world.spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _object(self, schema, _name):
        return {name: self.of(schema["properties"][name], name) for name in schema.get("required", ())}

    def _string(self, schema, name):
        if name.endswith("_id") and table_of(name, self.path) in self.rows:
            return self.rows[table_of(name, self.path)]["id"]
        known = {"uri": "https://example.org/", "date-time": "2030-01-01T00:00:00Z"}
        if schema.get("format") in known:
            return known[schema["format"]]
        return _text(schema.get("pattern"), schema.get("minLength", 1))

    def _array(self, schema, name):
        return [self.of(schema["items"], name) for _ in range(schema.get("minItems", 0))]

    def _integer(self, schema, _name):
        return max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1)

    _number = _integer

    def _boolean(self, _schema, _name):
        return False

    def _null(self, _schema, _name):
        return None


@cache
def _text(pattern, least):
    texts = st.from_regex(re.compile(pattern), fullmatch=True) if pattern else st.text("a", min_size=least)
    return find(texts, lambda text: len(text) >= least)


def body_of(world, operation, rows, path):
    """The smallest body of a call, and its schema; nothing if it takes none."""
    found = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in found:
        return b"x" if found else None, {}
    schema = found["application/json"]["schema"]
    small = Smallest(world, rows, path)
    return small.of(schema) | CHOICES.get(path, {}), small.resolve(schema)


def with_query(world, operation, path, rows):
    """The path with the smallest query that it demands."""
    small = Smallest(world, rows, path)
    asked = [one for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")]
    return f"{path}?{urlencode({one['name']: small.of(one['schema'], one['name']) for one in asked})}"


def test_call_without_a_key_is_refused(world):
    for method, path, operation in world.operations():
        if guard_of(operation):
            answer = world.call(method, path, {})
            assert answer.status_code == 401, (method, path, answer.text)


def test_call_with_an_old_key_or_session_is_refused(world):
    for method, path, operation in world.operations():
        guard = guard_of(operation)
        if guard:
            answer = world.call(method, path, world.old[guard])
            assert answer.status_code == 401, (method, path, answer.text)


def test_call_with_a_key_of_the_wrong_kind_is_refused(world):
    """A buyer's session opens nothing of the merchant, and a merchant's key nothing of a buyer."""
    for method, path, operation in world.operations():
        guard = guard_of(operation)
        if guard in {"HTTPBearer", "HolderToken"}:
            wrong = world.headers["HolderToken" if guard == "HTTPBearer" else "HTTPBearer"]
            answer = world.call(method, path, wrong)
            assert answer.status_code in {401, 403}, (method, path, answer.text)


def test_things_of_others_are_not_there(world):
    for method, path, operation in world.operations():
        guard = guard_of(operation)
        if guard and NAME.search(path):
            body, _ = body_of(world, operation, world.mine, path)
            asked = with_query(world, operation, path, world.mine)
            answer = world.call(method, asked, world.headers[guard], body)
            assert answer.status_code == 404, (method, path, body, answer.text)


def test_ids_of_others_in_a_body_do_nothing(world):
    """One id after the other is that of somebody else; all others are one's own."""
    for method, path, operation in world.operations():
        guard = guard_of(operation)
        body, schema = body_of(world, operation, world.mine, path)
        if guard not in {"HTTPBearer", "HolderToken"} or not isinstance(body, dict):
            continue
        for name in schema.get("properties", {}):
            if name.endswith("_id") and table_of(name, path) in world.theirs:
                sent = body | {name: world.theirs[table_of(name, path)]["id"]}
                answer = world.call(method, path, world.headers[guard], sent, world.mine)
                assert not answer.is_success, (method, path, sent, answer.text)


def test_lists_of_who_has_nothing_are_empty(world):
    strangers = {row["id"] for rows in (world.mine, world.theirs) for row in rows.values() if "id" in row}
    for method, path, operation in world.operations():
        guard = guard_of(operation)
        if method == "GET" and guard in world.empty and not NAME.search(path):
            answer = world.call(method, with_query(world, operation, path, world.stores), world.empty[guard])
            assert answer.status_code == 200, (path, answer.text)
            assert not [one for one in strangers if one in answer.text], path
