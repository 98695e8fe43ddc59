"""The page of a chat, and of one that is about to begin."""

from collections.abc import Iterable
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from webapp.assistants.cards import AgentCard
from webapp.assistants.catalogue import cards
from webapp.assistants.choice import model_notice
from webapp.forms.messages import FirstMessageForm, MessageForm, new_key
from webapp.rendering.model_views import mark_model_view
from webapp.rendering.transcript import END, load_transcript
from webapp.rendering.view_models import Transcript, Turn
from webapp.rendering.windows import Place
from webapp.web.current import settings
from webapp.web.owned import OwnedSession
from webapp.web.troubles import Trouble


def offered_agent(name: str | None) -> AgentCard:
    """The agent of this name, or the first one where there is none."""
    offered = cards()
    return next((card for card in offered if card.name == name), offered[0])


def chat_page(
    session: OwnedSession,
    form: MessageForm | None = None,
    trouble: Trouble | None = None,
    place: Place = END,
) -> ResponseReturnValue:
    """The end of the chat, or what stands at another place.

    With what was typed where it could not be sent.
    """
    transcript = transcript_of(session, place)
    agent = _agent_of(session)
    return _page(
        "sessions/show.html",
        trouble,
        session=session,
        form=form or MessageForm(formdata=None, key=new_key()),
        agent=agent,
        transcript=transcript,
        active_run_id=_active_run(transcript.turns),
        version=None,
        model_notice=model_notice(settings(), [agent]),
    )


def transcript_of(session: OwnedSession, place: Place = END) -> Transcript:
    """A window of the chat, with the line where the model's view begins."""
    return mark_model_view(
        session.id,
        load_transcript(session.id, place),
        max_items=settings().history_items,
        max_tokens=settings().history_tokens,
    )


def version_page(
    session: OwnedSession, transcript: Transcript, position: int
) -> ResponseReturnValue:
    """The chat as it was with an earlier version, which cannot be written to."""
    return render_template(
        "sessions/show.html",
        session=session,
        agent=_agent_of(session),
        transcript=transcript,
        active_run_id=None,
        version=position,
    )


def new_chat_page(form: FirstMessageForm, trouble: Trouble | None = None) -> ResponseReturnValue:
    return _page(
        "sessions/new.html",
        trouble,
        session=None,
        form=form,
        agent=offered_agent(form.text("agent")),
        agents=cards(),
        active_run_id=None,
        model_notice=model_notice(settings(), cards()),
    )


def _page(template: str, trouble: Trouble | None, **context: object) -> ResponseReturnValue:
    page = render_template(template, trouble=trouble, **context)
    return (page, trouble.status, trouble.headers) if trouble else page


def _agent_of(session: OwnedSession) -> AgentCard:
    """Also one that is not offered any more: its chats can be read."""
    name = session.agent_name
    known = next((card for card in cards() if card.name == name), None)
    return known or (AgentCard(name, name) if name else cards()[0])


def _active_run(turns: Iterable[Turn]) -> UUID | None:
    replies = (turn.reply for turn in turns if turn.reply is not None)
    return next((reply.run_id for reply in replies if reply.is_active), None)
