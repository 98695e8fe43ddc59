"""A message that is sent again: with the same key, and so with the same words."""

from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx
from webapp.models import AgentRun
from webapp.services.facts import KeyUsed, MessageGone, SessionGone


def check_repeat(run_id: UUID, text: str) -> None:
    """See that the run still answers this message, as whoever waits for it again believes.

    Raises KeyUsed where it answers another, MessageGone where its turn was said or answered anew,
    SessionGone.
    """
    columns = select(AgentRun.input, AgentRun.superseded_at).where(AgentRun.id == run_id)
    with read_tx() as tx:
        run = tx.execute(columns).one_or_none()
    if run is None:
        raise SessionGone
    if run.input != [{"role": "user", "content": text}]:
        raise KeyUsed
    if run.superseded_at is not None:
        raise MessageGone
