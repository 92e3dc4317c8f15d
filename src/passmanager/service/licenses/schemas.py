"""Requests and answers about pools and license keys."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from passmanager.service.http.shapes import Body, Id, Moment, Name

KeyStatus = Literal["free", "issued", "suspended", "revoked"]
KeyText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000, pattern=r"^[^\x00]*$")
]
Fingerprint = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]


class PoolIn(Body):
    """A new pool of keys."""

    store_id: Id
    name: Name
    low_at: int = Field(default=0, ge=0, le=10_000, description="You are told when so few are left; 0: when none is.")


class PoolPatch(Body):
    """What changes of a pool."""

    name: Name | None = None
    low_at: int | None = Field(default=None, ge=0, le=10_000)


class PoolStats(BaseModel):
    """How many keys a pool has."""

    free: int
    issued: int
    suspended: int
    revoked: int


class PoolOut(BaseModel):
    """A pool of keys."""

    id: str
    store_id: str
    name: str
    low_at: int
    stats: PoolStats
    created_at: Moment


class RowResult(BaseModel):
    """What became of one key of an upload."""

    row: int
    result: Literal["added", "duplicate", "refused"]
    hint: str = ""
    detail: str = ""


class UploadOut(BaseModel):
    """What became of an upload."""

    added: int
    duplicates: int
    refused: int
    rows: list[RowResult]


class ActivationOut(BaseModel):
    """A device that uses a key."""

    fingerprint: str
    name: str
    created_at: Moment


class KeyOut(BaseModel):
    """A license key as the merchant sees it; the key itself only on `GET /v1/license-keys/{id}`."""

    id: str
    store_id: str
    pool_id: str | None
    order_id: str | None
    order_item_id: str | None
    product_id: str | None
    purchase_id: str | None
    unit: int | None
    kind: str
    hint: str
    file_name: str
    shared: bool
    status: str
    activation_limit: int | None
    activations: int
    expires_at: Moment | None
    issued_at: Moment | None
    created_at: Moment


class KeyShown(KeyOut):
    """The same with the key and its devices; `content` is a file in base64."""

    key: str | None
    content: str | None
    devices: list[ActivationOut]


class KeyQuestion(Body):
    """A key that somebody has, and what it is to be of."""

    store_id: Id
    key: KeyText
    product_id: Id | None = None
    fingerprint: Fingerprint | None = Field(default=None, description="Is the key in use on this device?")


class DeviceIn(Body):
    """A device that is to use a key, or not any more."""

    store_id: Id
    key: KeyText
    product_id: Id | None = None
    fingerprint: Fingerprint
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""


class KeyAnswer(BaseModel):
    """May the key be used? `code` says why not: `unknown`, `suspended`, `revoked`, `expired`, `not-activated`."""

    valid: bool
    code: str
    product_id: str | None = None
    activation_limit: int | None = None
    activations: int = 0
    expires_at: Moment | None = None
