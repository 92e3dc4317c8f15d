"""Bodies of requests and answers about actions."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from passmanager.service.actions.configs import MOST, Config, Url
from passmanager.service.actions.forms import FormField
from passmanager.service.catalog.binding_api import Signature, SignedText
from passmanager.service.http.shapes import Body, Id, Moment, Name, Wallet

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Rearm = Literal["off", "email", "wallet", "any"]
Most = Annotated[int, Field(ge=1, le=MOST)]
Person = Annotated[str, StringConstraints(pattern=r"^(cus_[0-9a-z]{26}|0x[0-9a-fA-F]{40})$")]


class Terms(Body):
    """How often an action may be used, and how it is armed again."""

    max_executions: Most | None = Field(default=None, description="No limit if null.")
    rearm: Rearm = Field(default="off", description="Who has used it up may begin again with this proof.")
    max_rearms: Most | None = None


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
    max_rearms: Most | None = None


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
