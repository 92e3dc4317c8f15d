"""Names of countries, which the seed wants beside their codes."""

from functools import cache


@cache
def country_name(code: str) -> str:
    """In English; empty if there is no such country."""
    if not code:
        return ""
    from babel import Locale  # noqa: PLC0415 - most orders ship nothing

    names: dict[str, str] = Locale("en").territories  # pyright: ignore[reportUnknownMemberType, reportAssignmentType]
    return names.get(code, "")
