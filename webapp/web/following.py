"""A run's events as a stream that a page follows, from the beginning of the reply to its end."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from flask import Response, current_app, render_template, request, url_for
from flask.globals import app_ctx, request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.rendering.live import Frame, LiveReply
from webapp.rendering.model_views import add_model_view
from webapp.rendering.transcript import load_turn
from webapp.rendering.turns import SOMEBODY
from webapp.runs import read_events, shown, wake
from webapp.runs.events import RunEnded, gather
from webapp.services.sessions import mark_seen
from webapp.web.current import settings
from webapp.web.readers import Reader
from webapp.web.sign_in import current_token
from webapp.web.sse import HEARTBEAT, MIMETYPE, encode
from webapp.web.streams import Stream, current_streams

if TYPE_CHECKING:
    from flask.ctx import AppContext
    from werkzeug.local import LocalProxy


def follow(
    run_id: UUID, session_id: UUID, agent_name: str | None, before: str = ""
) -> ResponseReturnValue:
    """The stream of a run of the person's, as the answer to a request; `before` is its beginning.

    Raises TooManyRequests and ServiceUnavailable where there is no room for another.
    """
    stream = current_streams().open(
        current_user.id,
        request.environ.get("gunicorn.socket"),
        Reader(current_token() or "", current_user.role),
        wake=partial(wake, run_id),
    )
    response = Response(
        _read(run_id, session_id, agent_name or SOMEBODY, stream, before),
        mimetype=MIMETYPE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    if before:  # Where the rest of it can be had, too.
        response.headers["Content-Location"] = url_for("runs.events", run_id=run_id)
    response.call_on_close(stream.release)
    return response


def _read(
    run_id: UUID, session_id: UUID, agent_name: str, stream: Stream, before: str
) -> Iterator[str]:
    """The text of the stream. Called in a request, it holds no transaction.

    What is written is rendered without a context; only the end asks for addresses and the person,
    in a copy of the request's.
    """
    templates = current_app.jinja_env
    context = request_ctx.copy()
    application = cast("LocalProxy[AppContext]", app_ctx)._get_current_object()  # noqa: SLF001

    def render(template: str, **needs: Any) -> str:
        return templates.get_template(template).render(needs)

    def render_last(ended: RunEnded) -> str:
        if not ended.is_seen:
            mark_seen(session_id)
        # In the application's own context again: the person is known there already.
        with application, context.copy():
            return render_end(run_id)

    reply = LiveReply(f"reply-{run_id}", agent_name, render, current_streams().__len__)
    return _follow(run_id, reply, stream, render_last, before)


def _follow(
    run_id: UUID,
    reply: LiveReply,
    stream: Stream,
    render_last: Callable[[RunEnded], str],
    before: str,
) -> Iterator[str]:
    yield before
    del before  # As long as the message, and the reply may take its time.
    with shown(run_id):
        yield from _tell(run_id, reply, stream, render_last)


def _tell(
    run_id: UUID, reply: LiveReply, stream: Stream, render_last: Callable[[RunEnded], str]
) -> Iterator[str]:
    seen = 0
    while stream.is_wanted():
        if stream.is_closing:
            yield encode(Frame("restart"))
            return
        patience = 0 if reply.is_overdue else stream.patience
        events = read_events(run_id, seen, patience, stream.is_roused, hold=reply.wait)
        last = events[-1].event if events else None
        if isinstance(last, RunEnded):
            yield encode(Frame("end", render_last(last)))
            return
        for numbered in gather(events):
            seen = numbered.last
            reply.apply(numbered.event)
        frames = [] if reply.wait else reply.frames()
        text = "".join(map(encode, frames)) or (HEARTBEAT if stream.needs_heartbeat() else "")
        if text:
            stream.note_sent()
            yield text


def render_end(run_id: UUID) -> str:
    """The whole reply as it is in the database; empty when its chat is gone."""
    turn = load_turn(run_id)
    if turn is None or turn.reply is None:
        return ""
    reply = turn.reply
    limits = settings()
    if reply.session_id and (limits.history_items or limits.history_tokens):
        reply = add_model_view(
            reply.session_id,
            reply,
            max_items=limits.history_items,
            max_tokens=limits.history_tokens,
        )
    return render_template("messages/_reply.html", reply=reply)
