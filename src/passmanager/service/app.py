"""The HTTP interface: wires the domains' routers together, nothing else."""

from fastapi import FastAPI

from passmanager import __version__
from passmanager.service.accounts.buying import order_for_user
from passmanager.service.accounts.gating_api import router as requirements
from passmanager.service.accounts.members_api import router as accounts
from passmanager.service.accounts.my_accounts_api import router as my_accounts
from passmanager.service.accounts.seats_api import router as seats
from passmanager.service.accounts.sessions_api import router as sessions
from passmanager.service.actions.api import router as actions
from passmanager.service.actions.holder_api import router as actions_of_mine
from passmanager.service.buyers.customers_api import router as customers
from passmanager.service.buyers.keys_api import router as api_keys
from passmanager.service.buyers.me_api import router as buyers
from passmanager.service.buyers.my_keys_api import router as my_keys
from passmanager.service.buyers.rights_api import router as purchases
from passmanager.service.catalog.api import router as catalog
from passmanager.service.catalog.binding_api import router as organizations
from passmanager.service.checkout.links_api import router as checkout_links
from passmanager.service.checkout.public_api import router as public_links
from passmanager.service.checkout.sessions_api import router as checkout_sessions
from passmanager.service.compat.dpd.api import router as dpd
from passmanager.service.engine.api import router as test_clock
from passmanager.service.faces import dpd_ports
from passmanager.service.files.api import router as files
from passmanager.service.files.me_api import router as files_of_mine
from passmanager.service.files.public_api import router as downloads
from passmanager.service.fulfillment.api import router as fulfillment
from passmanager.service.fulfillment.inbound_api import router as inbound_mail
from passmanager.service.health import router as health
from passmanager.service.http.bodies import STREAM, Bodies
from passmanager.service.http.handlers import add_handlers
from passmanager.service.http.openapi import describe_problems
from passmanager.service.http.operations import operation_id
from passmanager.service.licenses.api import router as licenses
from passmanager.service.licenses.files_api import router as license_files
from passmanager.service.licenses.uploads import MOST_BYTES
from passmanager.service.mail.api import router as mails
from passmanager.service.orders.api import router as orders
from passmanager.service.refunds.api import router as refunds
from passmanager.service.refunds.buyers_api import router as refund_requests
from passmanager.service.services import Services
from passmanager.service.webhooks.api import router as webhooks
from passmanager.service.wiring import find_order

OTHER_BODIES = {
    r"/v1/key-pools/[^/]+/keys": MOST_BYTES,
    r"/v1/products/[^/]+/files": STREAM,
}
"""Largest bodies of uploads, by path."""


def create_app(services: Services) -> FastAPI:
    """The application over the parts of one process."""
    app = FastAPI(
        title="passmanager",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.services = services
    app.state.find_order = find_order
    app.state.for_user = order_for_user
    app.state.dpd = dpd_ports(services)
    limits = services.settings
    app.add_middleware(Bodies, most=limits.body_bytes, seconds=limits.body_seconds, others=OTHER_BODIES)
    add_handlers(app)
    describe_problems(app)
    app.include_router(health)
    app.include_router(test_clock)
    app.include_router(catalog)
    app.include_router(organizations)
    app.include_router(orders)
    app.include_router(license_files)
    app.include_router(licenses)
    app.include_router(fulfillment)
    app.include_router(inbound_mail)
    app.include_router(webhooks)
    app.include_router(mails)
    app.include_router(customers)
    app.include_router(api_keys)
    app.include_router(purchases)
    app.include_router(buyers)
    app.include_router(my_keys)
    app.include_router(sessions)
    app.include_router(requirements)
    app.include_router(accounts)
    app.include_router(my_accounts)
    app.include_router(seats)
    app.include_router(refunds)
    app.include_router(refund_requests)
    app.include_router(files)
    app.include_router(files_of_mine)
    app.include_router(downloads)
    app.include_router(actions)
    app.include_router(actions_of_mine)
    app.include_router(checkout_links)
    app.include_router(checkout_sessions)
    app.include_router(public_links)
    app.include_router(dpd)
    return app
