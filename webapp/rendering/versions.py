"""The versions of turns that a page leafs through."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from webapp.models import AgentRun
from webapp.models import SessionMessage as Message
from webapp.rendering.turns import Gathered
from webapp.rendering.view_models import Turn, Version, Versions

# Built once: that costs more than the database takes for it.
_VERSIONS = (
    select(AgentRun.version_of, func.min(Message.position), AgentRun.superseded_at)
    .join(Message, Message.run_id == AgentRun.id, isouter=True)
    .where(
        AgentRun.session_id == bindparam("session_id"),
        AgentRun.version_of.in_(bindparam("places", expanding=True)),
    )
    .group_by(AgentRun.id)
    .order_by(AgentRun.id)
)


def add_versions(
    tx: Connection, session_id: UUID, turns: Iterable[Gathered], shown: Iterable[Turn | None]
) -> list[Turn]:
    """Give each turn that is shown its place among its versions, where there are several."""
    pairs = [(turn, one) for turn, one in zip(turns, shown, strict=True) if one is not None]
    places = {place for turn, _ in pairs if (place := turn.place) is not None}
    known = _load_versions(tx, session_id, places)
    return [_with_versions(one, known.get(turn.place, []), turn.start) for turn, one in pairs]


def _with_versions(turn: Turn, versions: list[Version], start: int | None) -> Turn:
    at = next((at for at, version in enumerate(versions) if version.start == start), None)
    if at is None or turn.reply is None:
        return turn
    leaf = Versions(
        number=at + 1,
        count=len(versions),
        earlier=versions[at - 1] if at else None,
        later=versions[at + 1] if at + 1 < len(versions) else None,
    )
    return replace(turn, reply=replace(turn.reply, versions=leaf))


def _load_versions(
    tx: Connection, session_id: UUID, places: Collection[int]
) -> dict[int | None, list[Version]]:
    """The versions that began at each place, the oldest first, where there are several."""
    if not places:
        return {}
    rows = tx.execute(_VERSIONS, {"session_id": session_id, "places": list(places)})
    found: dict[int | None, list[Version]] = {}
    for place, start, superseded_at in rows:
        found.setdefault(place, []).append(Version(start, is_current=superseded_at is None))
    for place, versions in found.items():
        is_first_current = not any(version.is_current for version in versions)
        versions.insert(0, Version(place, is_first_current))
    return found
