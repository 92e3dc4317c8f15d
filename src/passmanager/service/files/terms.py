"""Terms of downloads: how often, how long, on which devices, and which versions. Each purchase keeps its own."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from passmanager.service.catalog.releases import FILES
from passmanager.service.clock import SECOND, rfc3339
from passmanager.service.files.models import DownloadTerms, ProductVersion
from passmanager.service.files.semver import Semver
from passmanager.service.orders.models import Purchase

Updates: TypeAlias = Literal["this", "minor", "major", "until", "all"]
Challenge: TypeAlias = Literal["any", "email", "wallet"]


@dataclass(frozen=True, slots=True)
class DeviceTerms:
    """Only devices that are known may download.

    Attributes:
        limit: How many each holder may have.
        challenge: How a new one is confirmed: by a code that is mailed, by a wallet that signs in, or by any of both.
    """

    limit: int
    challenge: Challenge


@dataclass(frozen=True, slots=True)
class Terms:
    """What a purchase allows.

    Attributes:
        updates: Which versions: `this` one only, those with the same `minor` or `major` number, those that are
            released `until` a time, or `all`.
        until: For `until`, in milliseconds.
        version: The one that was current at purchase; None if there was none yet.
        limit: Downloads of each file; 0 if there is no limit.
        ends_at: Nothing can be downloaded from then on; None if it does not end.
    """

    updates: Updates = "all"
    until: int | None = None
    version: str | None = None
    limit: int = 0
    ends_at: int | None = None
    devices: DeviceTerms | None = None

    @classmethod
    def of(cls, purchase: Purchase, renewed: DownloadTerms | None) -> "Terms":
        """As the purchase kept them; limits are those of its last reactivation."""
        return cls.read(purchase.details, purchase.created_at, renewed)

    @classmethod
    def read(cls, details: dict[str, Any], created_at: int, renewed: DownloadTerms | None) -> "Terms":
        """The same, of columns of the purchase."""
        kept: dict[str, Any] = details.get(FILES, {})
        updates: dict[str, Any] = kept.get("updates", {})
        devices: dict[str, Any] | None = kept.get("devices")
        limit, seconds, since = kept.get("limit", 0), kept.get("seconds"), created_at
        if renewed is not None:
            limit, seconds, since = renewed.limit, renewed.seconds, renewed.since
        return cls(
            updates=updates.get("kind", "all"), until=updates.get("until"), version=kept.get("version"), limit=limit,
            ends_at=None if seconds is None else since + seconds * SECOND,
            devices=None if devices is None else DeviceTerms(devices["limit"], devices["challenge"]),
        )  # fmt: skip

    def allow(self, version: ProductVersion, first: ProductVersion) -> bool:
        """May this version be used?

        Args:
            version: A released one.
            first: The first that was released, which counts as bought where nothing was released before.
        """
        if self.updates == "all":
            return True
        if self.updates == "until":
            return (version.released_at or 0) <= (self.until or 0) or version.version == self.version
        return _within(self.updates, _read(version.version), _read(self.version or first.version))

    def say(self) -> str:
        """The rule about versions, for people."""
        return {
            "this": "this version only",
            "minor": "versions with the same major and minor number",
            "major": "versions with the same major number",
            "until": f"versions that are released until {rfc3339(self.until)}",
            "all": "all versions",
        }[self.updates]


def _read(version: str) -> Semver:
    found = Semver.parse(version)
    assert found is not None, version  # noqa: S101 - invariant: checked when it was added
    return found


def _within(updates: Updates, wanted: Semver, bought: Semver) -> bool:
    """Older ones are never lost, except by who bought one only."""
    if updates == "this":
        return wanted == bought
    same = wanted.major == bought.major and (updates == "major" or wanted.minor == bought.minor)
    return same or wanted.key < bought.key
