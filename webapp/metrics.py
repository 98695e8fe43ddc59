"""What this process counts about itself, in the text format that Prometheus reads.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
WAITS = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 30.0)

Labels = tuple[tuple[str, str], ...]


class Counter:
    """A number that only grows, one for each set of labels."""

    def __init__(self, name: str, about: str) -> None:
        self.name, self.about = name, about
        self._guard = threading.Lock()
        self._values: dict[Labels, float] = {}

    def add(self, amount: float = 1, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        with self._guard:
            self._values[key] = self._values.get(key, 0) + amount

    def lines(self) -> Iterator[str]:
        yield from _head(self.name, self.about, "counter")
        with self._guard:
            values = dict(self._values)
        for labels, value in sorted(values.items()):
            yield _line(self.name, value, labels)


class Histogram:
    """How often something took how long, in seconds."""

    def __init__(self, name: str, about: str, bounds: tuple[float, ...] = SECONDS) -> None:
        self.name, self.about = name, about
        self._bounds = bounds
        self._guard = threading.Lock()
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        with self._guard:
            self._counts[bisect_left(self._bounds, seconds)] += 1
            self._sum += seconds

    def lines(self) -> Iterator[str]:
        yield from _head(self.name, self.about, "histogram")
        with self._guard:
            counts, total = list(self._counts), self._sum
        below = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            below += count
            yield _line(f"{self.name}_bucket", below, (("le", bound),))
        yield _line(f"{self.name}_sum", round(total, 6), ())
        yield _line(f"{self.name}_count", below, ())


REQUESTS = Counter("parley_requests_total", "Requests answered.")
REQUEST_SECONDS = Histogram("parley_request_seconds", "Until an answer began.")
RUNS = Counter("parley_runs_total", "Runs that ended, by outcome.")
TOKENS = Counter("parley_tokens_total", "Tokens that models read and wrote.")
FIRST_TOKEN = Histogram("parley_first_token_seconds", "From a message to its first token.")
WRITE_WAITS = Histogram(
    "parley_database_write_wait_seconds", "Waits for the turn to write (SQLite).", WAITS
)
_ALL: tuple[Counter | Histogram, ...] = (
    REQUESTS,
    REQUEST_SECONDS,
    RUNS,
    TOKENS,
    FIRST_TOKEN,
    WRITE_WAITS,
)


def exposition(gauges: Iterable[tuple[str, str, float]]) -> str:
    """All that is counted, and `gauges`: a name, what it is, and how much it is now."""
    lines = [line for metric in _ALL for line in metric.lines()]
    for name, about, value in gauges:
        lines += [*_head(name, about, "gauge"), _line(name, value, ())]
    return "\n".join(lines) + "\n"


def _head(name: str, about: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, value: float, labels: Labels) -> str:
    written = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
    return f"{name}{{{written}}} {_number(value)}" if written else f"{name} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    # All digits: a counter of millions must not move in steps.
    return str(int(value)) if value == int(value) else repr(value)
