"""passmanager: sell products and subscriptions as passes on the EVM."""

__version__ = "0.1.0"
