"""The refusal of products that ask something of their buyers."""

from typing import Any

from passmanager.service.db import Kept
from passmanager.service.http.problems import Forbidden


class RequirementUnmet(Forbidden, Kept):
    """The user lacks what the product asks for; `unmet` says what the page in front does about it.

    Attributes:
        unmet: `requirement`, `product_ids`, `redirect_url` and `callback` each.
    """

    code = "requirement-unmet"

    unmet: tuple[dict[str, Any], ...] = ()

    def document(self, instance: str, request_id: str) -> dict[str, Any]:
        """With what is lacking."""
        return {**super().document(instance, request_id), "unmet": list(self.unmet)}
