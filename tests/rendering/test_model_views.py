"""The line at which what the model reads begins agrees with what it is given."""

import pytest

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, agent, person, words
from tests.runs.conftest import items_of
from webapp.models import AgentSession
from webapp.rendering.model_views import mark_model_view
from webapp.rendering.transcript import load_transcript
from webapp.rendering.windows import Place
from webapp.services.histories import fit_history

BOOK = "word " * 40


def fill(chat: AgentSession, turns: int) -> None:
    for number in range(turns):
        call = {**CALL, "call_id": f"c{number}"}
        output = {**OUTPUT, "call_id": f"c{number}"}
        add(chat, person(f"Q{number} {BOOK}"), call, output, agent(f"A{number}"))


def marked(chat: AgentSession, place: Place, **limits: int) -> list[str]:
    given = {"max_items": 0, "max_tokens": 0, **limits}
    transcript = mark_model_view(chat.id, load_transcript(chat.id, place), **given)
    return [words(turn)[0].partition(" ")[0] for turn in transcript.turns if turn.begins_model_view]


@pytest.mark.parametrize("limits", [{"max_items": 30}, {"max_tokens": 900}, {"max_items": 200}])
def test_the_line_stands_where_the_model_begins_to_read(
    chat: AgentSession, limits: dict[str, int]
) -> None:
    fill(chat, 100)
    kept, left_out = fit_history(items_of(chat.id), **limits)
    assert left_out
    first = kept[0]["content"].split()[0]
    position = 1 + 4 * int(first[1:])
    assert marked(chat, Place(at=position), **limits) == [first]
    # In the windows before and after there is no line.
    assert marked(chat, Place(before=position), **limits) == []
    assert marked(chat, Place(after=position + 3), **limits) == []


def test_there_is_no_line_where_the_model_reads_everything(chat: AgentSession) -> None:
    fill(chat, 5)
    assert marked(chat, Place()) == []
    assert marked(chat, Place(), max_items=20) == []
    assert marked(chat, Place(), max_items=19) == ["Q1"]


def test_a_turn_beyond_the_limit_begins_with_its_own_line(chat: AgentSession) -> None:
    fill(chat, 2)
    assert marked(chat, Place(), max_items=1) == ["Q1"]


def test_what_an_agent_says_unasked_has_no_line(chat: AgentSession) -> None:
    for question in ("Q0", "Q1"):
        add(chat, person(question), agent("A"), run_id=make_run(chat.id).id)
    add(chat, agent("By the way"))
    assert marked(chat, Place(), max_items=3) == ["Q1"]
