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

PROGRAM = "import os; print(len(os.sched_getaffinity(0)), os.sched_getscheduler(0))"


@function_tool
def in_a_thread() -> str:
    """Count the processors of a thread."""
    return f"thread: {len(os.sched_getaffinity(0))}, turns: {os.sched_getscheduler(0)}"


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


Threads = set[tuple[str, int]]
"""Which processors they may use, and by which of the system's policies they take turns."""


def counted(folder: Path, *, one_processor: bool) -> tuple[str, Threads]:
    """The page with what the tools have counted, and what holds for the server's threads."""
    (folder / "counting.py").write_text(AGENTS)
    with (
        ModelServer() as model,
        live_server(
            folder,
            agents=folder / "counting.py",
            openai_base_url=model.url,
            openai_api_key="sk-test",
            model="test-model",
            title_by_model=False,  # That would load in a thread of its own.
            one_processor=one_processor,
        ) as server,
    ):
        calls = call("in_a_thread"), call("on_the_loop"), call("on_the_loop")
        model.script(*calls, say("That is all."))
        visitor = first_admin(server)
        visitor.send("/sessions", text="Count")
        while "That is all." not in visitor.page:
            visitor.go(visitor.address)
        return visitor.page, threads_of(server)


def threads_of(server: LiveServer) -> Threads:
    kids = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return {told_of(task) for pid in kids for task in Path(f"/proc/{pid}/task").iterdir()}


def told_of(task: Path) -> tuple[str, int]:
    found = re.search(r"Cpus_allowed_list:\s*(\S+)", (task / "status").read_text())
    assert found is not None
    return found[1], os.sched_getscheduler(int(task.name))


def test_threads_take_turns_on_one_and_what_agents_start_has_all(tmp_path: Path) -> None:
    everything = len(os.sched_getaffinity(0))
    page, threads = counted(tmp_path, one_processor=True)
    assert f"thread: {everything}, turns: {os.SCHED_OTHER}" in page
    program = f"loop: 1, program: {everything} {os.SCHED_OTHER}"
    assert page.count(program) == page.count("loop:") >= 2
    [(processors, policy)] = threads
    assert processors.isdecimal()
    assert policy == os.SCHED_BATCH


def test_otherwise_all_of_them_are_used(tmp_path: Path) -> None:
    everything = len(os.sched_getaffinity(0))
    page, threads = counted(tmp_path, one_processor=False)
    assert f"loop: {everything}, program: {everything} {os.SCHED_OTHER}" in page
    assert threads == {told_of(Path("/proc/self/task") / str(os.getpid()))}
