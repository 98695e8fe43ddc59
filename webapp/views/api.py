"""For programs: a person's chats as JSON, with one of their tokens."""

import re
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.assistants.cards import AgentCard
from webapp.assistants.catalogue import cards
from webapp.database_session.items import storable
from webapp.models import RunStatus
from webapp.rendering.transcript import load_turn
from webapp.rendering.view_models import TextPart, Turn
from webapp.runs import SentMessage, check_repeat, send_message
from webapp.services.exports import ExportedChat, load_chat
from webapp.services.facts import CapReached, TooManyRuns
from webapp.services.session_lists import SessionSummary, list_sessions
from webapp.services.sessions import (
    MAX_NAME,
    create_session,
    discard_session,
    has_session,
    rename_session,
)
from webapp.web.awaiting import await_run, place_to_wait
from webapp.web.bearer import bearer, bearer_user
from webapp.web.current import settings
from webapp.web.json_body import JsonBody, refuse
from webapp.web.problems import problem
from webapp.web.troubles import Trouble

bp = Blueprint("api", __name__, url_prefix="/api")

MAX_ID = 255
MAX_LISTED = 1000
_KEY = re.compile(r"[0-9A-Za-z_-]{8,64}")

_NOT_YET = Trouble(
    504, "The reply takes longer", "It is still being written, and will be in the chat."
)
_PAUSED = Trouble(409, "A tool waits for approval", "Open the chat, and approve or reject it.")
_STOPPED = Trouble(409, "The reply was stopped", "What was written of it is in the chat.")
# Not 503: whoever comes again by itself, with the same key, would be told the same for ever.
_INTERRUPTED = Trouble(
    502, "The reply was interrupted", "The server went meanwhile. Send it again with another key."
)


_TOLD = (
    "id",
    "session_id",
    "session_name",
    "agent_name",
    "is_active",
    "created_at",
    "updated_at",
)


@bp.get("/sessions")
@bearer
def index() -> ResponseReturnValue:
    """The chats used last, `limit` of them (100); `active` is true or false for some only."""
    active = {None: None, "true": True, "false": False}
    asked, limit = request.args.get("active"), request.args.get("limit", "100")
    is_short = limit.isdecimal() and len(limit) <= len(str(MAX_LISTED))
    if asked not in active or not is_short or not 1 <= int(limit) <= MAX_LISTED:
        refuse(f"active is true or false, and limit a number from 1 to {MAX_LISTED:,}.")
    found = list_sessions(bearer_user().id, is_active=active[asked], limit=int(limit))
    return {"sessions": [_told(session) for session in found]}


@bp.post("/sessions")
@bearer
def create() -> ResponseReturnValue:
    """Begin a chat. With a `session_id` that is there already, that chat is given again."""
    body = JsonBody("session_id", "session_name", "agent")
    name, agent = " ".join((body.text("session_name", MAX_NAME) or "").split()), _agent(body)
    session_id = _checked(body.text("session_id", MAX_ID) or uuid4().hex)
    key = create_session(bearer_user().id, agent.name, session_id)
    if name:
        rename_session(key, name)
    return _told(load_chat(key)), 201


# With its slashes: a session_id may have some, as it is and doubled.
@bp.post("/sessions/<path:name>/chat", merge_slashes=False)
@bearer
def chat(name: str) -> ResponseReturnValue:
    """Say something in a chat, which is made when it is not there, and wait for the reply.

    The header `Idempotency-Key` makes it safe to send again: it then waits for the same reply,
    also where that has failed. Another message, or another try, needs another key.
    """
    body = JsonBody("message", "agent")
    session_id, agent = _checked(name), _agent(body)
    message = body.text("message", settings().max_message) or ""
    if not message.strip():
        refuse("Write a message.")
    sending = request.headers.get("Idempotency-Key", uuid4().hex)
    if not _KEY.fullmatch(sending):
        abort(400, "An Idempotency-Key has 8 to 64 letters, digits, - or _.")
    user = bearer_user()
    with place_to_wait(user.id) as place:
        sent = _send(user.id, agent, session_id, message, sending)
        if sent.run is None:
            check_repeat(sent.run_id, message)
        status = await_run(sent.run_id, place, settings().api_seconds)
    return _reply(status, session_id, sent.run_id)


def _send(
    user_id: UUID, agent: AgentCard, session_id: str, message: str, sending: str
) -> SentMessage:
    was_there = has_session(user_id, session_id)
    key = create_session(user_id, agent.name, session_id)
    try:
        return send_message(key, message, sending)
    except (CapReached, TooManyRuns):
        if not was_there:
            discard_session(user_id, key)  # Nothing was said in it.
        raise


def _reply(status: str | None, session_id: str, run_id: UUID) -> ResponseReturnValue:
    turn = load_turn(run_id) if status else None
    if status == RunStatus.FINISHED and turn is not None:
        return {"response": _last_words(turn), "session_id": session_id}
    return problem(_trouble(status, turn), session_id=session_id, run_id=str(run_id))


def _trouble(status: str | None, turn: Turn | None) -> Trouble:
    if status == RunStatus.FAILED:
        notice = turn.reply.notice if turn and turn.reply else None
        return Trouble(502, "The reply failed", notice.title if notice else "Try it again.")
    known: dict[str | None, Trouble] = {
        None: _NOT_YET,
        RunStatus.PAUSED: _PAUSED,
        RunStatus.STOPPED: _STOPPED,
        RunStatus.INTERRUPTED: _INTERRUPTED,
    }
    return known.get(status, Trouble(404, "The chat is gone", "It was deleted meanwhile."))


def _last_words(turn: Turn) -> str:
    sections = turn.reply.sections if turn.reply else ()
    parts = [part for section in sections for part in section.parts]
    return next((part.source for part in reversed(parts) if isinstance(part, TextPart)), "")


def _agent(body: JsonBody) -> AgentCard:
    """The one asked for, for a chat that is made; the first where none is."""
    offered, asked = cards(), body.text("agent", MAX_ID)
    known = [card for card in offered if asked in {None, card.name}]
    return known[0] if known else refuse("There is no such agent.")


def _checked(session_id: str) -> str:
    if not session_id.strip() or len(session_id) > MAX_ID or storable(session_id) != session_id:
        abort(400, f"A session_id has 1 to {MAX_ID} characters.")
    return session_id


def _told(session: SessionSummary | ExportedChat) -> dict[str, Any]:
    told = {name: getattr(session, name) for name in _TOLD}
    times = {name: told[name].isoformat() for name in ("created_at", "updated_at")}
    return told | times | {"id": str(session.id)}
