"""A chat as Markdown, to be read or pasted: the person quoted, the replies as they were written."""

import re
from collections.abc import Iterable, Iterator

from webapp.rendering.draft import DraftText
from webapp.rendering.exports.turns import turns_of
from webapp.rendering.view_models import Part, Reply, TextPart, ThoughtPart, ToolCall
from webapp.services.exports import ExportedChat, ExportedMessage
from webapp.services.sessions import NAMELESS

_FENCE = re.compile(r"`{3,}")


def markdown_file(chat: ExportedChat, messages: Iterable[ExportedMessage]) -> Iterator[str]:
    yield f"# {_line(chat.session_name or NAMELESS)}\n"
    for turn in turns_of(chat, messages, DraftText.written):
        if turn.message:
            yield f"\n**You**, {turn.message.sent_at:%Y-%m-%d %H:%M} UTC\n\n"
            yield f"{_quoted(turn.message.text)}\n"
        if turn.reply:
            yield from _reply(turn.reply)


def _reply(reply: Reply) -> Iterator[str]:
    for section in reply.sections:
        yield f"\n**{_line(section.agent_name)}**\n"
        for part in section.parts:
            yield from _part(part)
    if reply.notice:
        yield f"\n*{_line(reply.notice.title)}*\n"


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, TextPart):
        yield f"\n{part.source.strip()}\n"
    elif isinstance(part, ThoughtPart):
        yield f"\n{_quoted(part.text)}\n"
    else:
        for call in part.calls:
            yield from _call(call)


def _call(call: ToolCall) -> Iterator[str]:
    yield f"\nTool `{_line(call.name).replace('`', '')}`\n"
    for text in (call.arguments, call.output):
        if text:
            # Longer than any fence inside, which could otherwise end it.
            fence = "`" * max([3, *(len(found) + 1 for found in _FENCE.findall(text))])
            yield f"\n{fence}\n{text}\n{fence}\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _line(text: str) -> str:
    return " ".join(text.split())
