"""Settings: every wrong value is told in a sentence, before anything is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import clean_environment
from webapp.config import (
    ROOT,
    Settings,
    SettingsError,
    load_settings,
    unknown_settings,
    variable,
)

KEY = "Vq7-fKx2_pZ0sWm9RtYb4LcJd8Gh3NaE"

WRONG = {
    ("PARLEY_THREADS", "many"): "should be a valid integer",
    ("PARLEY_THREADS", "8"): "should be greater than or equal to 40",
    ("PARLEY_BIND", "localhost"): "must be an address and a port, such as 127.0.0.1:8000",
    ("PARLEY_BIND", "127.0.0.1:http"): "must be an address and a port",
    ("PARLEY_BIND", "127.0.0.1:8000,127.0.0.1:8001"): "must be an address and a port",
    ("PARLEY_BIND", "::1:8000"): "must be an address and a port",
    ("PARLEY_BIND", "*:8000"): "must be an address and a port",
    ("PARLEY_PUBLIC_URL", "chat.example.org"): "must be an address that begins with http://",
    ("PARLEY_PUBLIC_URL", "https://example.org/chat"): "must be a scheme and a host alone, such as",
    ("PARLEY_PUBLIC_URL", "https://ada:x@example.org"): "must be a scheme and a host alone",
    ("PARLEY_PUBLIC_URL", "https://example.org:99999"): "must be an address that begins with",
    ("PARLEY_HOSTS", "https://example.org"): "must be names alone, such as chat.example.org or",
    ("PARLEY_HOSTS", "chat.example.org, *.example.org"): "must be names alone",
    ("PARLEY_SIGN_IN_LIFETIME", "99999999999999"): "should be less than or equal to 3153600000",
    ("PARLEY_MAX_MESSAGE", "9" * 30): "should be less than or equal to 1000000000000",
    ("PARLEY_ENVIRONMENT", "test"): "should be 'production' or 'development'",
    ("PARLEY_LOG_LEVEL", "loud"): "should be 'debug'",
    ("PARLEY_REGISTRATION", "maybe"): "should be 'open'",
    ("PARLEY_SECRET_KEY", "short"): "must have at least 32 characters",
    ("PARLEY_SECRET_KEY", "change-me-" * 4): "must be a random text, and this looks like a sample",
    ("PARLEY_SECRET_KEY", "  "): "is empty",
    ("PARLEY_STOP_SECONDS", "-1"): "should be greater than or equal to 0",
    ("DATABASE_URL", "mysql://localhost/chat"): "must begin with sqlite:/// (a file) or postgresql",
    ("DATABASE_URL", "sqlite:///"): "must begin with sqlite:/// (a file) or postgresql",
    ("DATABASE_URL", "postgresql://h1:1,h2:2/chat"): "must be written as postgresql://user:",
    ("DATABASE_URL", "postgresql://u:a#b@h/chat"): "must be written as postgresql://user:",
    ("DATABASE_URL", "postgresql://u:a@b@h/chat"): "must be written as postgresql://user:",
    ("DATABASE_URL", "sqlite:///:memory:"): "must begin with sqlite:/// (a file) or postgresql",
    ("OPENAI_BASE_URL", "localhost:11434"): "must be an address that begins with http://",
    ("OPENAI_BASE_URL", "http://127.0.0.1:port/v1"): "must be an address that begins with http://",
    ("PARLEY_USAGE_CAPS", "many"): "must be JSON",
    ("PARLEY_USAGE_CAPS", '{"messages": 9}'): "has no part named messages.",
    ("PARLEY_PRICES", "[]"): "must be an object, written in braces.",
    ("PARLEY_PRICES", '{"models": {"a": {"input": 1}}}'): "lacks models.a.output.",
}


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Parley in a folder of its own."""
    return subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", *command],
        cwd=folder,
        env=clean_environment() | {"PARLEY_INSTANCE": str(folder / "instance")} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def flask(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "flask", "--app", str(ROOT / "wsgi.py"), *words, **environment)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [(*setting, reason) for setting, reason in WRONG.items()],
    ids=[f"{name}={value}" for name, value in WRONG],
)
def test_a_wrong_value_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    sentence = str(raised.value)
    assert sentence.startswith(f"The setting {name} is wrong: it {reason}")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    if name == variable("secret_key"):
        assert value.strip() == "" or value not in sentence


def test_the_wrong_part_of_a_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_RETENTION", '{"spans": -1}')
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value) == (
        "The setting PARLEY_RETENTION is wrong: its spans should be greater than or equal to 0."
    )


def test_a_wrong_value_stops_a_command_with_that_sentence_alone(tmp_path: Path) -> None:
    done = flask(tmp_path, "config", PARLEY_THREADS="8")
    assert done.returncode != 0
    assert done.stderr.strip() == (
        "The setting PARLEY_THREADS is wrong: it should be greater than or equal to 40."
    )


def test_a_wrong_value_stops_the_server_with_that_sentence_alone(tmp_path: Path) -> None:
    configuration = str(ROOT / "gunicorn.conf.py")
    done = run(tmp_path, "gunicorn", "-c", configuration, "wsgi:app", PARLEY_BIND="nowhere")
    assert done.returncode != 0
    assert done.stderr.strip() == (
        "The setting PARLEY_BIND is wrong: it must be an address and a port, such as"
        " 127.0.0.1:8000."
    )


def test_every_setting_is_printed_with_its_secrets_hidden(tmp_path: Path) -> None:
    done = flask(
        tmp_path,
        "config",
        PARLEY_SECRET_KEY=KEY,
        OPENAI_API_KEY="sk-very-secret",
        PARLEY_HOSTS="chat.example.org, localhost",
    )
    assert done.returncode == 0, done.stderr
    printed = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert list(printed) == [variable(field) for field in Settings.model_fields]
    assert printed["PARLEY_SECRET_KEY"] == printed["OPENAI_API_KEY"] == "(hidden)"
    assert printed["PARLEY_HOSTS"] == "chat.example.org,localhost"
    assert KEY not in done.stdout
    assert "sk-very-secret" not in done.stdout


def test_the_password_of_a_database_is_not_printed(tmp_path: Path) -> None:
    url = "postgresql://parley:hunter2@db.example.org/parley"
    done = flask(tmp_path, "config", DATABASE_URL=url)
    assert "DATABASE_URL=postgresql+psycopg://parley:***@db.example.org/parley" in done.stdout


def test_a_line_of_the_env_file_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PARLEY_BIND=127.0.0.1:9000\nPARLEY_THREADS=64\n")
    done = flask(tmp_path, "config", PARLEY_THREADS="80")
    assert "PARLEY_BIND=127.0.0.1:9000" in done.stdout
    # What the environment says goes before the file.
    assert "PARLEY_THREADS=80" in done.stdout


def test_an_empty_key_in_the_env_file_is_not_replaced_by_one_of_our_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PARLEY_SECRET_KEY=\n")
    monkeypatch.setitem(Settings.model_config, "env_file", str(tmp_path / ".env"))
    with pytest.raises(SettingsError, match=r"PARLEY_SECRET_KEY is wrong: it is empty\."):
        load_settings()
    monkeypatch.setenv("PARLEY_SECRET_KEY", KEY)
    assert load_settings().secret_key is not None


def test_an_env_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_bytes(b"PARLEY_MODEL=\xff\n")
    monkeypatch.setitem(Settings.model_config, "env_file", str(tmp_path / ".env"))
    with pytest.raises(SettingsError, match=r"The file \.env cannot be read: "):
        load_settings()


def test_addresses_are_read_however_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PUBLIC_URL", "HTTPS://Chat.Example.org/")
    monkeypatch.setenv("PARLEY_HOSTS", "chat.example.org:8443, [::1], .example.org")
    monkeypatch.setenv("PARLEY_BIND", "[::1]:8000")
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://ada:p%40ss%2Fw@[::1]:5432/chat?sslmode=require"
    )
    settings = load_settings()
    assert settings.public_url == "https://chat.example.org"
    assert settings.is_https
    assert settings.hosts == ("chat.example.org:8443", "[::1]", ".example.org")


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PARLEY_INSTANCE", "~/parley")
    assert load_settings().instance == tmp_path / "parley"


def test_what_is_misspelt_is_told_and_nothing_stops(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PARLEY_OPENAI_API_KEY=sk-secret\n")
    done = flask(tmp_path, "config", PARLEY_REGISTRATON="open")
    assert done.returncode == 0
    assert "There is no setting PARLEY_REGISTRATON. Is PARLEY_REGISTRATION meant?" in done.stderr
    assert "There is no setting PARLEY_OPENAI_API_KEY. Is OPENAI_API_KEY meant?" in done.stderr
    assert "sk-secret" not in done.stderr


def test_without_any_setting_parley_starts_on_this_machine() -> None:
    assert not [name for name in os.environ if name.startswith("PARLEY_")]
    assert unknown_settings() == []
    settings = load_settings()
    assert settings.bind == "127.0.0.1:8000"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{ROOT}/instance/parley.db"
    assert not settings.is_https


def test_a_command_on_a_database_without_tables_says_what_helps(tmp_path: Path) -> None:
    done = flask(tmp_path, "users", "list")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: The database cannot be used (no such table: user_account). Where it is new, start"
        " Parley or run: flask db upgrade.\n"
    )


def test_the_server_of_flask_is_refused_because_it_answers_nobody(tmp_path: Path) -> None:
    done = flask(tmp_path, "run", "--port", "0")
    assert done.returncode == 1
    assert done.stderr == "Flask's own server writes no replies: start Parley with make run.\n"


def test_the_machine_s_language_changes_nothing(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = flask(tmp_path, "config", **plain)
    assert done.returncode == 0, done.stderr
