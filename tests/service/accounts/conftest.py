"""A mail server that keeps codes, and the merchant's program."""

from tests.service.mail.conftest import box, do_work, facts, smtp_url

__all__ = ["box", "do_work", "facts", "smtp_url"]
