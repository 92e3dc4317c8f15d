"""Requests and answers about pools and license keys."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints
from typing_extensions import TypedDict

from passmanager.service.http.shapes import NOT_BLANK, Body, Id, Instant, Moment, Name

KeyStatus = Literal["free", "issued", "suspended", "revoked"]
KeyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000, pattern=NOT_BLANK)]
Fingerprint = Name


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


class DeviceOut(BaseModel):
    """A device that uses a key."""

    id: str
    fingerprint: str
    name: str
    created_at: Moment


class KeyOut(TypedDict):
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
    test: bool
    status: str
    reason: str
    terms: dict[str, Any]
    activation_limit: int | None
    activations: int
    rotations: int
    replaces: str | None
    wants_replacement: bool
    expires_at: Instant | None
    issued_at: Instant | None
    created_at: Instant


class KeyShown(KeyOut):
    """The same with the key and its first 100 devices; `content` is a file in base64."""

    key: str | None
    content: str | None
    devices: list[DeviceOut]


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
    """May the key be used?

    `code` says why not: `unknown`, `suspended`, `revoked`, `expired`, `rotated`, `not-activated`.
    """

    valid: bool
    code: str
    product_id: str | None = None
    activation_limit: int | None = None
    activations: int = 0
    expires_at: Moment | None = None
    test: bool = Field(default=False, description="It came of a test order.")
    stops_at: Moment | None = Field(default=None, description="It was rotated; this text works until then.")


class RotateIn(Body):
    """Another key instead of this one."""

    grace_seconds: int | None = Field(
        default=None,
        ge=0,
        le=2_592_000,
        description="For so long the old one still works; by default as its template says.",
    )
    key: KeyText | None = Field(
        default=None,
        description="The new one; by default it is made, or taken from the pool. Needed for keys of others.",
    )


class FileIn(Body):
    """What a license file is for."""

    fingerprint: Fingerprint | None = Field(default=None, description="The only device; by default all.")
    days: int | None = Field(default=None, ge=1, le=3_650, description="By default as its template says.")


class LicenseClaims(BaseModel):
    """What a license file says. Members are texts, whole numbers, booleans and null only."""

    type: Literal["passmanager.license/1"] = "passmanager.license/1"
    key_id: str = Field(description="Of the signing key.")
    store_id: str
    license_id: str
    product_id: str | None
    purchase_id: str | None
    kind: str
    unit: int | None
    rotation: int = Field(description="How often the license key was rotated when the file was made.")
    test: bool
    fingerprint: str | None = Field(description="The only device that may use it; null if any may.")
    issued_at: Moment
    expires_at: Moment = Field(description="Of the file; ask for a new one before.")
    license_expires_at: Moment | None


class LicenseFile(BaseModel):
    """A license that is verified without the service."""

    payload: LicenseClaims
    signature: str = Field(description="Ed25519 over the canonical JSON of `payload` (RFC 8785), base64url.")


class PublicKey(BaseModel):
    """An Ed25519 key as a JSON Web Key (RFC 8037)."""

    kid: str
    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    alg: Literal["EdDSA"] = "EdDSA"
    use: Literal["sig"] = "sig"
    x: str
    created_at: Moment


class PublicKeys(BaseModel):
    """Keys with which license files of a store are verified: `active` signs new ones, all verify."""

    store_id: str
    active: str
    keys: list[PublicKey]
