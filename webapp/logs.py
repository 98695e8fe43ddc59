"""What is logged, and how: one JSON line an event."""

import structlog


def configure_logs(level: str) -> None:
    """Send every event of `level` and above to standard error, as JSON."""
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
