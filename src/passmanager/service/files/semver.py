"""Version numbers as semver.org orders them; the second and third number may be left out."""

import re
from dataclasses import dataclass
from typing import TypeAlias

LONGEST = 64
_NUMBER = r"(?:0|[1-9]\d{0,8})"
_FORM = re.compile(
    rf"(?P<major>{_NUMBER})(?:\.(?P<minor>{_NUMBER}))?(?:\.(?P<patch>{_NUMBER}))?"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?",
    re.ASCII,
)

Key: TypeAlias = tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]


@dataclass(frozen=True, slots=True)
class Semver:
    """A version.

    Attributes:
        pre: Parts of a pre-release such as `beta.2`; empty for a release.
    """

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Semver | None":
        """Reads `2`, `1.2`, `1.2.3-beta.1+build`; None for anything else."""
        found = _FORM.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        pre = tuple(found["pre"].split(".")) if found["pre"] else ()
        if any(len(part) > 1 and part.isdigit() and part.startswith("0") for part in pre):
            return None
        return cls(int(found["major"]), int(found["minor"] or 0), int(found["patch"] or 0), pre)

    def __str__(self) -> str:
        release = f"{self.major}.{self.minor}.{self.patch}"
        return f"{release}-{'.'.join(self.pre)}" if self.pre else release

    @property
    def key(self) -> Key:
        """To compare by: a pre-release comes before its release, numbers before words."""
        parts = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.pre)
        return (self.major, self.minor, self.patch), not self.pre, parts
