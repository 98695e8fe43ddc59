"""Fitting a long history into what a model can take in.

What is left out is the oldest, whole turns where that is enough. A call and its output stay
together, and reasoning stays with what it led to: models' servers refuse one without the other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, takewhile
from typing import Any, TypeVar

from webapp.database_session.items import APPROVAL_REQUEST, APPROVAL_RESPONSE

Item = TypeVar("Item", bound=Mapping[str, Any])

BYTES_PER_TOKEN = 4
TOKENS_OF_A_FILE = 1000
"""What an image or a file counts that stands in the item itself."""


def fit_history(
    items: Sequence[Item], *, max_items: int | None = None, max_tokens: int | None = None
) -> tuple[list[Item], int]:
    """The newest of `items` within both limits, and how many were left out.

    Where the newest turn is beyond a limit by itself, the message that began it is kept, and as
    much of its end; what cannot be parted is kept whole. Tokens are estimated. Raises ValueError
    for a limit below 1.
    """
    if min(max_items or 1, max_tokens or 1) < 1 or 0 in {max_items, max_tokens}:
        raise ValueError("a limit of a history is at least 1")
    left = _Room(items, max_items, max_tokens)
    if left.fits(0):
        return list(items), 0
    places = list(_places_to_begin(items))
    turns = [0, *(place for place in places if _begins_turn(items, place))]
    for place in turns:
        if left.fits(place):
            return list(items[place:]), place
    question = items[turns[-1] : turns[-1] + _length_of_question(items, turns[-1])]
    rest = [place for place in places if place >= turns[-1] + len(question)]
    if not rest:
        return list(items[turns[-1] :]), turns[-1]
    begin = next((place for place in rest if left.fits(place, question)), rest[-1])
    kept = [*question, *items[begin:]]
    return kept, len(items) - len(kept)


def estimate_tokens(item: Mapping[str, Any]) -> int:
    """What an item costs a model, roughly: nobody but the model's server knows."""
    files = 0

    def counted(value: Any) -> Any:
        nonlocal files
        if isinstance(value, str) and value.startswith("data:"):
            files += 1
            return ""
        if isinstance(value, Mapping):
            return {name: counted(inner) for name, inner in value.items()}
        return [counted(inner) for inner in value] if isinstance(value, list) else value

    text = json.dumps(counted(item), ensure_ascii=False)
    size = len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN) + files * TOKENS_OF_A_FILE


class _Room:
    """How much of the limits the end of a history takes."""

    def __init__(
        self, items: Sequence[Item], max_items: int | None, max_tokens: int | None
    ) -> None:
        self._max_items = max_items
        self._max_tokens = max_tokens
        self._tokens = [0]
        if max_tokens is not None:
            self._tokens = list(accumulate(map(estimate_tokens, reversed(items)), initial=0))
        self._count = len(items)

    def fits(self, place: int, question: Sequence[Mapping[str, Any]] = ()) -> bool:
        """Whether `question` and what begins at `place` are within the limits."""
        count = self._count - place
        if self._max_items is not None and count + len(question) > self._max_items:
            return False
        if self._max_tokens is None:
            return True
        return self._tokens[count] + sum(map(estimate_tokens, question)) <= self._max_tokens


def _places_to_begin(items: Sequence[Item]) -> Iterator[int]:
    """Where a history can begin: no output there has its call before, in ascending order."""
    called: set[Any] = set()
    answers: list[set[Any]] = []
    for item in items:
        answers.append(_answered(item) & called)
        called |= _asked(item)
    open_calls: set[Any] = set()
    places = []
    for place in reversed(range(len(items))):
        open_calls = (open_calls - _asked(items[place])) | answers[place]
        led_here = place > 0 and items[place - 1].get("type") == "reasoning"
        if not open_calls and not led_here:
            places.append(place)
    return reversed(places)


def _asked(item: Mapping[str, Any]) -> set[Any]:
    """What the calls in an item are known by."""
    calls = item.get("tool_calls")
    if isinstance(calls, list):
        return {_key(call.get("id")) for call in calls if isinstance(call, Mapping)}
    kind = str(item.get("type"))
    if kind == APPROVAL_REQUEST:
        return {_key(item.get("id"))}
    return {_key(item.get("call_id"))} if kind.endswith("_call") else set()


def _answered(item: Mapping[str, Any]) -> set[Any]:
    """What the calls are known by that an item answers."""
    if item.get("role") == "tool":
        return {_key(item.get("tool_call_id"))}
    kind = str(item.get("type"))
    if kind == APPROVAL_RESPONSE:
        return {_key(item.get("approval_request_id"))}
    return {_key(item.get("call_id"))} if kind.endswith("_output") else set()


def _key(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _is_question(item: Mapping[str, Any]) -> bool:
    return item.get("role") == "user"


def _begins_turn(items: Sequence[Item], place: int) -> bool:
    return _is_question(items[place]) and (place == 0 or not _is_question(items[place - 1]))


def _length_of_question(items: Sequence[Item], place: int) -> int:
    return sum(1 for _ in takewhile(_is_question, items[place:]))
