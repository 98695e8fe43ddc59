"""A chat as its owner sees it, for somebody who may only read it."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from webapp.rendering.transcript import load_transcript
from webapp.rendering.view_models import PersonMessage, Reply, Transcript, Turn
from webapp.rendering.windows import Place


def load_read_only(session_id: UUID, before: int | None = None) -> Transcript:
    """As `load_transcript`, with nothing in it that could be pressed or followed."""
    transcript = load_transcript(session_id, Place(before=before))
    return replace(transcript, turns=tuple(settled(turn) for turn in transcript.turns))


def settled(turn: Turn) -> Turn:
    """The turn as it is, and nothing that could be done with it."""
    message = replace(turn.message, **_acts(turn.message)) if turn.message else None
    reply = turn.reply
    if reply:
        reply = replace(reply, is_active=False, approvals=(), **_acts(reply))
    return replace(turn, message=message, reply=reply)


def _acts(shown: PersonMessage | Reply) -> dict[str, Any]:
    # Whatever it can or is waiting for: what comes to it later is meant too.
    return {field.name: False for field in fields(shown) if field.name.startswith("can_")}
