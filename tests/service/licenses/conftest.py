"""The shop of the deliveries."""

from tests.service.fulfillment.conftest import settings, shop  # noqa: F401 - fixtures
from tests.service.orders_api.conftest import told  # noqa: F401 - a fixture
