"""One turn of an agent, from a message to its end: start, follow, stop, try again.

Nothing that is imported here imports the SDK, which takes a second; the executor does, on a
thread of its own.
"""

from webapp.runs.continuing import continue_run
from webapp.runs.decisions import decide_run
from webapp.runs.editing import edit_message, regenerate_reply
from webapp.runs.executor import Executor, current, ready, start_executor
from webapp.runs.following import read_events, shown, wake
from webapp.runs.repeating import check_repeat
from webapp.runs.retrying import retry_run
from webapp.runs.starting import QueuedRun, SentMessage, send_message, start_run
from webapp.runs.stopping import stop_run, stop_runs_in
from webapp.runs.superseding import find_message
from webapp.runs.versions import Branch, find_branch, use_version

__all__ = [
    "Branch",
    "Executor",
    "QueuedRun",
    "SentMessage",
    "check_repeat",
    "continue_run",
    "current",
    "decide_run",
    "edit_message",
    "find_branch",
    "find_message",
    "read_events",
    "ready",
    "regenerate_reply",
    "retry_run",
    "send_message",
    "shown",
    "start_executor",
    "start_run",
    "stop_run",
    "stop_runs_in",
    "use_version",
    "wake",
]
