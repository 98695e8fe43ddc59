"""What is logged, and how: one JSON line an event, on standard error.

Our own events go through structlog alone: every request is one, and a line is a part of its time.
What libraries and the server say through `logging`, and Python's warnings, comes by way of a
handler of the standard library, and looks the same.
"""

import json
import logging
import sys
import time
from contextlib import suppress
from typing import NoReturn

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

# What libraries log below a warning is theirs to read; at debug, the SDK logs what people say.
_FOREIGN_LEVEL = logging.WARNING

log = structlog.get_logger(__name__)

# Made once: `json.dumps` would make another for each line.
_json = json.JSONEncoder(default=repr)


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the time, one line in one piece."""

    def emit(self, record: logging.LogRecord) -> None:
        # A library's sentence that does not fit its values is the library's loss.
        with suppress(ValueError):
            self.write(self.format(record))

    def write(self, line: str) -> None:
        # The handler's own lock: `logging` makes it new in a process that was forked.
        self.acquire()
        try:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # Nobody reads any more; the server's work does not depend on it.
            return
        finally:
            self.release()


def _line(logger: object, method: str, event: EventDict) -> str:
    """What a reader looks for first comes first."""
    first = ("time", "level", "event", "request_id", "logger")
    return _json.encode({key: event[key] for key in first if key in event} | dict(event))


def _write(logger: object, method: str, event: EventDict) -> NoReturn:
    _handler.write(_line(logger, method, event))
    # The line is out: nothing is left that `logging` could do with the event.
    raise structlog.DropEvent


_handler = _StandardError()
_handler.name = __name__

_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.format_exc_info,
)

# One list, however often it is configured: loggers keep the one that they first saw.
_PROCESSORS: list[Processor] = [
    # The level is `logging`'s: it can be set again for loggers that are in use.
    structlog.stdlib.filter_by_level,
    *_SHARED,
    _write,
]

_handler.setFormatter(
    ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[ProcessorFormatter.remove_processors_meta, _line],
    )
)


def configure_logs(level: str) -> None:
    """Send every event of `level` and above to standard error, as JSON."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    # By name: where the code was loaded anew, the class of the one before is another.
    for old in [old for old in root.handlers if old.name == _handler.name]:
        root.removeHandler(old)
    root.addHandler(_handler)
    root.setLevel(max(_FOREIGN_LEVEL, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("webapp").setLevel(level.upper())
    logging.captureWarnings(capture=True)


class Outage:
    """What goes wrong again and again while a cause lasts: told once for each cause, and its end.

    `event` names it, and `about` says whose it is. One for each thing that is tried again.
    """

    def __init__(self, event: str, **about: str) -> None:
        self._event = event
        self._about = about
        self._causes: set[str] = set()
        self._began_at = 0.0

    def goes_on(self, error: Exception, **more: object) -> None:
        """It has failed, or still does."""
        # Of an error of the database only what that says: the statement may be another each time.
        cause = str(getattr(error, "orig", error)) or type(error).__name__
        if not self._causes:
            self._began_at = time.monotonic()
        if cause not in self._causes:
            self._causes.add(cause)
            log.error(self._event, error=cause, **self._about, **more)

    def is_over(self) -> None:
        """It has worked."""
        if self._causes:
            self._causes.clear()
            seconds = round(time.monotonic() - self._began_at, 1)
            log.info("works_again", after=self._event, seconds=seconds, **self._about)
