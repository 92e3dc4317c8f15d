"""The HTTP interface: says which module answers which paths, nothing else."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from passmanager import __version__
from passmanager.service.accounts.buying import order_for_user
from passmanager.service.faces import dpd_ports
from passmanager.service.http.bodies import STREAM, Bodies
from passmanager.service.http.handlers import add_handlers
from passmanager.service.http.lazy_routes import add_lazy_routes
from passmanager.service.http.openapi import describe_problems
from passmanager.service.licenses.uploads import MOST_BYTES
from passmanager.service.services import Services
from passmanager.service.wiring import find_order

OTHER_BODIES = {
    r"/v1/key-pools/[^/]+/keys": MOST_BYTES,
    r"/v1/products/[^/]+/files": STREAM,
}
"""Largest bodies of uploads, by path."""

PAGE_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PAGE_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Range")
PAGE_READS = ("Content-Disposition", "Content-Range", "Retry-After", "X-Request-Id")
"""What scripts of web pages may send and read, besides what browsers always allow."""

ROUTES = {
    "health": ("/healthz", "/readyz", "/metrics"),
    "engine.api": ("/test/clock",),
    "catalog.api": ("/v1/stores", "/v1/currencies", "/v1/product-types", "/v1/products"),
    "catalog.binding_api": ("/v1/organizations",),
    "orders.api": ("/v1/orders", "/v1/discounts", "/v1/block-rules"),
    "licenses.files_api": ("/v1/license-keys", "/v1/stores"),
    "licenses.api": ("/v1/key-pools", "/v1/license-keys"),
    "fulfillment.api": ("/v1/fulfillment-templates", "/v1/fulfillments", "/v1/orders", "/v1/purchases"),
    "fulfillment.inbound_api": ("/v1/inbound-mail",),
    "webhooks.api": ("/jwks.json", "/v1/webhook-endpoints", "/v1/events", "/v1/webhook-deliveries"),
    "mail.api": ("/v1/mails",),
    "buyers.customers_api": ("/v1/customers",),
    "buyers.keys_api": ("/v1/api-keys",),
    "buyers.rights_api": ("/v1/purchases",),
    "buyers.me_api": ("/v1/auth", "/v1/me"),
    "buyers.my_keys_api": ("/v1/me/purchases",),
    "accounts.sessions_api": ("/v1/sessions", "/v1/me"),
    "accounts.gating_api": ("/v1/requirements", "/v1/blocked-attempts"),
    "accounts.members_api": ("/v1/accounts",),
    "accounts.my_accounts_api": ("/v1/me/accounts", "/v1/me/invitations"),
    "accounts.seats_api": ("/v1/purchases", "/v1/me"),
    "refunds.api": ("/v1/refund-requests", "/v1/refunds"),
    "refunds.buyers_api": ("/v1/me/refund-requests",),
    "files.api": ("/v1/products", "/v1/downloads", "/v1/purchases"),
    "files.me_api": ("/v1/me/purchases",),
    "files.public_api": ("/d",),
    "actions.api": ("/v1/actions", "/v1/purchases", "/v1/action-executions"),
    "actions.holder_api": ("/v1/me/purchases",),
    "checkout.links_api": ("/v1/checkout-links",),
    "checkout.sessions_api": ("/v1/checkout-sessions", "/v1/me"),
    "checkout.public_api": ("/c",),
    "compat.dpd.api": ("/compat/dpd/v2",),
}
"""What the paths of each module begin with; a module is loaded when the first request for it comes."""


def create_app(services: Services) -> FastAPI:
    """The application over the parts of one process."""
    app = FastAPI(title="passmanager", version=__version__, docs_url=None, redoc_url=None)
    app.state.services = services
    app.state.find_order = find_order
    app.state.for_user = order_for_user
    app.state.dpd = dpd_ports(services)
    limits = services.settings
    app.add_middleware(Bodies, most=limits.body_bytes, seconds=limits.body_seconds, others=OTHER_BODIES)
    add_handlers(app)
    describe_problems(app)
    if limits.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=limits.cors_origins, allow_methods=PAGE_METHODS,
            allow_headers=PAGE_HEADERS, expose_headers=PAGE_READS,
        )  # fmt: skip
    add_lazy_routes(app, {f"passmanager.service.{module}": starts for module, starts in ROUTES.items()})
    return app
