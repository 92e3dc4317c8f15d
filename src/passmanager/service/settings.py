"""Settings of the service: environment variables with the prefix PASSMANAGER_, checked at start."""

import base64
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Mode = Literal["live", "test"]
Role = Literal["all", "api", "worker", "indexer"]
DeliverOn = Literal["included", "safe", "finalized"]

Origin = Annotated[str, StringConstraints(pattern=r"^(\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?)$")]
"""Scheme, host and port of a web page, without a path: what browsers send as `Origin`."""

KEY_BYTES = 32


class Settings(BaseSettings):
    """All that an operator can set. Times are in seconds unless the name says otherwise.

    Attributes:
        files_url: Where uploaded files lie, as `fsspec` writes it: `s3://bucket/folder`. By default a folder in `data`.
            Several machines need a place that all of them see.
        body_bytes: The largest body of a request, but for uploads of keys and files, which have limits of their own.
        body_seconds: In which a body has to come.
        mail_inbound: Where merchants answer mails that ask for a license: `licenses@your.host`. Its server hands
            what comes for `licenses+…@your.host` to `POST /v1/inbound-mail`. Empty: such mails are not answered.
        cors_origins: Web pages whose scripts may call the API, as browsers name them: `https://shop.example`; `*` for
            all. No cookie is used, so who calls shows a token of his own.
        file_bytes: The largest file that a merchant may upload.
        link_seconds: How long a link to a download is good.
    """

    model_config = SettingsConfigDict(env_prefix="PASSMANAGER_", extra="ignore", frozen=True)

    mode: Mode = "test"
    data: Path = Path("var")
    database_url: str = ""
    secret_key: SecretStr = SecretStr("")
    old_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    clock: Literal["machine", "controlled"] = "machine"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8080")
    checkout_url: str = ""
    rpc_url: str = "http://127.0.0.1:8545"
    deployment: Path = Path("deployments")
    poll_seconds: float = Field(default=1.0, gt=0)
    smtp_url: str = ""
    mail_from: str = "shop@localhost"
    mail_inbound: str = Field(default="", pattern=r"^([^@+\s]{1,24}@[^@\s]+)?$")
    files_url: str = ""
    body_bytes: int = Field(default=1024**2, ge=1_024)
    body_seconds: float = Field(default=30, gt=0)
    file_bytes: int = Field(default=2 * 1024**3, ge=1)
    link_seconds: int = Field(default=3_600, ge=60, le=86_400)
    outbound_allow: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    page_size: int = Field(default=50, ge=1, le=100)
    rate_per_minute: int = Field(default=60, ge=1)
    workers: int = Field(default=4, ge=1, le=64)
    refund_keystore: Path | None = None
    refund_keystore_password: SecretStr = SecretStr("")
    refund_replace_seconds: int = Field(default=60, ge=1)

    @field_validator("old_secret_keys", "outbound_allow", "trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_key")
    @classmethod
    def _a_whole_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            decode_key(value)
        return value

    @model_validator(mode="after")
    def _nothing_for_tests_in_live_mode(self) -> Self:
        if self.mode == "live":
            for name in ("clock", "outbound_allow"):
                if getattr(self, name) not in {"machine", ()}:
                    raise ValueError(f"PASSMANAGER_{name.upper()} is for tests, and the mode is live")
            if not self.secret_key.get_secret_value():
                raise ValueError("PASSMANAGER_SECRET_KEY is needed in live mode: 32 random bytes, base64")
        return self

    @cached_property
    def url(self) -> str:
        """Address of the database; by default a file in the data folder."""
        if not self.database_url:
            return f"sqlite:///{self.data / 'passmanager.db'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def on_sqlite(self) -> bool:
        """One process on one machine, with no server beside it."""
        return self.url.startswith("sqlite")


def decode_key(value: SecretStr) -> bytes:
    """The bytes of a secret key.

    Raises:
        ValueError: It is not 32 bytes in base64.
    """
    try:
        found = base64.b64decode(value.get_secret_value(), validate=True)
    except ValueError as problem:
        raise ValueError("a secret key is 32 random bytes in base64") from problem
    if len(found) != KEY_BYTES:
        raise ValueError(f"a secret key has {KEY_BYTES} bytes, this one {len(found)}")
    return found
