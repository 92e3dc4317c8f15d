"""Every way a keeper can fail, besides what the chain and the node refuse.

KeeperError
├── UnreadableIndex               a file that is no index, or damaged
└── IndexMismatch                 the index is of another deployment
"""

from passmanager.errors import PassManagerError


class KeeperError(PassManagerError):
    """The keeper cannot start or go on."""


class UnreadableIndex(KeeperError):
    """The index cannot be used."""

    path: str
    problem: str

    def __str__(self) -> str:
        return (
            f"The index {self.path} cannot be used: {self.problem}."
            " Delete it, it is made again from the chain; or give another --index."
        )


class IndexMismatch(KeeperError):
    """The index belongs to another deployment."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"The index {self.path} is of {self.found}, but this is {self.expected}. Give another --index."
