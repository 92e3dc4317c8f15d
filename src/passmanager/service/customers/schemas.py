"""Requests and answers about customers."""

from pydantic import BaseModel

from passmanager.service.http.shapes import Body, Email, Moment, Text


class CustomerPatch(Body):
    """What changes of a customer; orders that are there keep what they had."""

    email: Email | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    receives_email: bool | None = None


class CustomerOut(BaseModel):
    """A buyer of one store."""

    id: str
    number: int
    store_id: str
    external_id: str | None
    email: str
    first_name: str
    last_name: str
    receives_email: bool
    wallets: list[str]
    created_at: Moment
    updated_at: Moment
