"""Forms of names and addresses by which they are found."""

import unicodedata


def search_key(text: str) -> str:
    """Compatible for all writings of the same letters, and for both cases."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
