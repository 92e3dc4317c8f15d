"""All tables, imported in one place: Alembic and the tests need to know them."""

from passmanager.service import clock
from passmanager.service.accounts import gating_models as gating
from passmanager.service.accounts import models as accounts
from passmanager.service.accounts import sharing_models as sharing
from passmanager.service.actions import models as actions
from passmanager.service.catalog import models as catalog
from passmanager.service.chain import models as chain
from passmanager.service.checkout import models as checkout
from passmanager.service.customers import models as customers
from passmanager.service.db import Base
from passmanager.service.engine import jobs
from passmanager.service.files import models as files
from passmanager.service.fulfillment import models as fulfillment
from passmanager.service.http import models as http
from passmanager.service.licenses import models as licenses
from passmanager.service.mail import models as mail
from passmanager.service.orders import models as orders
from passmanager.service.refunds import models as refunds
from passmanager.service.webhooks import models as webhooks

__all__ = ["METADATA", "MODULES"]

MODULES = (
    clock,
    accounts,
    gating,
    sharing,
    actions,
    catalog,
    chain,
    checkout,
    customers,
    jobs,
    files,
    fulfillment,
    http,
    licenses,
    mail,
    orders,
    refunds,
    webhooks,
)
METADATA = Base.metadata
