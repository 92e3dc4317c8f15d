"""Requests and answers about templates and deliveries."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, HttpUrl, SecretStr, StringConstraints

from passmanager.service.http.shapes import Body, Email, Id, Moment, Name, Text
from passmanager.service.licenses.schemas import KeyOut

Method = Literal["generated", "pool", "shared", "web_service", "information", "manual"]
Deliverable = Literal["key", "activation_code", "serial", "link", "certificate", "qr_code", "acknowledgement"]
DeliveryStatus = Literal["planned", "waiting", "delivered", "failed", "returned"]
WaitsFor = Literal["", "stock", "merchant", "vendor"]
Verb = Literal["new", "cancel", "renew", "suspend", "reactivate"]
Form = Literal["license_request", "parameters"]

FILE_BASE64 = 700_000
Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Long = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=20_000)]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Pem = Annotated[SecretStr, Field(max_length=20_000)]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=4_000)]
FileName = Annotated[str, StringConstraints(pattern=r"^[^\x00/\\]{1,200}$")]


class NoAuth(Body):
    """The web service asks for nothing; calls are signed all the same."""

    type: Literal["none"]


class BasicAuth(Body):
    """Name and password."""

    type: Literal["basic"]
    username: Plain
    password: Secret


class BearerAuth(Body):
    """`Authorization: Bearer`."""

    type: Literal["bearer"]
    token: Secret


class HeaderAuth(Body):
    """A header of your own."""

    type: Literal["header"]
    name: Header
    value: Secret


class OAuthAuth(Body):
    """OAuth 2 client credentials."""

    type: Literal["oauth"]
    token_url: HttpUrl
    client_id: Plain
    client_secret: Secret
    scope: Plain = ""


class MutualTls(Body):
    """A client certificate, as PEM; `authority` is needed if the server's is not of a public one."""

    type: Literal["mtls"]
    certificate: Pem
    private_key: Pem
    authority: Pem | None = None


Auth = Annotated[NoAuth | BasicAuth | BearerAuth | HeaderAuth | OAuthAuth | MutualTls, Field(discriminator="type")]


class Urls(Body):
    """One address for each verb; verbs without one are not called."""

    new: HttpUrl
    cancel: HttpUrl | None = None
    renew: HttpUrl | None = None
    suspend: HttpUrl | None = None
    reactivate: HttpUrl | None = None


class ActivationRate(Body):
    """At most so many activations of a key in so many seconds, beside the limit of devices at the same time."""

    activations: int = Field(ge=1, le=1_000_000)
    per_seconds: int = Field(default=86_400, ge=60, le=31_536_000)


class Terms(Body):
    """What a template says besides its name; which of it is allowed depends on the method."""

    pattern: Plain | None = Field(default=None, description="Of generated keys: each X becomes a random character.")
    prefix: Plain | None = None
    pool_id: Id | None = None
    shared_key: Annotated[SecretStr, Field(min_length=1, max_length=1_000)] | None = None
    urls: Urls | None = None
    form: Form | None = Field(default=None, description="JSON `license_request` (the default), or form `parameters`.")
    names: dict[Plain, Plain] | None = Field(default=None, max_length=50, description="Your names of our fields.")
    answer: Plain | None = Field(default=None, description="Where the answer has the key, such as `data.code`.")
    auth: Auth | None = None
    signing_secret: Annotated[SecretStr, Field(max_length=100)] | None = None
    subject: Text | None = None
    text: Long | None = None
    activation_limit: int | None = Field(default=None, ge=1, le=1_000_000)
    valid_days: int | None = Field(default=None, ge=1, le=36_500)
    activation_rate: ActivationRate | None = None
    keys_on_transfer: Literal["rotate", "reissue", "revoke", "keep"] | None = Field(
        default=None,
        description="When the pass moves to another holder. Generated keys: `rotate` (the default: the old holder's "
        "copy stops), `revoke`, `keep`. Of a pool: `keep` (the default), `reissue` another one, `revoke`. "
        "Of a web service or by hand: `keep`, `revoke`. Shared: `keep`.",
    )
    devices_on_transfer: Literal["release", "keep"] | None = Field(
        default=None, description="`release`, the default: the devices of the old holder are forgotten."
    )
    holder_may_rotate: bool | None = Field(
        default=None, description="May the holder replace a key? By default yes if it is generated."
    )
    rotation_grace: int | None = Field(
        default=None, ge=0, le=2_592_000, description="Seconds for which a rotated key still works; by default 0."
    )
    offline_days: int | None = Field(default=None, ge=1, le=3_650, description="Of license files; by default 30.")


class TemplateIn(Terms):
    """A new way to deliver."""

    store_id: Id
    name: Name
    method: Method
    deliverable: Deliverable = "key"
    give_up_after: int | None = Field(
        default=None, ge=60, le=31_536_000, description="Seconds; then the line is canceled and paid back."
    )


class TemplatePatch(Terms):
    """What changes of a template, for later orders."""

    name: Name | None = None
    deliverable: Deliverable | None = None
    give_up_after: int | None = Field(default=None, ge=60, le=31_536_000)


class TemplateOut(BaseModel):
    """A way to deliver. Secrets are never shown."""

    id: str
    store_id: str
    name: str
    method: str
    deliverable: str
    config: dict[str, Any]
    has_secret: bool
    give_up_after: int | None
    archived: bool
    created_at: Moment
    updated_at: Moment


class FulfillmentOut(BaseModel):
    """The delivery of a line."""

    id: str
    store_id: str
    order_id: str
    order_item_id: str
    template_id: str | None
    method: str
    deliverable: str
    status: str
    waits_for: str
    problem: str
    units: int
    delivered: int
    vendor_id: str
    give_up_at: Moment | None
    started_at: Moment | None
    created_at: Moment
    updated_at: Moment


class AttemptOut(BaseModel):
    """One call of the merchant's web service."""

    verb: str
    unit: int
    attempt: int
    status: int | None
    problem: str
    answer: str
    at: Moment


class FulfillmentShown(FulfillmentOut):
    """The same with what was tried and what was delivered."""

    attempts: list[AttemptOut]
    keys: list[KeyOut]


class LicenseIn(Body):
    """What is delivered by hand for the next unit: a text, or a file in base64."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")] | None = None
    file_name: FileName | None = None
    content: Annotated[str, StringConstraints(max_length=FILE_BASE64)] | None = None


class ReactivateIn(Body):
    """Mail again, counters to 0; `refulfill` delivers units that are missing."""

    customer_email: Email | Literal[""] = Field(default="", description="Another address for this mail only.")
    refulfill: bool = False


class ReactivatedOut(BaseModel):
    """It was done."""

    purchase_id: str
    order_id: str
    status: Literal["OK"] = "OK"
