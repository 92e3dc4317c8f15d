"""Bodies of requests and answers about actions."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from passmanager.service.actions.forms import FormField
from passmanager.service.catalog.binding_api import Signature, SignedText
from passmanager.service.http.shapes import Body, Email, Id, Moment, Name, Text, Wallet

LONGEST_PAYLOAD = 16_000
MOST_EXECUTIONS = 1_000_000
MOST_FIELDS = 50
PLACES = frozenset({"purchase_id", "product_id", "customer_id", "user_id"})
_PLACE = re.compile(r"\{([^{}]*)\}")

Kind = Literal["link", "callback", "download", "webhook", "email", "zapier", "form", "key"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x20]+$")]
Rearm = Literal["off", "email", "wallet", "any"]
Most = Annotated[int, Field(ge=1, le=MOST_EXECUTIONS)]
Person = Annotated[str, StringConstraints(pattern=r"^(cus_[0-9a-z]{26}|0x[0-9a-fA-F]{40})$")]


def _places(value: str) -> str:
    unknown = set(_PLACE.findall(value)) - PLACES
    if unknown:
        raise ValueError(f"{{{min(unknown)}}} is not known; there are {', '.join(sorted(PLACES))}")
    if re.match(r"https?://[^/?#{}]+", value) is None:
        raise ValueError("a link begins with https:// or http:// and a host")
    return value


def _small(value: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(value)
    if len(text) > LONGEST_PAYLOAD:
        raise ValueError(f"{len(text)} characters of JSON; at most {LONGEST_PAYLOAD}")
    if "\\u0000" in text:
        raise ValueError("a text has no NUL character")
    return value


Payload = Annotated[dict[str, Any], AfterValidator(_small)]


class LinkConfig(Body):
    """Sends the user to an address, in which `{purchase_id}` and the like are filled in."""

    type: Literal["link"]
    url: Annotated[Url, AfterValidator(_places)]


class CallbackConfig(Body):
    """Answers the page that embeds the shop with `{type, name, payload}`; nobody else is called."""

    type: Literal["callback"]
    name: Name
    payload: Payload = Field(default_factory=dict)


class DownloadConfig(Body):
    """Gives a link to a file of the product; without `file_id` to the newest one that the purchase may use."""

    type: Literal["download"]
    file_id: Id | None = None


class WebhookConfig(Body):
    """Sends `action.executed` to this address, signed like every webhook."""

    type: Literal["webhook"]
    url: Url


class EmailConfig(Body):
    """Sends a mail to the merchant; without `to` to the store's contact."""

    type: Literal["email"]
    to: Email | None = None
    subject: Text = ""
    text: Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")] = ""


class ZapierConfig(Body):
    """Sends flat JSON to the hooks that are subscribed: `POST /v1/actions/{id}/hooks`."""

    type: Literal["zapier"]


class FormConfig(Body):
    """Asks questions and keeps the answers."""

    type: Literal["form"]
    fields: list[FormField] = Field(min_length=1, max_length=MOST_FIELDS)

    @model_validator(mode="after")
    def _once(self) -> "FormConfig":
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields have the same name")
        return self


class KeyConfig(Body):
    """Makes a license key; in `pattern` each X is a letter or digit."""

    type: Literal["key"]
    pattern: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,100}$")] | None = None
    prefix: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{0,20}$")] = ""
    activation_limit: int | None = Field(default=None, ge=1, le=MOST_EXECUTIONS)
    valid_days: int | None = Field(default=None, ge=1, le=36_500)


Config = Annotated[
    LinkConfig | CallbackConfig | DownloadConfig | WebhookConfig | EmailConfig | ZapierConfig | FormConfig | KeyConfig,
    Field(discriminator="type"),
]


class Terms(Body):
    """How often an action may be used, and how it is armed again."""

    max_executions: Most | None = Field(default=None, description="No limit if null.")
    rearm: Rearm = Field(default="off", description="Who has used it up may begin again with this proof.")
    max_rearms: Annotated[int, Field(ge=1, le=MOST_EXECUTIONS)] | None = None


class ActionIn(Terms):
    """A new action of one product, or of all products of a type."""

    product_id: Id | None = None
    product_type_id: Id | None = None
    key: Key
    name: Name
    config: Config
    limit_per: Literal["user", "purchase"] = "user"

    @model_validator(mode="after")
    def _bound_once(self) -> "ActionIn":
        if (self.product_id is None) == (self.product_type_id is None):
            raise ValueError("give either product_id or product_type_id")
        return self


class ActionPatch(Body):
    """Changes of an action; what is left out stays. The type of `config` cannot be changed."""

    name: Name | None = None
    config: Config | None = None
    max_executions: Most | None = None
    rearm: Rearm | None = None
    max_rearms: Annotated[int, Field(ge=1, le=MOST_EXECUTIONS)] | None = None


class ActionOut(BaseModel):
    """An action. `webhook_endpoint_id` is where the messages of a webhook action are seen, held and rotated."""

    id: str
    store_id: str
    product_id: str | None
    product_type_id: str | None
    key: str
    name: str
    type: str
    config: Config
    max_executions: int | None
    limit_per: str
    rearm: str
    max_rearms: int | None
    webhook_endpoint_id: str | None
    archived: bool
    created_at: Moment
    updated_at: Moment


class ActionMade(ActionOut):
    """A new action; of a webhook action with the secret of its signatures, shown this once."""

    webhook_secret: str | None = None


class UseOut(BaseModel):
    """How often it was used since the last reset; by whom, if the limit is per user."""

    person: str | None
    count: int
    rearms: int


class PurchaseAction(BaseModel):
    """An action of a purchase, for the merchant's team."""

    id: str
    key: str
    name: str
    type: str
    limit_per: str
    max_executions: int | None = Field(description="For this purchase: its own limit, or the action's.")
    own_limit: int | None
    rearm: str
    uses: list[UseOut]
    executions: int
    usable: bool
    problem: str


class PurchaseActionWhole(PurchaseAction):
    """The same for keys with the scope `actions:write`."""

    config: Config


class PurchaseActions(BaseModel):
    """All actions of a purchase."""

    data: list[PurchaseActionWhole | PurchaseAction]


class ResetIn(Body):
    """Whose count begins at 0 again; everybody's if nothing is said."""

    person: Person | None = None


class LimitIn(Body):
    """A limit for one purchase; null for the action's again."""

    max_executions: Most | None


class ActionOfMine(BaseModel):
    """An action, for who has the purchase."""

    key: str
    name: str
    type: str
    fields: list[FormField] | None = Field(description="Questions of a form.")
    executions: int
    max_executions: int | None
    remaining: int | None
    rearm: str
    usable: bool
    problem: str = Field(description="Code of why it cannot be used now.")


class ActionsOfMine(BaseModel):
    """All actions of a purchase."""

    data: list[ActionOfMine]


class ExecuteIn(Body):
    """Answers to the questions of a form; nothing for other actions."""

    answers: dict[str, Any] | None = None


class LinkResult(BaseModel):
    """Where to go."""

    type: Literal["link"] = "link"
    url: str


class CallbackResult(BaseModel):
    """For the page that embeds the shop."""

    type: Literal["callback"] = "callback"
    name: str
    payload: dict[str, Any]


class DownloadResult(BaseModel):
    """A link that is good for a short time, for who got it."""

    type: Literal["download"] = "download"
    url: str
    file_name: str
    expires_at: Moment


class FormResult(BaseModel):
    """The answers are kept."""

    type: Literal["form"] = "form"
    answers_id: str


class KeyResult(BaseModel):
    """A license key; empty once it is revoked."""

    type: Literal["key"] = "key"
    license_key_id: str
    key: str


class SentResult(BaseModel):
    """The merchant is told."""

    type: Literal["webhook", "email", "zapier"]


Result = Annotated[
    LinkResult | CallbackResult | DownloadResult | FormResult | KeyResult | SentResult, Field(discriminator="type")
]


class ExecutionOfMine(BaseModel):
    """What came of using an action."""

    id: str
    purchase_id: str
    key: str
    number: int
    trigger: str
    status: str
    result: Result | None
    created_at: Moment


class ExecutionOut(BaseModel):
    """One use of an action, without what only the holder may see."""

    id: str
    store_id: str
    purchase_id: str
    action_id: str
    number: int
    trigger: str
    person: str
    status: str
    problem: str
    result: dict[str, Any]
    license_key_id: str | None
    created_at: Moment


class FormAnswerOut(BaseModel):
    """A form that somebody filled in."""

    id: str
    store_id: str
    action_id: str
    purchase_id: str
    customer_id: str | None
    wallet: str
    answers: dict[str, Any]
    created_at: Moment


class HookIn(Body):
    """Where to send what happens: the `targetUrl` of a Zap."""

    target_url: Url


class HookOut(BaseModel):
    """A subscribed hook."""

    id: str
    target_url: str
    status: str
    created_at: Moment


class HookList(BaseModel):
    """All of an action."""

    data: list[HookOut]


class RearmCodeIn(Body):
    """The code of a mail."""

    code: Annotated[str, StringConstraints(pattern=r"^ *[0-9]{6} *$")]


class RearmSignedIn(Body):
    """The message, and its signature."""

    message: SignedText
    signature: Signature


class WalletIn(Body):
    """Which wallet is going to sign."""

    address: Wallet


class RearmMessage(BaseModel):
    """The text to sign with `personal_sign`, as it is."""

    message: str
    expires_at: Moment


class RearmCodeSent(BaseModel):
    """To which address, as far as its owner recognizes it."""

    sent_to: str
