"""Shapes of requests and answers about files, versions, downloads and devices."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from passmanager.service.files.terms import Challenge, Updates
from passmanager.service.http.shapes import NOT_BLANK, Body, Future, Moment, Text

LONGEST_SECONDS = 100 * 366 * 86_400
VersionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=NOT_BLANK)]


class UpdatesRule(Body):
    """Which versions a purchase gives, seen from the one that was current when it was made."""

    kind: Updates = Field(
        default="all",
        description="`this` version only; the same `minor` or `major` number; what comes out `until` a time; `all`.",
    )
    days: int | None = Field(default=None, ge=1, le=36_500, description="For `until`: so long after each purchase.")
    date: Future | None = Field(default=None, description="For `until`: the same time for all purchases.")

    @model_validator(mode="after")
    def _an_end_where_it_belongs(self) -> Self:
        given = [value for value in (self.days, self.date) if value is not None]
        if len(given) != (1 if self.kind == "until" else 0):
            raise ValueError("`until` needs days or date, and the others have neither")
        return self


class DeviceRule(Body):
    """Only devices that are known may download; they do so without limit."""

    limit: int = Field(default=3, ge=1, le=100, description="Devices that each holder may have.")
    challenge: Challenge = Field(
        default="any", description="How a new one is confirmed: a code by `email`, a `wallet` that signs in, or `any`."
    )


class PolicyIn(Body):
    """Terms of downloads for later purchases; each purchase keeps those of its moment."""

    updates: UpdatesRule = UpdatesRule()
    limit: int = Field(default=0, ge=0, le=1_000_000, description="Downloads of each file; 0 for no limit.")
    seconds: int | None = Field(
        default=None, ge=60, le=LONGEST_SECONDS, description="How long after the purchase; null for ever."
    )
    devices: DeviceRule | None = None


class UpdatesShown(BaseModel):
    """Which versions a purchase gives."""

    kind: Updates = "all"
    days: int | None = None
    until: Moment | None = None


class Policy(BaseModel):
    """Terms of downloads."""

    updates: UpdatesShown = UpdatesShown()
    limit: int = 0
    seconds: int | None = None
    devices: DeviceRule | None = None


class VersionIn(Body):
    """A new version; without `released_at` it is a draft."""

    version: VersionText
    notes: Text = ""
    released_at: Future | None = None


class VersionPatch(Body):
    """What may change of a version."""

    notes: Text


class PublishIn(Body):
    """When it comes out; now if null."""

    released_at: Future | None = None


class FileOut(BaseModel):
    """A file."""

    id: str
    product_id: str
    version_id: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: Moment


class VersionOut(BaseModel):
    """A version of a product."""

    id: str
    product_id: str
    version: str
    notes: str
    status: Literal["draft", "scheduled", "released"]
    released_at: Moment | None
    files: list[FileOut]
    created_at: Moment
    updated_at: Moment


class DownloadOut(BaseModel):
    """A download that began."""

    id: str
    store_id: str
    purchase_id: str
    file_id: str
    device_id: str | None
    person: str = Field(description="Id of the customer, or the wallet of somebody who is none.")
    started_at: Moment
    completed_at: Moment | None


class DownloadDeviceOut(BaseModel):
    """A browser that may download."""

    id: str
    purchase_id: str
    person: str
    name: str
    created_at: Moment


class DevicesOut(BaseModel):
    """All of a purchase."""

    data: list[DownloadDeviceOut]


class FileOfMine(BaseModel):
    """A file that a purchase gives."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    version: str | None
    released_at: Moment | None
    download_count: int
    downloads_left: int | None = Field(description="Null if there is no limit.")


class FilesOfMine(BaseModel):
    """What a purchase gives to download, the newest version first."""

    purchase_id: str
    version: str | None = Field(description="The version that was current at purchase.")
    updates: str = Field(description="Which versions the purchase gives.")
    download_limit: int
    expires_at: Moment | None
    devices: DeviceRule | None
    data: list[FileOfMine]


class DownloadLinkOut(BaseModel):
    """A link that works until it expires, for who holds the purchase."""

    url: str
    file_id: str
    name: str
    size: int
    sha256: str
    version: str | None
    downloads_left: int | None
    expires_at: Moment


class DeviceCodeSent(BaseModel):
    """A code is on its way."""

    sent_to: str = Field(description="The address, without most of its letters.")


class DeviceCodeIn(Body):
    """The code of the mail."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\s*[0-9]{6}\s*$")]
