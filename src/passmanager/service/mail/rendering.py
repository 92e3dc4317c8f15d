"""What a mail says: a subject, a text, and the same for people who like HTML."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail, without its envelope."""

    subject: str
    text: str
    html: str


def render(template: str, context: dict[str, Any]) -> Rendered:
    """Fills a template; what comes from outside is escaped in HTML and kept to one line in the subject."""
    subject, text, html = (
        _environment().get_template(f"{template}.{part}").render(context) for part in ("subject.txt", "txt", "html")
    )
    return Rendered(" ".join(subject.split()), text.strip() + "\n", html)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, select_autoescape  # noqa: PLC0415 - for those who send mails

    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )
