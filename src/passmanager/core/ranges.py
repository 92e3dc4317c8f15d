"""How many blocks to ask a node for at once: it starts small, grows while that works, and halves when it does not.

Providers limit ranges, answers and times, each in its own way and words; so no limit is known here.
"""

from dataclasses import dataclass

from passmanager.errors import RpcError

BUSY = ("rate limit", "too many requests", "compute units", "request limit", "throughput", "capacity exceeded")


@dataclass(slots=True)
class Window:
    """The size of the next range.

    Attributes:
        size: Blocks to ask for next.
        largest: Never more blocks than this.
        full: An answer with so many logs is large enough; the range does not grow on it.
    """

    size: int = 1_000
    largest: int = 100_000
    full: int = 5_000
    _calm: int = 0
    _careful: bool = False

    def range_from(self, first: int, last: int) -> int:
        """Last block of the next range that starts at `first` and does not go beyond `last`."""
        return min(first + self.size - 1, last)

    def worked(self, logs: int) -> None:
        """The answer came. Before the first failure the size doubles; after it, it grows by half now and then."""
        if logs >= self.full:
            return
        self._calm += 1
        if not self._careful:
            self.size = min(2 * self.size, self.largest)
        elif self._calm % 4 == 0:
            self.size = min(self.size + self.size // 2 + 1, self.largest)

    def failed(self, asked: int) -> bool:
        """A range of `asked` blocks was refused; False if it cannot be smaller."""
        self._careful = True
        self._calm = 0
        self.size = max(asked // 2, 1)
        return asked > 1


def is_busy(problem: RpcError) -> bool:
    """The node wants fewer requests, not smaller ones."""
    text = problem.message.lower()
    return any(word in text for word in BUSY)
