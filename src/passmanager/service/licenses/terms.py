"""What a template says of the keys that it delivers: copied to each key, so that a change touches later ones only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passmanager.service.clock import SECOND
from passmanager.service.licenses.models import LicenseKey
from passmanager.service.licenses.patterns import STANDARD, make_key

ROTATE, REISSUE, REVOKE, KEEP = "rotate", "reissue", "revoke", "keep"
"""What becomes of a key when its pass is moved to another holder."""
RELEASE = "release"
"""What becomes of its devices then; the other choice is `keep`."""

GENERATED = "generated"
ON_TRANSFER: Mapping[str, tuple[str, ...]] = {
    GENERATED: (ROTATE, REVOKE, KEEP),
    "pool": (KEEP, REISSUE, REVOKE),
    "shared": (KEEP,),
    "web_service": (KEEP, REVOKE),
    "manual": (KEEP, REVOKE),
}
"""What a template of each method may choose; the first is the default. Keys of a pool cost the merchant money, and
a pass can be moved to and fro: so they are kept unless he says otherwise."""

COPIED = (
    "activation_rate", "keys_on_transfer", "devices_on_transfer", "holder_may_rotate", "rotation_grace", "offline_days",
)  # fmt: skip
OFFLINE_DAYS = 30


def terms_of(method: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a template's settings goes along with each of its keys."""
    found = {name: config[name] for name in COPIED if config.get(name) is not None}
    if method == GENERATED:
        found["pattern"] = config.get("pattern") or STANDARD
        if config.get("prefix"):
            found["prefix"] = config["prefix"]
    return found


def with_rate(terms: Mapping[str, Any], rate: Mapping[str, int] | None) -> dict[str, Any]:
    """The same terms with another rate of activations, or with none."""
    kept = {name: value for name, value in terms.items() if name != "activation_rate"}
    return kept if rate is None else {**kept, "activation_rate": dict(rate)}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many activations in so many milliseconds."""

    count: int
    span: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one key."""

    pattern: str
    prefix: str
    rate: Rate | None
    keys_on_transfer: str
    devices_on_transfer: str
    holder_may_rotate: bool
    rotation_grace: int
    offline_days: int

    @classmethod
    def of(cls, key: LicenseKey) -> "Terms":
        """With the defaults of how the key came to be."""
        said = key.terms
        generated = "pattern" in said
        rate: dict[str, int] | None = said.get("activation_rate")
        return cls(
            pattern=said.get("pattern", ""),
            prefix=said.get("prefix", ""),
            rate=None if rate is None else Rate(rate["activations"], rate["per_seconds"] * SECOND),
            keys_on_transfer=said.get("keys_on_transfer", ROTATE if generated else KEEP),
            devices_on_transfer=said.get("devices_on_transfer", RELEASE),
            holder_may_rotate=said.get("holder_may_rotate", generated),
            rotation_grace=said.get("rotation_grace", 0) * SECOND,
            offline_days=said.get("offline_days", OFFLINE_DAYS),
        )

    def make(self) -> str:
        """Another key of the same form."""
        return make_key(self.pattern, self.prefix)
