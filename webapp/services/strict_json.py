"""Reading JSON that a stranger wrote: what is ambiguous, or meant to do harm, is refused."""

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 100
MAX_VALUES = 1_000_000

# Also one that the text breaks off in, and possessive: no part of the text is gone over twice.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


class JsonRefused(Exception):
    """The text is no JSON that we take; says why, as the end of a sentence."""


def read_strictly(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises JsonRefused for other text, NaN, a name twice in one object, and for values that are
    too many or nested too deeply. The size of `data` is the caller's to bound.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise JsonRefused("it is not UTF-8 text") from None
    # Before they are made: a value takes many times the memory of its text.
    if _most_values(text) > MAX_VALUES and _most_values(_STRING.sub("", text)) > MAX_VALUES:
        raise JsonRefused("it holds too much")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise JsonRefused("it is nested too deeply") from None
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise JsonRefused(f"it is not JSON{place}") from None
    if not _is_shallow(value):
        raise JsonRefused("it is nested too deeply")
    return value


def _most_values(text: str) -> int:
    return sum(map(text.count, ",[{"))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise JsonRefused("it says something twice")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise JsonRefused(f"it holds {name}, which is no number")


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return not level
