"""Search on PostgreSQL: a generated tsvector with a GIN index.

Case and accents are folded by a function of our own: the extension `unaccent` is not installed
everywhere, and not everybody may install it.
"""

from sqlalchemy import Connection

# Where `lower` and [:alnum:] know every script, whatever locale the database was made with.
COLLATIONS = ("pg_c_utf8", "unicode", "und-x-icu", "C.utf8", "en_US.utf8", "default")

# Letters and digits alone: in the rest, PostgreSQL's parser sees addresses, paths and tags, and
# would not find a word inside one. Cut once more at the end, for letters that fall into several:
# a tsvector holds a megabyte, and a message that it cannot hold could not be stored. Where all is
# ASCII, there is nothing to fold, and half of the time to save. Not STRICT: then it is inlined.
WORDS = r"""
    CREATE OR REPLACE FUNCTION search_words(said text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(said) = length(said) THEN
        regexp_replace(lower(left(said, 200000) COLLATE "{0}"), '[^a-z0-9 ]+', ' ', 'g')
    ELSE left(
        regexp_replace(
            lower(regexp_replace(
                search_decomposed(left(said, 200000)), '[\u0300-\u036F]+', '', 'g'
            ) COLLATE "{0}") COLLATE "{0}",
            '[^[:alnum:]]+', ' ', 'g'
        ),
        200000
    ) END
"""
# PostgreSQL sorts the marks of a letter by comparing each with all, and cannot be stopped at it:
# 100,000 of them would take minutes. So a long text is taken in pieces; where a letter and its
# mark come apart, the mark is dropped all the same.
DECOMPOSED = """
    CREATE OR REPLACE FUNCTION search_decomposed(said text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN length(said) <= 1000 THEN normalize(said, NFD) ELSE (
        SELECT string_agg(normalize(piece[1], NFD), '' ORDER BY number)
        FROM regexp_matches(said, '.{1,250}', 'g') WITH ORDINALITY AS pieces (piece, number)
    ) END
"""
MADE = (
    """
    ALTER TABLE search_document ADD COLUMN words tsvector GENERATED ALWAYS AS (
        array_to_tsvector(ARRAY[
            chr(57344 + (message_id IS NULL)::int) || replace(user_id::text, '-', '')
        ]) || to_tsvector('pg_catalog.simple', search_words(text))
    ) STORED
    """,
    "CREATE INDEX ix_search_document_words ON search_document USING gin (words)",
    # For words that are everywhere: the newest documents are looked through one by one.
    "CREATE INDEX ix_search_document_newest ON search_document (user_id, id)",
)
DROPPED = (
    "DROP INDEX ix_search_document_newest",
    "ALTER TABLE search_document DROP COLUMN words",
    "DROP FUNCTION search_words(text)",
    "DROP FUNCTION search_decomposed(text)",
)

TRIGGERS = {
    "search_message_added": (
        "AFTER INSERT ON session_message REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
        """
        INSERT INTO search_document (user_id, session_id, message_id, text)
        SELECT (SELECT user_id FROM agent_session WHERE id = added.session_id),
            added.session_id, added.id, left(added.content, 200000)
        FROM added
        WHERE role IN ('user', 'assistant') AND content <> '' AND superseded_at IS NULL
        ORDER BY added.position;
        """,
    ),
    "search_message_changed": (
        "AFTER UPDATE OF role, content, superseded_at ON session_message FOR EACH ROW",
        """
        IF new.role IN ('user', 'assistant') AND new.content <> '' AND new.superseded_at IS NULL
        THEN
            INSERT INTO search_document (user_id, session_id, message_id, text)
            SELECT user_id, id, new.id, left(new.content, 200000)
            FROM agent_session WHERE id = new.session_id
            ON CONFLICT (message_id) DO UPDATE SET text = excluded.text;
        ELSE
            DELETE FROM search_document WHERE message_id = new.id;
        END IF;
        """,
    ),
    # Here, not by a reference: those cost two look-ups for each document that is added.
    "search_message_removed": (
        "AFTER DELETE ON session_message FOR EACH ROW WHEN (old.role IN ('user', 'assistant'))",
        "DELETE FROM search_document WHERE message_id = old.id;",
    ),
    "search_title_added": (
        "AFTER INSERT ON agent_session FOR EACH ROW WHEN (new.session_name <> '')",
        """
        INSERT INTO search_document (user_id, session_id, text)
        VALUES (new.user_id, new.id, new.session_name);
        """,
    ),
    "search_title_changed": (
        """
        AFTER UPDATE OF session_name ON agent_session FOR EACH ROW
        WHEN (old.session_name IS DISTINCT FROM new.session_name)
        """,
        """
        DELETE FROM search_document WHERE session_id = new.id AND message_id IS NULL;
        INSERT INTO search_document (user_id, session_id, text)
        SELECT new.user_id, new.id, new.session_name WHERE new.session_name <> '';
        """,
    ),
    "search_title_removed": (
        "AFTER DELETE ON agent_session FOR EACH ROW WHEN (old.session_name <> '')",
        "DELETE FROM search_document WHERE session_id = old.id AND message_id IS NULL;",
    ),
}


def make_index(connection: Connection) -> None:
    make_words(connection)
    for statement in MADE:
        connection.exec_driver_sql(statement)


def make_words(connection: Connection) -> None:
    """Make the functions that fold a text into its words, or make them anew."""
    connection.exec_driver_sql(DECOMPOSED)
    known = set(connection.exec_driver_sql("SELECT collname::text FROM pg_collation").scalars())
    collation = next(name for name in COLLATIONS if name in known)
    connection.exec_driver_sql(WORDS.format(collation))


def drop_index(connection: Connection) -> None:
    for statement in DROPPED:
        connection.exec_driver_sql(statement)


def make_trigger(connection: Connection, name: str) -> None:
    when, body = TRIGGERS[name]
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {body} RETURN NULL; END $$"
    )
    connection.exec_driver_sql(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def drop_trigger(connection: Connection, name: str) -> None:
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


def triggers(connection: Connection) -> set[str]:
    """The names of all that there are in the database."""
    query = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
    return set(connection.exec_driver_sql(query).scalars())
