"""What can be wrong with the engine itself."""

from pathlib import Path

from passmanager.errors import PassManagerError


class DataFolderInUse(PassManagerError):
    """Another process works on the same SQLite database."""

    path: Path

    def __str__(self) -> str:
        return f"another process works on {self.path.parent}; stop it, or use PostgreSQL for several processes"


class SlotLost(PassManagerError):
    """The connection that proves this worker alive broke; its work is with others now."""

    slot: str

    def __str__(self) -> str:
        return f"the lock of slot {self.slot} is lost, so others take its work; start the worker again"


class NoSlotFree(PassManagerError):
    """More workers than there are slots."""

    slots: int

    def __str__(self) -> str:
        return f"all {self.slots} slots are taken; stop a worker first"


class LeaseLost(PassManagerError):
    """Somebody else does the work meanwhile; what this attempt wanted to write is dropped."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key} was taken over by another worker"


class WorkStandsStill(PassManagerError):
    """Work is due, and nobody does it."""

    count: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.count} pieces of work are due and none was finished for {self.seconds} s; is a worker running?"
