"""Agents whose tools are an MCP server's: it is connected for them, and kept."""

import os
import re
import sys
from pathlib import Path
from typing import Any

from agents import Agent
from agents.mcp import MCPServerStdio
from agents.testing import ScriptedModel, function_call

from tests.runs import tool_server
from tests.runs.conftest import Start, Watched, send
from tests.runs.stage import Stage, says, until
from webapp.models import AgentSession
from webapp.runs import Executor
from webapp.runs.events import ToolFinished


def program(path: str | None = tool_server.__file__) -> MCPServerStdio:
    return MCPServerStdio(params={"command": sys.executable, "args": [str(path)]}, name="desk")


def calls(name: str, call_id: str) -> Any:
    return [function_call(name, {}, call_id=call_id)]


def outputs(run: Watched) -> list[str]:
    """The numbers of programs that its tools told."""
    told = [event.output for event in run.events() if isinstance(event, ToolFinished)]
    return re.findall(r"\d{2,}", " ".join(told))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_is_connected_kept_and_let_go(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    executor = start()
    stage.play(calls("pid", "c1"), "One.", calls("pid", "c2"), "Two.", mcp_servers=[program()])
    [first] = outputs(send(chat))
    [second] = outputs(send(chat))
    assert first == second
    assert is_alive(int(first))
    executor.close(0)
    until(lambda: not is_alive(int(first)))


def test_a_server_that_has_ended_is_connected_anew(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    server = program()
    stage.play(calls("pid", "c1"), "One.", calls("leave", "c2"), "Left.", mcp_servers=[server])
    before = send(chat)
    assert before.ended() == "finished"
    send(chat).ended()  # How, is up to the SDK: it may ask for the tools once more.
    stage.play(calls("pid", "c3"), "Two.", mcp_servers=[server])
    after = send(chat)
    assert after.ended() == "finished"
    assert outputs(before) != outputs(after)


def test_a_server_that_cannot_be_reached_is_told(
    executor: Executor, stage: Stage, chat: AgentSession, tmp_path: Path
) -> None:
    stage.play("Never.", mcp_servers=[program(str(tmp_path / "nothing.py"))])
    run = send(chat)
    assert run.ended() == "failed"
    assert run.row.error_kind == "tools_gone"


def test_agents_inside_tools_and_behind_handoffs_have_theirs_too(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    server = program()
    models = [ScriptedModel([calls("pid", f"c{n}"), says("There.")]) for n in range(2)]
    inner = Agent(name="Inner", model=models[0], mcp_servers=[server])
    billing = Agent(name="Billing", model=models[1], mcp_servers=[server])
    stage.play(
        [function_call("ask", {"input": "?"}, call_id="c8")],
        calls("transfer_to_billing", "c9"),
        tools=[inner.as_tool("ask", "Ask")],
        handoffs=[billing],
    )
    run = send(chat)
    assert run.ended() == "finished"
    [pid] = outputs(run)
    assert models[0].last_call is not None
    assert pid in str(models[0].last_call.input)
