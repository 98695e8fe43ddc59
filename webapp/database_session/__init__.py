"""Conversations of the OpenAI Agents SDK in the project's own database.

`DatabaseSession` is the SDK's `Session` protocol over `AgentSession` and `SessionMessage`. The
functions beside it do the same inside a transaction that the caller already has.
"""

from webapp.database_session.items import Item, items_from_rows, load_item
from webapp.database_session.session import DatabaseSession
from webapp.database_session.store import append_items

__all__ = ["DatabaseSession", "Item", "append_items", "items_from_rows", "load_item"]
