"""Forms: fields as a merchant describes them, and answers that fit them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, StringConstraints, model_validator

from passmanager.service.http.problems import InvalidInput
from passmanager.service.http.shapes import Body, Name, Text

LONGEST = 10_000
LARGEST = 2**53 - 1
EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+\Z")

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
Option = Name
Number = Annotated[float, Field(allow_inf_nan=False, ge=-LARGEST, le=LARGEST)]


class FormField(Body):
    """One question, in the words of JSON Schema. `array` is a choice of several of `enum`."""

    name: FieldName
    title: Text = ""
    description: Text = ""
    type: Literal["string", "integer", "number", "boolean", "array"] = "string"
    format: Literal["email", "date", "uri"] | None = None
    enum: list[Option] | None = Field(default=None, min_length=1, max_length=200)
    required: bool = True
    min_length: int = Field(default=0, ge=0, le=LONGEST)
    max_length: int = Field(default=1_000, ge=1, le=LONGEST)
    minimum: Number | None = None
    maximum: Number | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FormField":
        if (self.format or self.enum) and self.type not in {"string", "array"}:
            raise ValueError(f"a field of type {self.type} has neither format nor enum")
        if (self.type == "array") != bool(self.enum) and self.type != "string":
            raise ValueError("an array needs enum: what can be chosen")
        if self.type == "array" and self.format:
            raise ValueError("an array has no format")
        if self.min_length > self.max_length:
            raise ValueError("min_length is above max_length")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is above maximum")
        return self


class Refusal(BaseModel):
    """Why an answer is refused."""

    code: str
    detail: str


def check(fields: Sequence[FormField], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept.

    Raises:
        InvalidInput: Some do not fit; each is named.
    """
    problems = dict(_problems(fields, answers))
    if problems:
        errors = tuple(
            {"pointer": f"/body/answers/{_escaped(name)}", "code": found.code, "detail": found.detail}
            for name, found in problems.items()
        )
        raise InvalidInput(detail=f"answers are refused: {', '.join(problems)}", errors=errors)
    return {field.name: answers[field.name] for field in fields if answers.get(field.name) is not None}


def _problems(fields: Sequence[FormField], answers: Mapping[str, Any]) -> Iterator[tuple[str, Refusal]]:
    for field in fields:
        value = answers.get(field.name)
        if value is None or value in ("", []):
            if field.required:
                yield field.name, Refusal(code="missing", detail=f"{field.title or field.name} has to be answered")
            elif value in ("", []) and field.type not in {"string", "array"}:
                yield field.name, _type(field)
            continue
        found = _judge(field, value)
        if found is not None:
            yield field.name, found
    for name in answers.keys() - {field.name for field in fields}:
        yield name[:100], Refusal(code="unknown", detail="the form has no such field")


def _judge(field: FormField, value: Any) -> Refusal | None:
    return _JUDGES[field.type](field, value)


def _type(field: FormField) -> Refusal:
    return Refusal(code="type", detail=f"this has to be of type {field.type}")


def _string(field: FormField, value: Any) -> Refusal | None:
    if not isinstance(value, str) or "\x00" in value or not _whole(value):
        return _type(field)
    if field.enum is not None:
        return None if value in field.enum else _no_option()
    if len(value) < field.min_length:
        return Refusal(code="too-short", detail=f"{len(value)} characters; at least {field.min_length}")
    if len(value) > field.max_length:
        return Refusal(code="too-long", detail=f"{len(value)} characters; at most {field.max_length}")
    if field.format is not None and not _FORMATS[field.format](value):
        return Refusal(code="format", detail=f"this is no {field.format}")
    return None


def _whole(text: str) -> bool:
    """JSON can hold half a character; no database and no file can."""
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _number(field: FormField, value: Any) -> Refusal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _type(field)
    if field.type == "integer" and not isinstance(value, int):
        return _type(field)
    low = -LARGEST if field.minimum is None else field.minimum
    high = LARGEST if field.maximum is None else field.maximum
    if not value >= low:  # so that NaN is refused
        return Refusal(code="too-small", detail=f"at least {low:g}")
    if not value <= high:
        return Refusal(code="too-large", detail=f"at most {high:g}")
    return None


def _boolean(field: FormField, value: Any) -> Refusal | None:
    return None if isinstance(value, bool) else _type(field)


def _array(field: FormField, value: Any) -> Refusal | None:
    chosen = cast("list[Any]", value) if isinstance(value, list) else [None]
    if not all(isinstance(one, str) for one in chosen):
        return _type(field)
    if len(set(chosen)) != len(chosen):
        return Refusal(code="twice", detail="something is chosen twice")
    return None if set(chosen) <= set(field.enum or ()) else _no_option()


def _no_option() -> Refusal:
    return Refusal(code="not-an-option", detail="this is none of the options")


_JUDGES: dict[str, Callable[[FormField, Any], Refusal | None]] = {
    "string": _string, "integer": _number, "number": _number, "boolean": _boolean, "array": _array,
}  # fmt: skip


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10  # noqa: PLR2004 - 2026-11-22
    except ValueError:
        return False


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


_FORMATS: dict[str, Callable[[str], bool]] = {
    "email": lambda text: EMAIL.match(text) is not None, "date": _is_date, "uri": _is_uri,
}  # fmt: skip


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
