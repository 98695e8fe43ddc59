"""`flask check` and `flask retention`: whether all is well, and what is too old."""

from dataclasses import asdict
from typing import cast

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.config import Settings
from webapp.services.retention import remove_old
from webapp.services.soundness import check_soundness


@click.command("check")
@with_appcontext
def check() -> None:
    """Say whether the installation is sound; ends with 1 where it is not."""
    is_sound = True
    for finding in check_soundness():
        is_sound = is_sound and finding.is_sound
        click.echo(f"{'ok    ' if finding.is_sound else 'WRONG '} {finding.what}")
        if finding.wrong:
            click.echo(f"       {finding.wrong}")
    if not is_sound:
        raise click.exceptions.Exit(1)


@click.command("retention")
@with_appcontext
def retention() -> None:
    """Remove what the setting PARLEY_RETENTION keeps no longer. The server does so by itself."""
    settings = cast("Settings", current_app.config["SETTINGS"])
    for kind, count in asdict(remove_old(settings.retention)).items():
        click.echo(f"{kind.replace('_', ' ').capitalize()}: {count:,} removed.")
