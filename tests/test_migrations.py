"""Migrations: one line of them, on both databases, that makes what the models say."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, MetaData, create_engine, func, inspect, select, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from tests.conftest import SECRET
from tests.factories import make_session, make_user
from tests.support.databases import empty_database
from tests.support.rows import one_of_each
from webapp import create_app
from webapp.cli.migrations import init_migrations
from webapp.config import ROOT, Settings
from webapp.database import Base, db
from webapp.models.search_index import is_made_here
from webapp.schema import newest_revision, stored_revision

MIGRATIONS = ROOT / "migrations"
FAILS = """
revision = "9999"
down_revision = "{head}"

import sqlalchemy as sa
from alembic import op

def upgrade():
    op.create_table("half_way", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("half_way", sa.Integer()))
    op.execute("UPDATE user_account SET display_name = 'lost'")
    op.execute("INSERT INTO no_such_table VALUES (1)")

def downgrade():
    pass
"""


def revisions() -> list[str]:
    """All of them, oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [step.revision for step in reversed(list(script.walk_revisions()))]


class Schema:
    """A database of its own, and ways to move it."""

    def __init__(self, app: Flask) -> None:
        self.engine: Engine = db.engine
        self.settings: Settings = app.config["SETTINGS"]
        self.config: Config = app.extensions["migrate"].migrate.get_config(str(MIGRATIONS))

    @property
    def revision(self) -> str:
        return stored_revision(self.settings)

    def up(self, to: str = "head") -> None:
        command.upgrade(self.config, to)

    def down(self, to: str) -> None:
        command.downgrade(self.config, to)

    def tables(self) -> set[str]:
        return set(inspect(self.engine).get_table_names()) - {"alembic_version"}

    def count_rows(self) -> dict[str, int]:
        found = MetaData()
        found.reflect(self.engine, only=lambda name, _: not is_made_here(name, "table"))
        with self.engine.connect() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in found.sorted_tables
            }


@pytest.fixture
def schema(database: str, run_folder: Path, tmp_path: Path) -> Iterator[Schema]:
    with empty_database(database, run_folder) as url:
        app = create_app(Settings(database_url=url, instance=tmp_path, secret_key=SECRET))
        init_migrations(app)
        with app.app_context():
            yield Schema(app)
            db.engine.dispose()


def test_there_is_one_line_of_migrations_numbered_in_order() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert script.get_heads() == [newest_revision()]
    assert revisions() == sorted(revisions())
    for step in script.walk_revisions():
        assert Path(step.path).name.startswith(f"{step.revision}_")


def test_from_nothing_to_the_newest_and_back_and_up_again(schema: Schema) -> None:
    assert schema.revision == ""
    schema.up()
    assert schema.revision == newest_revision()
    made = schema.tables()
    assert {table.name for table in Base.metadata.sorted_tables} <= made
    schema.down("base")
    assert schema.tables() == set()
    schema.up()
    assert schema.tables() == made


def test_each_step_can_be_taken_back(schema: Schema) -> None:
    before = "base"
    for revision in revisions():
        schema.up(revision)
        schema.down(before)
        schema.up(revision)
        assert schema.revision == revision
        before = revision


def test_the_models_are_what_the_migrations_make(schema: Schema) -> None:
    schema.up()
    command.check(schema.config)


def test_tables_are_the_same_whether_migrated_or_made_from_the_models(
    schema: Schema, database: str, run_folder: Path
) -> None:
    schema.up()
    with empty_database(database, run_folder) as url:
        engine = create_engine(url)
        Base.metadata.create_all(engine)
        made = described(engine)
        engine.dispose()
    assert described(schema.engine) == made


def described(engine: Engine) -> dict[str, Any]:
    """What autogenerate does not compare too: checks, defaults, what deletions do."""
    looked = inspect(engine)
    return {
        table.name: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in sorted(looked.get_columns(table.name), key=lambda one: one["name"])
            ],
            "key": looked.get_pk_constraint(table.name),
            "checks": sorted(map(str, looked.get_check_constraints(table.name))),
            "unique": sorted(map(str, looked.get_unique_constraints(table.name))),
            "foreign": sorted(map(str, looked.get_foreign_keys(table.name))),
            "indexes": sorted(map(_in_words, looked.get_indexes(table.name))),
        }
        for table in Base.metadata.sorted_tables
    }


def _in_words(index: ReflectedIndex) -> str:
    conditions = {name: str(value) for name, value in index.pop("dialect_options", {}).items()}
    return str(index | {"conditions": conditions})


def test_no_row_is_lost_on_the_way_down_to_the_first_tables_and_up(schema: Schema) -> None:
    schema.up()
    one_of_each()
    full = schema.count_rows()
    assert all(full.values()), full
    schema.down(revisions()[0])
    kept = schema.count_rows()
    assert kept == {name: count for name, count in full.items() if name in kept}
    schema.up()
    after = schema.count_rows()
    assert {name: after[name] for name in kept} == kept


def test_a_migration_that_fails_half_way_leaves_the_old_state(
    schema: Schema, tmp_path: Path
) -> None:
    schema.up()
    user = make_user(display_name="Ada")
    make_session(user.id)
    before = schema.tables()
    broken = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    (broken / "versions" / "9999_fails.py").write_text(FAILS.format(head=newest_revision()))
    schema.config.set_main_option("script_location", str(broken))
    with pytest.raises(Exception, match="no_such_table"):
        schema.up()
    assert schema.revision == newest_revision()
    assert schema.tables() == before
    with schema.engine.connect() as connection:
        assert connection.scalar(text("SELECT display_name FROM user_account")) == "Ada"
        assert connection.scalar(text("SELECT count(*) FROM agent_session")) == 1
    columns = {column["name"] for column in inspect(schema.engine).get_columns("user_account")}
    assert "half_way" not in columns
