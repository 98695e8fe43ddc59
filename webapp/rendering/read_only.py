"""A chat as its owner sees it, for somebody who may only read it."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

from webapp.rendering.transcript import load_transcript
from webapp.rendering.view_models import Reply, Transcript, Turn
from webapp.rendering.windows import Place


def load_read_only(session_id: UUID, before: int | None = None) -> Transcript:
    """As `load_transcript`, with nothing in it that could be pressed or followed."""
    transcript = load_transcript(session_id, Place(before=before))
    return replace(transcript, turns=tuple(_settled(turn) for turn in transcript.turns))


def _settled(turn: Turn) -> Turn:
    return replace(turn, reply=_still(turn.reply)) if turn.reply else turn


def _still(reply: Reply) -> Reply:
    # Whatever a reply can or is waiting for: what comes to it later is meant too.
    acts: dict[str, Any] = {
        field.name: False for field in fields(reply) if field.name.startswith("can_")
    }
    return replace(reply, is_active=False, approvals=(), **acts)
