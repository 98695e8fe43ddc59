"""What is logged, and how: one JSON line an event, on standard error.

Everything goes through one handler of the standard library, whoever logs it: structlog for our
own events, `logging` for what libraries and the server say, and Python's warnings.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

# What libraries log below a warning is theirs to read; at debug, the SDK logs what people say.
_FOREIGN_LEVEL = logging.WARNING


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at the time, one line in one piece."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            # Nobody reads any more; the server's work does not depend on it.
            return


_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.format_exc_info,
)


# One list, however often it is configured: loggers keep the one that they first saw.
_PROCESSORS: list[Processor] = [
    structlog.stdlib.filter_by_level,
    *_SHARED,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def configure_logs(level: str) -> None:
    """Send every event of `level` and above to standard error, as JSON."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _in_order,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(max(_FOREIGN_LEVEL, logging.getLevelNamesMapping()[level.upper()]))
    logging.getLogger("webapp").setLevel(level.upper())
    logging.captureWarnings(capture=True)


def _in_order(logger: object, method: str, event: EventDict) -> EventDict:
    """What a reader looks for first comes first."""
    first = ("time", "level", "event", "request_id", "logger")
    return {key: event[key] for key in first if key in event} | dict(event)
