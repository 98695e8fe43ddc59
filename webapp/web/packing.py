"""How far the archives are that this process packs, for the pages that wait for them."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

REMEMBERED = 1_000


@dataclass(frozen=True)
class Packing:
    """Chats of an archive: how many are packed, of how many."""

    done: int
    of: int
    is_over: bool = False
    """Whether the last is packed, or the reader has gone."""

    @property
    def is_whole(self) -> bool:
        return self.is_over and self.done == self.of


_guard = threading.Lock()
_packings: OrderedDict[tuple[UUID, UUID], Packing] = OrderedDict()


def counted(user_id: UUID, token: UUID, chats: list[UUID]) -> Iterator[UUID]:
    """`chats`, while `find_packing` tells how far whoever takes them has come."""
    key = user_id, token
    done = 0
    try:
        for done, chat in enumerate(chats):
            _note(key, Packing(done, len(chats)))
            yield chat
        done = len(chats)
    finally:
        _note(key, Packing(done, len(chats), is_over=True))


def find_packing(user_id: UUID, token: UUID) -> Packing | None:
    """None where it has not begun, or where another process packs it."""
    with _guard:
        return _packings.get((user_id, token))


def _note(key: tuple[UUID, UUID], packing: Packing) -> None:
    with _guard:
        _packings[key] = packing
        _packings.move_to_end(key)
        while len(_packings) > REMEMBERED:
            _packings.popitem(last=False)
