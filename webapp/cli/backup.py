"""`flask backup`: a copy of the whole database, taken while Parley runs."""

from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.config import Settings
from webapp.services.backup import BackupFailed, back_up


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write a copy of the whole database to FILE, while people go on writing.

    The copy is checked before it takes its name; one that was there before is replaced only then.

    To restore one of SQLite: stop Parley, put FILE in the place of parley.db in the instance
    folder, remove parley.db-wal and parley.db-shm there, and start. One of PostgreSQL goes into a
    new and empty database: `pg_restore --no-owner --single-transaction --dbname=ADDRESS FILE`. Keep
    the secret key of the instance folder with it: without the key everybody has to sign in again.
    """
    settings = cast("Settings", current_app.config["SETTINGS"])
    with click.progressbar(length=1, label="Copying") as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        try:
            counts = back_up(settings, file, show)
        except BackupFailed as failure:
            raise click.ClickException(str(failure)) from None
    size = f"{file.stat().st_size / 1_000_000:,.1f} MB"
    rows = f", {sum(counts.values()):,} rows in {len(counts)} tables" if counts else ""
    click.echo(f"Wrote and checked {file}: {size}{rows}.")
