"""What each kind of action is made of."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from passmanager.service.actions.forms import FormField
from passmanager.service.http.shapes import Body, Email, Id, Name, Text

LONGEST_PAYLOAD = 16_000
MOST = 1_000_000
MOST_FIELDS = 50
PLACES = frozenset({"purchase_id", "product_id", "customer_id", "user_id"})
_PLACE = re.compile(r"\{([^{}]*)\}")

Kind = Literal["link", "callback", "download", "webhook", "email", "zapier", "form", "key"]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x20]+$")]


def _places(value: str) -> str:
    unknown = set(_PLACE.findall(value)) - PLACES
    if unknown:
        raise ValueError(f"{{{min(unknown)}}} is not known; there are {', '.join(sorted(PLACES))}")
    if re.match(r"https?://[^/?#{}]+", value) is None:
        raise ValueError("a link begins with https:// or http:// and a host")
    return value


def _small(value: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(value, allow_nan=False)
    json.dumps(value, ensure_ascii=False).encode()  # half a character is refused
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
    activation_limit: int | None = Field(default=None, ge=1, le=MOST)
    valid_days: int | None = Field(default=None, ge=1, le=36_500)


Config = Annotated[
    LinkConfig | CallbackConfig | DownloadConfig | WebhookConfig | EmailConfig | ZapierConfig | FormConfig | KeyConfig,
    Field(discriminator="type"),
]
