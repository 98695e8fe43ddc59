"""All chats of a person as one zip, made while it is sent: memory holds a piece of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import RawIOBase
from typing import Any
from unicodedata import category
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from webapp.graphemes import cut
from webapp.normal_forms import normalize
from webapp.rendering.exports.json_file import json_file
from webapp.rendering.exports.markdown_file import markdown_file
from webapp.services.exports import ExportedChat, ExportedMessage, load_chat, read_messages
from webapp.services.facts import SessionGone
from webapp.services.sessions import NAMELESS

ChatFile = Callable[[ExportedChat, Iterable[ExportedMessage]], Iterator[str]]

LONGEST_NAME = 50
_ENOUGH = 64 * 1024
_BEFORE_ZIP = datetime(1980, 1, 1, tzinfo=UTC)
_FILES: tuple[tuple[str, ChatFile], ...] = (("json", json_file), ("md", markdown_file))


def archive(chats: Iterable[UUID]) -> Iterator[bytes]:
    """The zip's bytes: a JSON file, which can be brought in again, and a Markdown file a chat.

    A chat that is deleted meanwhile is left out.
    """
    sent = _Sent()
    with ZipFile(sent, "w", ZIP_DEFLATED) as made:
        for key in chats:
            try:
                chat = load_chat(key)
            except SessionGone:
                continue
            for kind, chat_file in _FILES:
                yield from _added(made, sent, f"{kind}/{file_name(chat)}.{kind}", chat, chat_file)
    yield sent.taken()


def file_name(chat: ExportedChat) -> str:
    """A name without an ending that every file system takes, and that no other chat has."""
    name = normalize("NFC", chat.session_name or NAMELESS)
    # Many scripts write vowels as marks, which are no letters by themselves.
    words = "".join(c if c.isalnum() or c == "_" or category(c)[0] == "M" else " " for c in name)
    title = cut(" ".join(words.split()), LONGEST_NAME).strip() or NAMELESS
    return f"{chat.created_at:%Y-%m-%d} {title} {chat.id.hex[-8:]}"


def _added(
    made: ZipFile, sent: "_Sent", name: str, chat: ExportedChat, chat_file: ChatFile
) -> Iterator[bytes]:
    entry = ZipInfo(name, max(chat.last_activity_at, _BEFORE_ZIP).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    with made.open(entry, "w", force_zip64=True) as file:
        for text in chat_file(chat, read_messages(chat.id)):
            file.write(text.encode("utf-8", "replace"))
            if sent.size > _ENOUGH:
                yield sent.taken()
    yield sent.taken()


class _Sent(RawIOBase):
    """What the zip writes, until it is taken from here. It cannot be sought, and zip knows."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces, self.size = self._pieces, [], 0
        return b"".join(pieces)
