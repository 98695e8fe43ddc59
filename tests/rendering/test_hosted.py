"""Tools at the model's server are shown with their name, state and detail."""

import pytest
from openai.types.responses import (
    ResponseCodeInterpreterToolCall,
    ResponseFileSearchToolCall,
    ResponseFunctionWebSearch,
)
from openai.types.responses.response_output_item import ImageGenerationCall, McpCall
from pydantic import BaseModel

from webapp.rendering.draft import Draft
from webapp.rendering.items import tell
from webapp.rendering.view_models import ToolCall
from webapp.runs.events import ToolFinished, ToolStarted
from webapp.runs.hosted import asked, came_back, has_failed, name_of

DONE = {"id": "c1", "status": "completed"}
SEARCH = {"type": "search", "query": "rain", "sources": [{"type": "url", "url": "https://a.b/c"}]}
FOUND = {"file_id": "f", "filename": "plants.pdf", "text": "Plant garlic in autumn."}
MCP = {"id": "c1", "type": "mcp_call", "name": "list", "server_label": "github"}
FAULT = {"type": "mcp_protocol_error", "code": 404, "message": "No such repository"}
ITEMS: list[tuple[BaseModel, tuple[str, str, str, str]]] = [
    (
        ResponseFunctionWebSearch(type="web_search_call", action=SEARCH, **DONE),
        ("web_search", "query: rain", "https://a.b/c", "done"),
    ),
    (
        ResponseFunctionWebSearch(
            id="c1",
            type="web_search_call",
            status="failed",
            action={"type": "open_page", "url": "https://a.b"},
        ),
        ("web_search", "url: https://a.b", "", "failed"),
    ),
    (
        ResponseFileSearchToolCall(
            type="file_search_call", queries=["garlic"], results=[FOUND], **DONE
        ),
        ("file_search", 'queries: ["garlic"]', "plants.pdf\nPlant garlic in autumn.", "done"),
    ),
    (
        ResponseFileSearchToolCall(type="file_search_call", queries=["garlic"], **DONE),
        (
            "file_search",
            'queries: ["garlic"]',
            "What was found is known to the model alone.",
            "done",
        ),
    ),
    (
        ResponseCodeInterpreterToolCall(
            type="code_interpreter_call",
            container_id="x",
            code="print(42)",
            outputs=[{"type": "logs", "logs": "42"}, {"type": "image", "url": "https://a.b/p.png"}],
            **DONE,
        ),
        ("code_interpreter", "print(42)", "42\n[Image]", "done"),
    ),
    (
        ImageGenerationCall(type="image_generation_call", result="aGVsbG8=" * 9_000, **DONE),
        ("image_generation", "", "[Image]", "done"),
    ),
    (
        McpCall(arguments='{"repo": "x"}', output="3 issues", **MCP),
        ("github.list", "repo: x", "3 issues", "done"),
    ),
    (
        McpCall(arguments='{"repo": "x"}', error=FAULT, **MCP),
        ("github.list", "repo: x", "No such repository", "failed"),
    ),
]


def shown(draft: Draft) -> tuple[str, str, str, str]:
    [call] = (call.shown(is_active=False) for call in draft.calls.values())
    assert isinstance(call, ToolCall)
    return call.name, call.gist, call.output or "", call.state


@pytest.mark.parametrize(("item", "expected"), ITEMS)
def test_a_hosted_call_is_shown_from_its_item(
    item: BaseModel, expected: tuple[str, str, str, str]
) -> None:
    draft = Draft("reply", "Assistant")
    tell(item.model_dump(exclude_unset=True), draft, 0)
    assert shown(draft) == expected


@pytest.mark.parametrize(("item", "expected"), ITEMS)
def test_and_the_same_from_its_events(item: BaseModel, expected: tuple[str, str, str, str]) -> None:
    told = item.model_dump(exclude_unset=True)
    draft = Draft("reply", "Assistant")
    draft.apply(ToolStarted("c1", name_of(told), "", 1.0, is_hosted=True))
    draft.apply(ToolFinished("c1", came_back(told), 2.0, has_failed(told), asked(told)))
    assert shown(draft) == expected
