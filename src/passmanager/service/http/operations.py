"""Names of operations in OpenAPI, which typed clients take for their methods: `orders-place`, `key_pools-list`."""

from fastapi.routing import APIRoute
from fastapi.utils import generate_unique_id

PREFIX = "/v1/"
ME = "me"
READS = {"read": "get", "show": "get"}


def operation_id(route: APIRoute) -> str:
    """The first word of the path and the endpoint's name without the words that repeat it.

    Routes outside `/v1` are faces of other systems, or for machines: they keep the names of the framework.
    """
    if not route.path_format.startswith(PREFIX):
        return generate_unique_id(route)
    parts = [part.replace("-", "_") for part in route.path_format.removeprefix(PREFIX).split("/")]
    group = parts[0]
    if group == ME and route.methods == {"GET"} and len(parts) == 2:  # noqa: PLR2004 - a list of one's own
        return "-".join(parts)  # what somebody has: `me-purchases`
    said = {form for word in group.split("_") for form in (word, _singular(word))}
    words = [word for word in route.name.strip("_").split("_") if word not in said] or [route.name]
    name = "_".join(words)
    return f"{group}-{READS.get(name, name)}"


def _singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")
