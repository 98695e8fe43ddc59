"""Forks and imports while others write: each is of one moment, whole or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Barrier, Event
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from tests.factories import make_run, make_user
from tests.services.chats import make_chat, reply, user
from tests.services.test_imports import exported
from webapp.database import read_tx, write_tx
from webapp.database_session import append_items
from webapp.models import AgentRun, AgentSession, RunStatus, SessionMessage, User
from webapp.runs.locking import lock_session
from webapp.services.exports import read_messages
from webapp.services.facts import AccountGone, SessionGone, TodoGone
from webapp.services.forks import fork_session
from webapp.services.imports import import_chat
from webapp.services.people import delete_person
from webapp.services.session_deletion import delete_session, remove_sessions, restore_session
from webapp.services.sessions import create_session
from webapp.services.todos import complete_todo, create_todo, reopen_todo

TURNS = 12


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def play_a_turn(chat: AgentSession, number: int) -> None:
    """A run that writes what it has in three transactions, and ends in the last."""
    run = make_run(chat.id, status=RunStatus.RUNNING)
    pieces = [[user(f"Q{number}")], [reply("So"), reply("and")], [reply("so")]]
    for piece in pieces:
        with write_tx() as tx:
            append_items(tx, chat.id, piece, run_id=run.id)
            if piece is pieces[-1]:
                tx.get_one(AgentRun, run.id).status = RunStatus.FINISHED


def positions(session_id: UUID) -> list[int]:
    with read_tx() as tx:
        own = select(SessionMessage.position).where(SessionMessage.session_id == session_id)
        return list(tx.scalars(own.order_by(SessionMessage.position)))


def meanwhile(act: Callable[[], None], again: Callable[[], UUID]) -> list[UUID]:
    """What `again` gave each time until `act` was over in another thread."""
    is_over = Event()

    def acted() -> None:
        try:
            act()
        finally:
            is_over.set()

    made = []
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(acted)
        while not is_over.is_set():
            made.append(again())
        acting.result()
    return made


def test_a_fork_while_a_run_writes_is_of_whole_turns(ada: User) -> None:
    chat = make_chat(ada.id)

    def talk() -> None:
        for number in range(TURNS):
            play_a_turn(chat, number)

    forks = meanwhile(talk, lambda: fork_session(chat.id))
    said = [message.item for message in read_messages(chat.id)]
    assert len(said) == 4 * TURNS
    lengths = set()
    for fork in forks:
        copied = [message.item for message in read_messages(fork)]
        assert copied == said[: len(copied)]
        assert positions(fork) == list(range(1, len(copied) + 1))
        lengths.add(len(copied))
    assert {length % 4 for length in lengths} == {0}
    assert len(lengths) > 1, "nothing was written meanwhile"


def test_a_fork_of_what_is_deleted_meanwhile_is_none(ada: User) -> None:
    chat = make_chat(ada.id, "hello", reply("hi"))
    whole: list[UUID] = []

    def forked() -> UUID:
        with suppress(SessionGone):
            whole.append(fork_session(chat.id))
        return chat.id

    forked()
    meanwhile(lambda: delete_session(chat.id), forked)
    with pytest.raises(SessionGone):
        fork_session(chat.id)
    meanwhile(lambda: list(remove_sessions(AgentSession.id == chat.id)) and None, forked)
    with pytest.raises(SessionGone):
        fork_session(chat.id)
    assert all(positions(fork) == [1, 2] for fork in whole)
    with read_tx() as tx:
        assert tx.scalar(select(func.count()).select_from(AgentSession)) == len(whole)


def test_a_chat_is_removed_while_its_run_is_worked_on(ada: User) -> None:
    chat = make_chat(ada.id, "hello")
    run = make_run(chat.id, status=RunStatus.RUNNING)
    with ThreadPoolExecutor(1) as pool:
        with write_tx() as tx:
            tx.get_one(AgentRun, run.id).model = "a-model"
            tx.flush()
            removing = pool.submit(lambda: list(remove_sessions(AgentSession.id == chat.id)))
            wait([removing], timeout=0.2)  # Until it waits for the run.
            append_items(tx, chat.id, [reply("so")], run_id=run.id)
        assert removing.result() == [1]


def test_a_deletion_is_taken_back_while_its_person_sends(ada: User) -> None:
    chat, other = make_chat(ada.id, "hello"), make_chat(ada.id)
    delete_session(chat.id)
    with ThreadPoolExecutor(1) as pool:
        with write_tx() as tx:
            lock_session(tx, other.id)  # The person first, then the chat.
            restoring = pool.submit(restore_session, chat.id)
            wait([restoring], timeout=0.2)  # Until it waits for the person.
            append_items(tx, chat.id, [reply("so")])
        restoring.result()
    assert positions(chat.id) == [1, 2]


def test_a_deletion_is_taken_back_while_its_reply_ends(ada: User) -> None:
    chat = make_chat(ada.id, "hello")
    delete_session(chat.id)
    with ThreadPoolExecutor(1) as pool:
        with write_tx() as tx:
            append_items(tx, chat.id, [reply("so")])
            restoring = pool.submit(restore_session, chat.id)
            wait([restoring], timeout=0.2)  # Until it waits for the chat.
            # Changed again, it has PostgreSQL look whether its person is there.
            append_items(tx, chat.id, [reply("and so")])
        restoring.result()
    assert positions(chat.id) == [1, 2, 3]


def test_a_todo_is_opened_again_while_its_person_is_deleted(ada: User) -> None:
    todo = create_todo(ada.id, "Buy milk")
    complete_todo(ada.id, todo.id)
    with ThreadPoolExecutor(1) as pool:
        with write_tx() as tx:
            tx.execute(select(User.id).where(User.id == ada.id).with_for_update())
            opening = pool.submit(reopen_todo, ada.id, todo.id)
            wait([opening], timeout=0.2)  # Until it waits for the person.
            tx.execute(delete(User).where(User.id == ada.id))
        with pytest.raises(TodoGone):
            opening.result()


def test_of_equal_files_at_once_each_comes_in_and_one_has_the_name(ada: User) -> None:
    data = exported(make_chat(make_user().id, "hello", reply("hi"), session_id="birds"))
    with ThreadPoolExecutor(8) as pool:
        chats = list(pool.map(lambda _: import_chat(ada.id, data), range(8)))
    with read_tx() as tx:
        names = list(
            tx.scalars(AgentSession.owned_by(ada.id).with_only_columns(AgentSession.session_id))
        )
    assert (len(set(names)), names.count("birds")) == (8, 1)
    assert all(positions(chat.id) == [1, 2] for chat in chats)


def test_a_deletion_is_taken_back_while_its_name_is_given_anew(ada: User) -> None:
    for name in map(str, range(TURNS)):
        chat = create_session(ada.id, None, name)
        delete_session(chat)
        together = Barrier(2)

        def restore(chat: UUID = chat, together: Barrier = together) -> None:
            together.wait()
            restore_session(chat)

        def begin(name: str = name, together: Barrier = together) -> UUID:
            together.wait()
            return create_session(ada.id, None, name)

        with ThreadPoolExecutor(2) as pool:
            restored, made = pool.submit(restore), pool.submit(begin)
            restored.result()
            assert (made.result() == chat) is (name_of(chat) == name)


def test_a_name_always_leads_to_a_chat_while_its_chats_are_deleted(ada: User) -> None:
    def named() -> UUID:
        return create_session(ada.id, None, "birds")

    def delete_often() -> None:
        for _ in range(20 * TURNS):
            delete_session(named())

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(meanwhile, delete_often, named) for _ in range(4)]
        assert all(one.result() for one in asked)


def name_of(chat: UUID) -> str:
    with read_tx() as tx:
        return tx.get_one(AgentSession, chat).session_id


def test_nothing_comes_in_for_an_account_that_is_deleted_meanwhile(ada: User) -> None:
    data = exported(make_chat(make_user().id, "hello"))
    ended = []

    def imported() -> UUID:
        try:
            return import_chat(ada.id, data).id
        except AccountGone:
            ended.append(ada.id)
            return ada.id

    def leave() -> None:
        imported()
        delete_person(ada.id, actor_id=ada.id, address=None)

    meanwhile(leave, imported)
    imported()
    assert ended
    with read_tx() as tx:
        assert not tx.scalars(AgentSession.owned_by(ada.id)).all()
