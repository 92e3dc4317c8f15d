"""`ape.reverts`, made strict."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ape
from ape.exceptions import CustomError


@contextmanager
def refused(error: type[CustomError], **inputs: Any) -> Iterator[None]:
    """The block's call reverts with exactly this error: `refused(manager.ZeroAmount)`.

    Ape's own check lets pass what it cannot decode, and inputs that the error does not have.
    """
    with ape.reverts(error, **inputs) as found:
        yield
    assert isinstance(found.value, CustomError), found.value
    assert type(found.value).__name__ == error.__name__
    assert found.value.inputs == inputs
