"""The commerce service: from a purchase on the chain to an order, its delivery and the merchant's systems.

Needs the extra `[service]`. One folder per domain; `app.py` and `worker.py` only wire them together.
"""

import sys
from importlib import import_module

# structlog loads what rich has for tracebacks, and pygments with it, for a console that nobody looks at here
_WITHOUT = "rich.traceback"
if "structlog" not in sys.modules and _WITHOUT not in sys.modules:
    sys.modules[_WITHOUT] = None  # type: ignore[assignment] - Python's way to say that a module cannot be imported
    try:
        import_module("structlog")  # now, while that is so
    except ModuleNotFoundError as problem:
        if problem.name != "structlog":
            raise
    finally:
        del sys.modules[_WITHOUT]
