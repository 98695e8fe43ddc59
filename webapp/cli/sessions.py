"""`flask sessions`: everybody's chats, from the machine that Parley runs on."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup

from webapp.models import User
from webapp.rendering.exports.archive import ChatFile, file_name
from webapp.rendering.exports.html_file import html_file
from webapp.rendering.exports.json_file import json_file
from webapp.rendering.exports.markdown_file import markdown_file
from webapp.services.accounts import find_user
from webapp.services.exports import (
    ExportedChat,
    count_messages,
    list_chats,
    load_chat,
    note_reading,
    read_messages,
)
from webapp.services.facts import SessionGone
from webapp.services.pruning import list_prunable, prune_sessions
from webapp.services.session_lists import list_sessions
from webapp.services.sessions import NAMELESS

sessions = AppGroup("sessions", help="List, show, export and prune chats.")

_FILES: dict[str, ChatFile] = {"json": json_file, "md": markdown_file, "html": html_file}
_WHY = "On the server's command line"
MOST_DAYS = 100 * 365
"""As for PARLEY_RETENTION: far above what anybody means, and still what clocks count with."""
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@sessions.command("list")
@click.argument("email")
@click.option("--active/--inactive", default=None, help="Only these; all when not given.")
def show_all(email: str, active: bool | None) -> None:  # noqa: FBT001
    """List a person's chats, the last used first."""
    for chat in list_sessions(_find(email).id, is_active=active):
        state = "" if chat.is_active else "  deactivated"
        name = _plain(chat.session_name or NAMELESS)
        click.echo(f"{chat.id}  {chat.last_activity_at:%Y-%m-%d %H:%M}  {name}{state}")


@sessions.command("show")
@click.argument("session", type=click.UUID)
@click.option("--messages", is_flag=True, help="Print what was said; this is written down.")
def show(session: UUID, messages: bool) -> None:  # noqa: FBT001
    """Show what is known of a chat."""
    chat = _load(session)
    click.echo(f"Name         {_plain(chat.session_name or NAMELESS)}")
    click.echo(f"Session id   {_plain(chat.session_id)}")
    click.echo(f"Agent        {_plain(chat.agent_name or '')}")
    click.echo(f"State        {'active' if chat.is_active else 'deactivated'}")
    click.echo(f"Made         {chat.created_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"Last used    {chat.last_activity_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"Items        {count_messages(chat.id)}")
    if messages:
        note_reading(chat.id, _WHY)
        for text in markdown_file(chat, read_messages(chat.id)):
            click.echo(_plain(text), nl=False)


@sessions.command("prune")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), required=True, help="Unchanged for so long."
)
@click.option("--user", "email", help="Only this person's chats.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_dry_run
def prune(days: int, email: str | None, yes: bool, dry_run: bool) -> None:  # noqa: FBT001
    """Delete chats that were deactivated long ago, with all that was said in them."""
    owner = _find(email).id if email else None
    older_than = timedelta(days=days)
    found = list_prunable(older_than, owner)
    for chat in found if dry_run else ():
        name = _plain(chat.session_name or NAMELESS)
        click.echo(f"{chat.id}  {chat.email}  {chat.updated_at:%Y-%m-%d}  {name}")
    if dry_run or not found:
        click.echo(f"{_chats(len(found))} would be deleted.")
        return
    if not yes:
        click.confirm(f"Delete {_chats(len(found))} for good?", abort=True)
    removed = 0
    with click.progressbar(length=len(found), label="Deleting", show_pos=True) as bar:
        for count in prune_sessions(older_than, owner):
            removed += count
            bar.update(count)
    click.echo(f"Deleted {_chats(removed)}.")


@sessions.command("export")
@click.argument("email")
@click.option("--session", type=click.UUID, help="Only this chat; all of the person's otherwise.")
@click.option("--to", "folder", type=click.Path(path_type=Path), default=Path(), show_default=True)
@click.option("--kind", type=click.Choice(list(_FILES)), default="json", show_default=True)
@_dry_run
def export(
    email: str,
    session: UUID | None,
    folder: Path,
    kind: str,
    dry_run: bool,  # noqa: FBT001
) -> None:
    """Write a person's chats to files; the person is told in their settings."""
    keys = list_chats(_find(email).id)
    if session is not None and session not in keys:
        raise click.ClickException("The person has no such chat.")
    keys = keys if session is None else [session]
    if dry_run:
        click.echo(f"{_chats(len(keys))} would be written to {folder}.")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with click.progressbar(keys, label="Writing", show_pos=True) as bar:
            for key in bar:
                _write(_load(key), folder, kind)
    except OSError as error:
        reason = f"{error.filename or folder} cannot be written ({error.strerror})."
        raise click.ClickException(reason) from error
    click.echo(f"Wrote {_chats(len(keys))} to {folder}.")


def _write(chat: ExportedChat, folder: Path, kind: str) -> None:
    note_reading(chat.id, _WHY)
    path = folder / f"{file_name(chat)}.{kind}"
    with path.open("w", encoding="utf-8", errors="replace") as file:
        file.writelines(_FILES[kind](chat, read_messages(chat.id)))


def _find(email: str) -> User:
    user = find_user(email)
    if user is None:
        raise click.ClickException(f"There is no account with {email}.")
    return user


def _load(session_id: UUID) -> ExportedChat:
    try:
        return load_chat(session_id)
    except SessionGone:
        raise click.ClickException("There is no such chat.") from None


def _chats(count: int) -> str:
    return "1 chat" if count == 1 else f"{count} chats"


def _plain(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
