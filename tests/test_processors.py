"""One processor for the server: what takes turns stays there, what agents start does not."""

import os
import re
from pathlib import Path

from tests.support.model_server import ModelServer
from tests.support.model_turns import call, say
from tests.support.server import LiveServer, live_server
from tests.support.visitor import first_admin

AGENTS = '''
import asyncio
import os
import sys

from agents import Agent, function_tool

PROGRAM = "import os; print(len(os.sched_getaffinity(0)))"


@function_tool
def in_a_thread() -> str:
    """Count the processors of a thread."""
    return f"thread: {len(os.sched_getaffinity(0))}"


@function_tool
async def on_the_loop() -> str:
    """Count the processors of the loop, and of a program that is started from it."""
    own = len(os.sched_getaffinity(0))
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    return f"loop: {own}, program: {said.decode().strip()}"


counter = Agent(name="Counter", tools=[in_a_thread, on_the_loop])
'''


def counted(folder: Path, *, one_processor: bool) -> tuple[str, set[str]]:
    """The page with what the tools have counted, and which processors the server's threads have."""
    (folder / "counting.py").write_text(AGENTS)
    with (
        ModelServer() as model,
        live_server(
            folder,
            agents=folder / "counting.py",
            openai_base_url=model.url,
            openai_api_key="sk-test",
            model="test-model",
            one_processor=one_processor,
        ) as server,
    ):
        calls = call("in_a_thread"), call("on_the_loop"), call("on_the_loop")
        model.script(*calls, say("That is all."))
        visitor = first_admin(server)
        visitor.send("/sessions", text="Count")
        while "That is all." not in visitor.page:
            visitor.go(visitor.address)
        return visitor.page, processors_of(server)


def processors_of(server: LiveServer) -> set[str]:
    kids = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    threads = [task for pid in kids for task in Path(f"/proc/{pid}/task").iterdir()]
    allowed = [(task / "status").read_text() for task in threads]
    return {found for text in allowed for found in re.findall(r"Cpus_allowed_list:\s*(\S+)", text)}


def test_threads_stay_on_one_and_what_agents_start_has_all(tmp_path: Path) -> None:
    everything = len(os.sched_getaffinity(0))
    page, used = counted(tmp_path, one_processor=True)
    assert f"thread: {everything}" in page
    assert page.count(f"loop: 1, program: {everything}") == page.count("loop:") >= 2
    assert len(used) == 1
    assert used.pop().isdecimal()


def test_otherwise_all_of_them_are_used(tmp_path: Path) -> None:
    everything = len(os.sched_getaffinity(0))
    page, used = counted(tmp_path, one_processor=False)
    assert f"loop: {everything}, program: {everything}" in page
    assert used == processors_here()


def processors_here() -> set[str]:
    return set(re.findall(r"Cpus_allowed_list:\s*(\S+)", Path("/proc/self/status").read_text()))
