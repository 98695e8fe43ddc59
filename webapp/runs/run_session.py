"""The session that a run's agent reads and writes: a `DatabaseSession` that knows its run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from webapp.database_session import DatabaseSession, Item
from webapp.database_session.items import rows_of
from webapp.database_session.source import Source
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.runs.bounds import cut_item
from webapp.runs.unsaved import is_whole
from webapp.services.facts import SessionGone

if TYPE_CHECKING:
    from agents import TResponseInputItem


# Shared, so that nobody claims or ends the run before the transaction that asks does. Built once:
# that costs more than the database takes for it.
_FENCE = (
    select(AgentRun.epoch, AgentRun.status)
    .join(AgentSession)
    .where(
        AgentRun.id == bindparam("run_id"),
        AgentSession.user_id == bindparam("user_id"),
        AgentSession.session_id == bindparam("session_id"),
    )
    .with_for_update(read=True, of=AgentRun)
)


class RunFenced(Exception):
    """Another has taken the run over, or it has ended: whoever still works on it writes nothing."""

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"run {run_id} is not ours any more")
        self.run_id = run_id


class RunSession(DatabaseSession):
    """Writes only while the run is running with this epoch, and only to a chat that exists.

    `agent_name` is written on each item's row; the run changes it at a handoff. Outputs of tools
    longer than `max_tool_output` characters are stored cut. Items that end with a reply's last
    word wait in `last` for the transaction that ends the run, unless more comes.
    """

    def __init__(
        self,
        *,
        run_id: UUID,
        epoch: int,
        session_id: str,
        user_id: UUID,
        db_session: Source,
        agent_name: str | None = None,
        max_tool_output: int | None = None,
    ) -> None:
        super().__init__(session_id, user_id, db_session, agent_name)
        self.run_id = run_id
        self.epoch = epoch
        self.max_tool_output = max_tool_output
        self.last: list[Item] = []
        """The newest items, while they are not written."""
        self._last_by = agent_name
        self._writes_as: str | None = None

    async def get_items(self, limit: int | None = None) -> "list[TResponseInputItem]":
        await self._write_last()
        return await super().get_items(limit)

    async def add_items(self, items: "list[TResponseInputItem]") -> None:
        await self._write_last()
        given = cast("list[Item]", items)
        if self.max_tool_output is not None:
            given = [cut_item(item, self.max_tool_output) for item in given]
        if is_whole(given):
            rows_of(given)  # What cannot be stored is refused here, where the SDK hears of it.
            self.last, self._last_by = given, self.agent_name
        else:
            await super().add_items(cast("list[TResponseInputItem]", given))

    async def pop_item(self) -> "TResponseInputItem | None":
        await self._write_last()
        return await super().pop_item()

    async def clear_session(self) -> None:
        self.last = []
        await super().clear_session()

    async def _write_last(self) -> None:
        """It was not the last word after all; by now another agent may speak."""
        if self.last:
            self._writes_as = self._last_by
            try:
                await super().add_items(cast("list[TResponseInputItem]", self.last))
            finally:
                self._writes_as = None
            self.last = []

    def before_write(self, connection: Connection) -> Mapping[str, Any]:
        """Raises RunFenced, or SessionGone when the chat was deleted (its runs go with it)."""
        own = {"run_id": self.run_id, "user_id": self.user_id, "session_id": self.session_id}
        found = connection.execute(_FENCE, own).one_or_none()
        if found is None:
            raise SessionGone
        if tuple(found) != (self.epoch, RunStatus.RUNNING):
            raise RunFenced(self.run_id)
        return {"run_id": self.run_id, "agent_name": self._writes_as or self.agent_name}
