"""Names of the ABI in Python, by one rule, and back."""

import builtins
import keyword
import re

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TAKEN = frozenset(keyword.kwlist) | (frozenset(dir(builtins)) - {"id"})


def snake_case(name: str) -> str:
    """`productPassId` -> `product_pass_id`; a name that Python has taken gets an underscore."""
    snake = _BOUNDARY.sub("_", name.strip("_")).lower()
    return f"{snake}_" if snake in _TAKEN else snake


def camel_case(name: str) -> str:
    """`product_pass_id` -> `productPassId`."""
    first, *rest = name.strip("_").split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
