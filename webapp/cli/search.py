"""`flask search`: care for the index that search looks in."""

import click
from flask.cli import AppGroup

from webapp.services.search_rebuild import count_searched, rebuild_search

search = AppGroup("search", help="Care for the index that search looks in.")


@search.command("rebuild")
def rebuild() -> None:
    """Make the index anew from the messages.

    Needed only where it was damaged, or where messages were changed past the database's triggers.
    People can go on writing meanwhile.
    """
    with click.progressbar(length=count_searched(), label="Indexing", show_pos=True) as bar:
        for count in rebuild_search():
            bar.update(count)
    click.echo("Search finds everything again.")
