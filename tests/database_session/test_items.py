"""What goes in comes out equal, down to the order of keys and the form of numbers."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.database_session.conftest import Run
from tests.database_session.sdk_items import KINDS, example
from webapp.database import read_tx
from webapp.database_session import DatabaseSession
from webapp.models import MessageRole, SessionMessage

KNOWN_KINDS = [
    "EasyInputMessageParam",
    "Message",
    "ResponseOutputMessageParam",
    "ResponseFileSearchToolCallParam",
    "ResponseComputerToolCallParam",
    "ComputerCallOutput",
    "ResponseFunctionWebSearchParam",
    "ResponseFunctionToolCallParam",
    "FunctionCallOutput",
    "ToolSearchCall",
    "ResponseToolSearchOutputItemParamParam",
    "AdditionalTools",
    "ResponseConfigurationUpdateItemParamParam",
    "ResponseReasoningItemParam",
    "ResponseCompactionItemParamParam",
    "ImageGenerationCall",
    "ResponseCodeInterpreterToolCallParam",
    "LocalShellCall",
    "LocalShellCallOutput",
    "ShellCall",
    "ShellCallOutput",
    "ApplyPatchCall",
    "ApplyPatchCallOutput",
    "McpListTools",
    "McpApprovalRequest",
    "McpApprovalResponse",
    "McpCall",
    "ResponseCustomToolCallOutputParam",
    "ResponseCustomToolCallParam",
    "CompactionTrigger",
    "ItemReference",
    "Program",
    "ProgramOutput",
]

DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]

ODD_ITEMS: dict[str, dict[str, Any]] = {
    "an empty item": {},
    "keys out of order": {"z": 1, "role": "user", "content": "a", "b": 2, "a": 3},
    "1.0 beside 1": {"role": "user", "content": "x", "a": 1.0, "b": 1, "c": -0.0, "d": 1e100},
    "integers past 64 bits": {"role": "user", "content": "", "n": 2**63, "m": -(10**40)},
    "NUL": {"role": "user", "content": "a\0b", "\0key": "\0"},
    "a lone surrogate": {"role": "user", "content": "\ud800 and \udfff", "\udc00": "\ud83d"},
    "a pair of surrogates": {"role": "user", "content": "\ud83d\ude00"},
    "characters of every plane": {
        "role": "user",
        "content": "ä 中 😀 \u2028 \x7f \ufffe \U0010ffff",
    },
    "control characters": {"role": "user", "content": "".join(map(chr, range(32)))},
    "an unknown role": {"role": "critic", "content": "no"},
    "a role that is no text": {"role": 7, "content": "no"},
    "an unknown type": {"type": "dream", "content": {"of": ["sheep"]}},
    "a type that is no text": {"type": ["list"], "role": None, "content": None},
    "content as null": {"role": "assistant", "content": None},
    "content as a list": {
        "role": "user",
        "content": [{"type": "input_text", "text": "a"}, 7, None],
    },
    "empty containers": {"role": "user", "content": [], "a": {}, "b": [{}], "c": ""},
    "deep nesting": {"role": "user", "content": "deep", "data": DEEP},
    "our own column names": {
        "role": "user",
        "content": "x",
        "id": "mine",
        "position": 5,
        "run_id": "r",
        "extra_data": "{}",
        "superseded_at": None,
        "tool_call_id": None,
        "tool_name": 3,
    },
    "the identifier that the SDK invents": {
        "id": "__fake_id__",
        "type": "message",
        "role": "assistant",
        "content": [],
    },
    "a long call id": {
        "type": "function_call",
        "call_id": "c" * 3000,
        "name": "n\0" * 400,
        "arguments": "{}",
    },
    "text that looks like JSON and SQL": {
        "role": "user",
        "content": '"]}\\",\'; DROP TABLE x; --%s',
    },
}

CHAT_COMPLETIONS = [
    {"role": "user", "content": "Calculate 2 + 2"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "call_123",
                "type": "function",
                "function": {"name": "calculator", "arguments": '{"a": 2, "b": 2}'},
            }
        ],
    },
    {"role": "tool", "tool_call_id": "call_123", "name": "calculator", "content": "4"},
    {"role": "assistant", "content": "2 + 2 equals 4."},
]


def _exactly(items: Any) -> str:
    """Text that also tells the order of keys and 1.0 from 1, which == does not."""
    return json.dumps(items)


def test_the_kinds_of_items_are_those_that_these_tests_know() -> None:
    assert [kind.__name__ for kind in KINDS] == KNOWN_KINDS


@pytest.mark.parametrize("kind", KINDS, ids=KNOWN_KINDS)
def test_an_item_of_each_kind_comes_back_equal(chat: DatabaseSession, run: Run, kind: Any) -> None:
    item = example(kind)
    assert item.keys() == kind.__required_keys__ | kind.__optional_keys__
    run(chat.add_items([item]))
    assert _exactly(run(chat.get_items())) == _exactly([item])
    assert _exactly(run(chat.pop_item())) == _exactly(item)


@pytest.mark.parametrize("item", ODD_ITEMS.values(), ids=ODD_ITEMS)
def test_an_odd_item_comes_back_equal(
    chat: DatabaseSession, run: Run, item: dict[str, Any]
) -> None:
    run(chat.add_items([item, item]))
    assert _exactly(run(chat.get_items())) == _exactly([item, item])
    assert _exactly(run(chat.get_items(limit=1))) == _exactly([item])
    assert _exactly(run(chat.pop_item())) == _exactly(item)


def test_four_megabytes_come_back_equal(chat: DatabaseSession, run: Run) -> None:
    item = {"role": "user", "content": "0123456789äöü\0" * 300_000}
    run(chat.add_items([item, {"role": "user", "content": "next"}]))
    assert run(chat.get_items()) == [item, {"role": "user", "content": "next"}]


def test_a_batch_of_thousands_keeps_its_order(chat: DatabaseSession, run: Run) -> None:
    items = [{"role": "user", "content": str(number)} for number in range(2_345)]
    run(chat.add_items(items))
    assert run(chat.get_items()) == items


def test_messages_of_chat_completions_come_back_equal(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(CHAT_COMPLETIONS))
    assert _exactly(run(chat.get_items())) == _exactly(CHAT_COMPLETIONS)


def test_repeats_are_kept(chat: DatabaseSession, run: Run) -> None:
    item = {"id": "msg_1", "role": "assistant", "content": "again"}
    run(chat.add_items([item, item]))
    run(chat.add_items([item]))
    assert run(chat.get_items()) == [item, item, item]


def test_each_reading_gives_objects_of_its_own(chat: DatabaseSession, run: Run) -> None:
    given = {"role": "user", "content": ["a"]}
    run(chat.add_items([given, given]))
    given["content"].append("later")
    first = run(chat.get_items())
    first[0]["content"].append("mine")
    assert first[1] == {"role": "user", "content": ["a"]}
    assert run(chat.get_items()) == [{"role": "user", "content": ["a"]}] * 2


@pytest.mark.parametrize(
    ("item", "role", "content", "call_id", "name"),
    [
        ({"role": "user", "content": "Hi"}, "user", "Hi", None, None),
        ({"role": "developer", "content": "Be brief"}, "system", "Be brief", None, None),
        ({"role": "critic", "content": "No"}, "system", "No", None, None),
        ({"role": "user", "content": "a\0\ud800b"}, "user", "a\ufffd\ufffdb", None, None),
        (
            {
                "type": "message",
                "role": "assistant",
                "name": "not a tool",
                "content": [{"text": "One"}, {"refusal": "Two"}, {"image_url": "x"}],
            },
            "assistant",
            "One\nTwo",
            None,
            None,
        ),
        (
            {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
            "assistant",
            "",
            "c1",
            "add",
        ),
        ({"type": "function_call_output", "call_id": "c1", "output": "3"}, "tool", "3", "c1", None),
        ({"type": "web_search_call", "id": "ws"}, "assistant", "", None, "web_search"),
        ({"type": "mcp_approval_response", "approve": True}, "tool", "", None, None),
        ({"type": "reasoning", "content": [{"text": "Hm"}]}, "assistant", "", None, None),
        (CHAT_COMPLETIONS[1], "assistant", "", "call_123", "calculator"),
        (CHAT_COMPLETIONS[2], "tool", "4", "call_123", "calculator"),
        (
            {"type": "function_call", "call_id": "c" * 300, "name": "n" * 300},
            "assistant",
            "",
            "c" * 255,
            "n" * 255,
        ),
    ],
)
def test_people_and_queries_see_the_role_the_text_and_the_tool(  # noqa: PLR0917
    chat: DatabaseSession,
    run: Run,
    item: dict[str, Any],
    role: str,
    content: str,
    call_id: str | None,
    name: str | None,
) -> None:
    run(chat.add_items([item]))
    with read_tx() as tx:
        row = tx.scalars(select(SessionMessage)).one()
    assert (row.role, row.content) == (MessageRole(role), content)
    assert (row.tool_call_id, row.tool_name) == (call_id, name)
    assert row.created_at == row.updated_at
