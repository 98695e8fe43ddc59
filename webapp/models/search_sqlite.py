"""Search on SQLite: an FTS5 table, whose rows are those of `search_document`."""

from sqlalchemy import Connection

SCOPE = """
    ALTER TABLE search_document ADD COLUMN scope TEXT
    GENERATED ALWAYS AS (char(57344 + (message_id IS NULL)) || user_id) VIRTUAL
"""
MADE = (
    SCOPE,
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        text, scope, content='search_document', content_rowid='id', columnsize=0,
        tokenize='unicode61 remove_diacritics 2', prefix='2 3'
    )
    """,
    "INSERT INTO search_index (search_index) VALUES ('rebuild')",
)
DROPPED = ("DROP TABLE search_index", "ALTER TABLE search_document DROP COLUMN scope")

TRIGGERS = {
    "search_document_added": """
        AFTER INSERT ON search_document BEGIN
            INSERT INTO search_index (rowid, text, scope) VALUES (new.id, new.text, new.scope);
        END
    """,
    "search_document_changed": """
        AFTER UPDATE ON search_document BEGIN
            INSERT INTO search_index (search_index, rowid, text, scope)
            VALUES ('delete', old.id, old.text, old.scope);
            INSERT INTO search_index (rowid, text, scope) VALUES (new.id, new.text, new.scope);
        END
    """,
    "search_document_removed": """
        AFTER DELETE ON search_document BEGIN
            INSERT INTO search_index (search_index, rowid, text, scope)
            VALUES ('delete', old.id, old.text, old.scope);
        END
    """,
    "search_message_added": """
        AFTER INSERT ON session_message
        WHEN new.role IN ('user', 'assistant') AND new.content <> '' AND new.superseded_at IS NULL
        BEGIN
            INSERT INTO search_document (user_id, session_id, message_id, text)
            SELECT user_id, id, new.id, substr(new.content, 1, 200000)
            FROM agent_session WHERE id = new.session_id;
        END
    """,
    "search_message_changed": """
        AFTER UPDATE OF role, content, superseded_at ON session_message BEGIN
            DELETE FROM search_document WHERE message_id = new.id AND NOT (
                new.role IN ('user', 'assistant') AND new.content <> ''
                AND new.superseded_at IS NULL
            );
            INSERT INTO search_document (user_id, session_id, message_id, text)
            SELECT user_id, id, new.id, substr(new.content, 1, 200000)
            FROM agent_session WHERE id = new.session_id
                AND new.role IN ('user', 'assistant') AND new.content <> ''
                AND new.superseded_at IS NULL
            ON CONFLICT (message_id) DO UPDATE SET text = excluded.text;
        END
    """,
    # Here, not by a reference: those cost two look-ups for each document that is added. A chat's
    # messages come here too when the chat is deleted.
    "search_message_removed": """
        AFTER DELETE ON session_message WHEN old.role IN ('user', 'assistant') BEGIN
            DELETE FROM search_document WHERE message_id = old.id;
        END
    """,
    "search_title_added": """
        AFTER INSERT ON agent_session WHEN new.session_name <> '' BEGIN
            INSERT INTO search_document (user_id, session_id, text)
            VALUES (new.user_id, new.id, new.session_name);
        END
    """,
    "search_title_changed": """
        AFTER UPDATE OF session_name ON agent_session
        WHEN old.session_name IS NOT new.session_name BEGIN
            DELETE FROM search_document WHERE session_id = new.id AND message_id IS NULL;
            INSERT INTO search_document (user_id, session_id, text)
            SELECT new.user_id, new.id, new.session_name WHERE new.session_name <> '';
        END
    """,
    "search_title_removed": """
        AFTER DELETE ON agent_session WHEN old.session_name <> '' BEGIN
            DELETE FROM search_document WHERE session_id = old.id AND message_id IS NULL;
        END
    """,
}


def make_index(connection: Connection) -> None:
    for statement in MADE:
        connection.exec_driver_sql(statement)


def drop_index(connection: Connection) -> None:
    for statement in DROPPED:
        connection.exec_driver_sql(statement)


def make_trigger(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"CREATE TRIGGER {name} {TRIGGERS[name]}")


def drop_trigger(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")


def triggers(connection: Connection) -> set[str]:
    """The names of all that there are in the database."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return set(connection.exec_driver_sql(query).scalars())
