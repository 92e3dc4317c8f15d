"""What a purchase keeps of a product's files: the terms of that moment, and the version that was current.

It costs a chain order nothing: the terms lie in the row of the product, and their copy in that of the purchase.
"""

from collections.abc import Mapping
from typing import Any

from passmanager.service.clock import DAY

FILES = "files"
"""Name of the copy in the details of a purchase."""


def kept_terms(files: Mapping[str, Any], at: int) -> dict[str, Any]:
    """The copy, for the details of a purchase that is made at a time; nothing for a product that has no terms.

    Args:
        files: Column of the product: `terms`, and `releases` as (released at, version), the highest version first.
        at: Milliseconds.
    """
    terms: Mapping[str, Any] | None = files.get("terms")
    if terms is None:
        return {}
    updates = dict(terms["updates"])
    if "days" in updates:
        updates["until"] = at + updates.pop("days") * DAY
    return {FILES: {**terms, "updates": updates, "version": current(files, at)}}


def current(files: Mapping[str, Any], at: int) -> str | None:
    """The version that is sold at a time; None before the first one."""
    return next((version for released_at, version in files.get("releases", ()) if released_at <= at), None)
