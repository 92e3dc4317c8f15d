"""The commerce service: from a purchase on the chain to an order, its delivery and the merchant's systems.

Needs the extra `[service]`. One folder per domain; `app.py` and `worker.py` only wire them together.
"""
