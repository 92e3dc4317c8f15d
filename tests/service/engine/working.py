"""Workers for the kill tests: starts one process for each line `URL<tab>FOLDER<tab>MARKS` on its input.

All imports are done once, here; a started process is a fork. A line `wait PID` answers how that process ended.

Work of kind `inside` writes a row; work of kind `outside` writes its key to a file, as a call to somebody
else's server would leave a trace there, whatever becomes of us; work of kind `stuck` hangs the first time.
"""

import os
import sys
import time
from pathlib import Path

import structlog
from sqlalchemy import text

from passmanager.service.engine import Done, Handlers
from passmanager.service.engine.loops import Worker
from passmanager.service.services import Services
from passmanager.service.settings import Settings

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # the output has the answers
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        if words[0] == "wait":
            _, status = os.waitpid(int(words[1]), 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                work(*words)
                os._exit(0)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def work(url: str, folder: str, marks: str) -> None:
    services = Services.start(Settings(database_url=url, data=Path(folder), secret_key=KEY))
    handlers = Handlers()

    def inside(session, jobs):
        for job in jobs:
            session.execute(text("INSERT INTO marks VALUES ('inside', :key, 1, 0)"), {"key": job.key})

    def outside(job):
        with Path(marks).open("a") as file:
            file.write(f"{job.key}\n")
        return Done(lambda session: inside(session, [job]))

    def stuck(job):
        outside(job)
        time.sleep(60 if job.attempt == 1 else 0)
        return Done()

    handlers.add_outside("stuck", stuck)
    handlers.add_database("inside", inside)
    handlers.add_outside("outside", outside)
    Worker(services, handlers).run()


if __name__ == "__main__":
    main()
