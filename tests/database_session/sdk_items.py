"""One example, with every key, of each kind of item that the SDK knows."""

import types
from collections.abc import Iterable, Mapping, Sequence
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

from agents import TResponseInputItem
from typing_extensions import get_type_hints, is_typeddict

KINDS = get_args(TResponseInputItem)


def example(kind: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one for each form of type
    """A value of the type `kind`; unions give their last member, which is seldom plain text."""
    if is_typeddict(kind):
        hints = get_type_hints(kind, include_extras=True)
        return {name: example(hint, depth + 1) for name, hint in hints.items()}
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return parts[0]
    if origin in {Required, NotRequired, Annotated}:
        return example(parts[0], depth)
    if origin in {Union, types.UnionType}:
        return _example_of_union([part for part in parts if part is not type(None)], depth)
    if origin in {list, Iterable, Sequence} or origin is types.GenericAlias:
        return [example(parts[0], depth + 1), example(parts[0], depth + 1)]
    if origin in {dict, Mapping}:
        return {"first": example(parts[1], depth + 1)}
    return _PLAIN.get(kind, {"anything": [1.0, None]})


def _example_of_union(parts: list[Any], depth: int) -> Any:
    if depth > 12:
        parts = [part for part in parts if part in _PLAIN] or parts
    return example(parts[-1], depth)


_PLAIN: dict[Any, Any] = {
    str: "tëxt \U0001f600",
    int: 7,
    float: 1.0,
    bool: True,
    object: {"any": "thing"},
}
