"""A model is shown the newest turns of a long chat; the session keeps them all."""

from itertools import pairwise

from tests.rendering.chats import CALL, OUTPUT, add, agent, person
from tests.runs.conftest import Start, items_of, send
from tests.runs.stage import Stage
from webapp.models import AgentSession


def test_the_model_is_given_what_stands_after_the_line(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    for number in range(20):
        call, output = {**CALL, "call_id": f"c{number}"}, {**OUTPUT, "call_id": f"c{number}"}
        add(chat, person(f"Q{number}"), call, output, agent(f"A{number}"))
    start(history_items=9)
    model = stage.play("Yes.")
    assert send(chat, "And now?").ended() == "finished"
    assert model.last_call is not None
    given = model.last_call.input
    assert [str(item.get("content", ""))[:3] for item in given if item.get("role") == "user"] == [
        "Q18",
        "Q19",
        "And",
    ]
    kinds = [item.get("type") for item in given]
    assert ("function_call", "function_call_output") in pairwise(kinds)
    assert len(items_of(chat.id)) == 82
