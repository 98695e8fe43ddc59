"""A fake OpenAI-compatible server over real HTTP, which does what each test tells it.

    with ModelServer() as server:
        server.script(call("add", a=1, b=2), say("It is ", "three."))
        ... Settings(openai_base_url=server.url, model="test-model")

Requests take the steps in their order; `when` gives steps to the requests whose last message
holds some words, for chats that run side by side. It speaks `/v1/responses` and
`/v1/chat/completions`, and refuses a history that a real server would refuse.
"""

import json
import select
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.model_frames import ChatFrames, Frame, ResponsesFrames
from tests.support.model_history import problem_of
from tests.support.model_turns import PATIENCE, Raw, Silence, Step, Turn, error, say

UNTOLD = say("Hello from the test model.")


@dataclass(frozen=True)
class Request:
    """What a model was sent."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def items(self) -> list[dict[str, Any]]:
        """The history, in the words of its API."""
        items = self.body.get("messages", self.body.get("input"))
        return items if isinstance(items, list) else [{"role": "user", "content": items}]

    @property
    def last_text(self) -> str:
        """What the person wrote last."""
        asked = [item for item in self.items if item.get("role") == "user"]
        content = asked[-1]["content"] if asked else ""
        return content if isinstance(content, str) else json.dumps(content)


class ModelServer:
    """Listens on a port of its own while it is entered; `requests` holds what came."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._steps: deque[Step] = deque()
        self._steps_when: dict[str, deque[Step]] = {}
        self._always: Step = UNTOLD
        self._lock = threading.Lock()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def script(self, *steps: Step) -> None:
        """What the next requests get, one step each."""
        self._steps.extend(steps)

    def when(self, words: str, *steps: Step) -> None:
        """What the next requests get whose person's last message holds `words`."""
        self._steps_when.setdefault(words, deque()).extend(steps)

    def always(self, step: Step) -> None:
        """What requests get for which nothing is scripted."""
        self._always = step

    def next_step(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            if problem := problem_of(request.body):
                return error(400, message=problem)
            for words, steps in self._steps_when.items():
                if steps and words in request.last_text:
                    return steps.popleft()
            return self._steps.popleft() if self._steps else self._always

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.close_connections()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, told: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told = told
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self._open):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went, or a test that ended, is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, *_: Any) -> None:
        """Tests read `requests` instead."""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        step = self.server.told.next_step(request)
        if isinstance(step, Silence):
            self._be_silent()
        elif isinstance(step, Raw):
            self._send_whole(step)
        else:
            self._answer(step, request)

    def _answer(self, turn: Turn, request: Request) -> None:
        is_chat = request.path.endswith("/chat/completions")
        model = str(request.body.get("model"))
        frames = ChatFrames(turn, model) if is_chat else ResponsesFrames(turn, model)
        if not request.body.get("stream"):
            if turn.gate:
                turn.gate.wait()
            self._send_whole(Raw(body=json.dumps(frames.whole())))
            return
        self._begin_stream()
        for frame in frames.before():
            self._send(frame)
        self._send_text(turn, frames)
        if turn.broken:
            self._break(turn, frames)
            return
        for frame in frames.after():
            self._send(frame)
        if is_chat:
            self._send_bytes(b"data: [DONE]\n\n")
        self._send_bytes(b"")

    def _send_text(self, turn: Turn, frames: ChatFrames | ResponsesFrames) -> None:
        while True:
            for chunk in turn.chunks:
                if turn.gate:
                    turn.gate.wait()
                self._send(frames.chunk(chunk))
            if not turn.is_endless or self.server.told.closing.is_set():
                return

    def _break(self, turn: Turn, frames: ChatFrames | ResponsesFrames) -> None:
        if turn.broken == "silent":
            self._be_silent()
        elif turn.broken == "reset":
            # With nothing to linger for, closing sends a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif turn.broken == "garbage":
            self._send_bytes(b"data: {this is no JSON\n\n")
            self._send_bytes(b"")
        elif turn.broken in {"error", "failed"}:
            self._send(frames.error() if turn.broken == "error" else frames.failed())
            self._send_bytes(b"")
        else:
            self._send_bytes(b"")

    def _be_silent(self) -> None:
        """Until the client goes, or the test ends."""
        self.close_connection = True
        for _ in range(PATIENCE * 20):
            readable, _w, _x = select.select([self.connection], [], [], 0.05)
            if readable or self.server.told.closing.is_set():
                return

    def _begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _send(self, frame: Frame) -> None:
        kind = f"event: {frame['type']}\n" if "type" in frame else ""
        self._send_bytes(f"{kind}data: {json.dumps(frame)}\n\n".encode())

    def _send_bytes(self, data: bytes) -> None:
        """One chunk of the body; an empty one is the end."""
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _send_whole(self, raw: Raw) -> None:
        body = raw.body.encode()
        self.send_response(raw.status)
        self.send_header("Content-Type", raw.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in raw.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def refusing_url() -> str:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"
