"""The log: one JSON line an event, whoever logs it and whatever is in it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from webapp.config import ROOT
from webapp.logs import configure_logs

NASTY = 'a\nb\r\n{"event": "forged"}\x00\x1b[31m\u2028\ud800"'


@pytest.fixture(autouse=True)
def _configured() -> Iterator[None]:
    structlog.contextvars.clear_contextvars()
    configure_logs("info")
    yield
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_with_its_time_level_and_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    structlog.get_logger("webapp.somewhere").info("sign_in_refused", attempts=3)
    (line,) = lines(capsys)
    at = datetime.fromisoformat(line.pop("time"))
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert line == {
        "level": "info",
        "event": "sign_in_refused",
        "logger": "webapp.somewhere",
        "attempts": 3,
    }


def test_what_a_reader_looks_for_first_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.bind_contextvars(request_id="abc")
    structlog.get_logger("webapp.somewhere").info("an_event", attempts=3)
    logging.getLogger("library").warning("it said so")
    first = ["time", "level", "event", "request_id", "logger"]
    assert [list(line) for line in lines(capsys)] == [[*first, "attempts"], first]


def test_what_people_write_cannot_break_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("webapp.somewhere").warning(NASTY, path=NASTY, **{"a\nb": object()})
    # pytest keeps what is logged this way, and cannot send a lone surrogate to its other processes.
    storable = NASTY.replace("\ud800", "")
    logging.getLogger("library").warning("it said %s", storable)
    first, second = lines(capsys)
    assert first["event"] == first["path"] == NASTY
    assert second["event"] == f"it said {storable}"
    assert second["logger"] == "library"


def test_an_error_is_told_with_its_traceback_in_the_same_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        int(NASTY)
    except ValueError:
        structlog.get_logger("webapp.somewhere").exception("it_broke")
        logging.getLogger("library").exception("it broke")
    for line in lines(capsys):
        assert line["level"] == "error"
        assert "Traceback" in line["exception"]
        assert "ValueError" in line["exception"]


def test_warnings_of_python_are_events() -> None:
    # In a process of its own: here, pytest listens to warnings itself.
    program = (
        "import warnings; from webapp.logs import configure_logs; configure_logs('info');"
        " warnings.warn('an old way', UserWarning)"
    )
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    line = json.loads(done.stderr)
    assert line["level"] == "warning"
    assert "an old way" in line["event"]


def test_what_libraries_say_below_a_warning_is_left_out_even_at_debug(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("debug")
    logging.getLogger("openai").debug("the request holds what a person wrote")
    logging.getLogger("httpx").info("POST https://api.example.org")
    structlog.get_logger("webapp.somewhere").debug("ours")
    assert [line["event"] for line in lines(capsys)] == ["ours"]


def test_what_is_below_the_level_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("error")
    structlog.get_logger("webapp.somewhere").warning("not told")
    logging.getLogger("library").warning("not told")
    structlog.get_logger("webapp.somewhere").error("told")
    assert [line["event"] for line in lines(capsys)] == ["told"]


def test_the_level_can_be_set_again_for_a_logger_in_use(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = structlog.get_logger("webapp.somewhere")
    for level in ("info", "error", "debug"):
        configure_logs(level)
        log.debug("debug at %s", level)
        log.info("info at %s", level)
        log.error("error at %s", level)
    assert [line["event"] for line in lines(capsys)] == [
        "info at info",
        "error at info",
        "error at error",
        "debug at debug",
        "info at debug",
        "error at debug",
    ]


def test_work_goes_on_where_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = io.StringIO()
    nobody.close()
    monkeypatch.setattr(sys, "stderr", nobody)
    structlog.get_logger("webapp.somewhere").error("not heard")
    logging.getLogger("library").error("not heard")


def test_setting_it_up_again_does_not_double_the_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info")
    structlog.get_logger("webapp.somewhere").info("once")
    assert len(lines(capsys)) == 1


def test_code_that_was_loaded_anew_does_not_double_the_lines() -> None:
    # As in a worker of a development's server, in a process of its own.
    program = (
        "import logging, sys; from webapp.logs import configure_logs; configure_logs('info');"
        " del sys.modules['webapp.logs'];"
        " from webapp.logs import configure_logs; configure_logs('info');"
        " logging.getLogger('library').warning('once')"
    )
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(done.stderr.splitlines()) == 1
