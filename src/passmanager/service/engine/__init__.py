"""Durable work: rows that are written with their cause, and done at least once."""

from passmanager.service.engine.jobs import Job, JobRow, cancel, enqueue, enqueue_many, keep_going, wake
from passmanager.service.engine.work import Again, Database, Done, Handlers, Outside

__all__ = [
    "Again", "Database", "Done", "Handlers", "Job", "JobRow", "Outside",
    "cancel", "enqueue", "enqueue_many", "keep_going", "wake",
]  # fmt: skip
