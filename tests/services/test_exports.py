"""Reading a chat a page at a time, whatever its length."""

import tracemalloc

import pytest
from flask import Flask

from tests.factories import make_user
from tests.services.chats import add, make_chat
from webapp.models import User
from webapp.rendering.exports.archive import archive
from webapp.services.exports import PAGE, count_messages, list_chats, load_chat, read_messages
from webapp.services.facts import SessionGone


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def test_a_long_chat_is_read_in_order_without_what_comes_meanwhile(ada: User) -> None:
    count = 2 * PAGE + 3
    chat = make_chat(ada.id, *(str(n) for n in range(count)))
    reading = read_messages(chat.id)
    texts = [next(reading).item["content"]]
    add(chat, "late")
    texts += [message.item["content"] for message in reading]
    assert texts == [str(n) for n in range(count)]
    assert count_messages(chat.id) == count + 1


def test_a_chat_that_is_gone_is_told(app: Flask, ada: User) -> None:
    with pytest.raises(SessionGone):
        load_chat(ada.id)
    assert list(read_messages(ada.id)) == []


def test_an_archive_holds_no_more_than_a_piece_of_itself(ada: User) -> None:
    for _ in range(3):
        make_chat(ada.id, *("words " * 20_000 for _ in range(40)))
    chats = list_chats(ada.id)
    assert sum(map(len, archive(chats))) > 10_000
    tracemalloc.start()
    for _ in archive(chats):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Fourteen megabytes of messages; one chat's page of them at a time.
    assert most < 30_000_000
