"""Parse JSON objects into frozen dataclasses, strictly, so that no damaged or newer file is half understood.

Every field is a key that must be present, and no other key may be. Fields may be text, bool, int,
float (finite; whole numbers are taken as floats), None, an enumeration, a path, a tuple, a mapping
from text, or another such dataclass. Ranges are the business of `__post_init__`. It writes nothing:
`dataclasses.asdict` gives what it reads.
"""

import sys
import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from core.system.language import tr

Record = TypeVar("Record")
VERSION: Final = "format"  # key of a file's version
UNIONS: Final = frozenset({Union, types.UnionType})
MAPPINGS: Final = frozenset({dict, Mapping})


class InvalidRecord(ValueError):
    """A JSON value is not what its reader expects; the message, a translated clause, names the key."""


def check_version(content: Any, known: int) -> dict[str, Any]:
    """Return a JSON object without its version. Raises InvalidRecord if it is none, or of another version."""
    found = _parse_object(content, "").get(VERSION)
    if type(found) is not int or found != known:
        raise InvalidRecord(
            tr("its format is {found!r}, and this version reads format {known}", found=found, known=known)
        )
    return {key: value for key, value in content.items() if key != VERSION}


def parse_record(kind: type[Record], content: Any, key: str = "", /, **given: Any) -> Record:
    """Return a JSON object as the dataclass `kind`.

    key: of the object in what contains it. given: values of fields that are not in the object.
    Raises InvalidRecord, and what `kind` raises for values out of range.
    """
    values, prefix = _parse_object(content, key), f"{key}." if key else ""
    fields = _fields_of(kind)  # type: ignore[arg-type]  # mypy confuses the hash of a class with its instances'
    expected = {name: field for name, field in fields.items() if name not in given}
    if unknown := sorted(values.keys() - expected.keys()):
        raise InvalidRecord(tr("unknown key {key}", key=prefix + unknown[0]))
    if missing := sorted(expected.keys() - values.keys()):
        raise InvalidRecord(tr("missing key {key}", key=prefix + missing[0]))
    return kind(**{name: parse_value(field, values[name], prefix + name) for name, field in expected.items()}, **given)


def parse_value(kind: Any, value: Any, key: str) -> Any:
    """Return a JSON value as the type `kind`, such as `tuple[float, ...] | None`. Raises InvalidRecord."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in UNIONS:  # of one type and None
        return None if value is None else parse_value(arguments[0], value, key)
    if origin is tuple and isinstance(value, list):
        kinds = arguments[:1] * len(value) if arguments[-1] is ... else arguments
        if len(kinds) == len(value):
            parts = enumerate(zip(kinds, value, strict=True))
            return tuple(parse_value(part, item, f"{key}[{number}]") for number, (part, item) in parts)
    elif origin in MAPPINGS:
        items = _parse_object(value, key).items()
        return {_parse_text(name, key): parse_value(arguments[1], item, f"{key}.{name}") for name, item in items}
    elif isinstance(kind, type) and is_dataclass(kind):
        return parse_record(kind, value, key)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        return _parse_choice(kind, value, key)
    elif kind is Path and isinstance(value, str) and value:
        return Path(value)
    elif kind is float and type(value) in {int, float} and abs(value) <= sys.float_info.max:
        return float(value)
    elif kind is str and isinstance(value, str):
        return _parse_text(value, key)
    elif kind is not float and type(value) is kind:
        return value
    name = getattr(kind, "__name__", kind)
    raise InvalidRecord(tr("{key} is {value!r}; it must be of type {kind}", key=key, value=value, kind=name))


@cache
def _fields_of(kind: type) -> dict[str, Any]:
    """Return the types of a dataclass's fields; looking them up takes longer than checking a value."""
    return get_type_hints(kind)


def _parse_object(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRecord(tr("{key} is not a JSON object", key=key) if key else tr("it is not a JSON object"))
    return value


def _parse_text(value: str, key: str) -> str:
    """Return text that UTF-8 can encode, but for bytes of file names, which Python keeps as U+DC80 to U+DCFF."""
    try:
        value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidRecord(tr("{key} is {value!r}, which is not valid text", key=key, value=value)) from None
    return value


def _parse_choice(kind: type[Enum], value: Any, key: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        names = ", ".join(str(choice.value) for choice in kind)
        raise InvalidRecord(
            tr("{key} is {value!r}; it must be one of {names}", key=key, value=value, names=names)
        ) from None
