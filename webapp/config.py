"""Every setting of Parley, in one class.

A setting is an environment variable (or a line of `.env`): `PARLEY_` and the field's name in
capitals, but for `DATABASE_URL` and the `OPENAI_` ones, which other programs read too. Each has
a default that works on one machine.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
MAX_PORT = 65535
MIN_KEY = 32

Positive = Annotated[int, Field(ge=1)]


class SettingsError(Exception):
    """A setting has a value that Parley cannot start with; the text is a sentence naming it."""


class Settings(BaseSettings):
    """What an operator may choose. Times are in seconds, sizes in characters unless said."""

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_",
        env_file=".env",
        env_ignore_empty=True,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
    )

    environment: Literal["production", "development"] = "production"
    """`development` turns the reloader and the style guide on."""
    instance: Path = ROOT / "instance"
    """The folder of the SQLite file, the secret key and the locks."""
    secret_key: SecretStr | None = None
    """Signs cookies, at least 32 characters; made and kept in `instance` when it is not set."""
    database_url: str = Field("", validation_alias="DATABASE_URL")
    """SQLite in `instance` when it is not set."""
    sqlite_synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    """FULL also survives a loss of power within the last moment, at a third of the speed."""

    bind: str = "127.0.0.1:8000"
    """The address and port that the server listens on."""
    public_url: str = ""
    """Where people reach Parley (default: http and `bind`); https makes cookies secure."""
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Host names to answer to, separated by commas; empty answers to any."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies in front set X-Forwarded-For; 0 ignores the header."""
    threads: Annotated[int, Field(ge=40, le=2000)] = 256
    """Threads of the server; 32 of them are kept for pages, the rest may hold streams."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    registration: Literal["open", "closed"] = "closed"
    """Whether strangers may make an account."""
    sign_in_idle: Positive = 30 * 24 * 3600
    """A sign-in unused for so long ends."""
    sign_in_lifetime: Positive = 90 * 24 * 3600
    """A sign-in ends so long after it began, used or not."""

    agents: str = ""
    """The developer's agents: a module, `module:attribute`, or a path to a Python file."""
    model: str = ""
    """The model's name for agents that name none; empty leaves it to the SDK."""
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field("", validation_alias="OPENAI_BASE_URL")
    """A server that speaks OpenAI's API; default: OpenAI's own."""
    openai_api: Literal["", "responses", "chat_completions"] = ""
    """Default: `responses` at OpenAI, `chat_completions` at another server."""

    max_message: Positive = 100_000
    """The longest message that a person may send."""
    max_turns: Positive = 20
    """Model calls in one run."""
    run_seconds: Positive = 900
    """The longest run."""
    silence_seconds: Positive = 120
    """A run in which nothing happens for so long is ended."""
    max_output: Positive = 400_000
    """The longest reply."""
    max_tool_output: Positive = 100_000
    """The longest output of a tool; what is beyond it is cut."""
    max_runs: Positive = 200
    """Runs at one time in all."""
    max_runs_per_person: Positive = 8
    max_streams_per_person: Positive = 12

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("bind")
    @classmethod
    def _has_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) <= MAX_PORT:
            raise ValueError("must be an address and a port, such as 127.0.0.1:8000")
        return value

    @field_validator("public_url", "openai_base_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        scheme, found, rest = value.partition("://")
        if not value:
            return value
        if found and scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
            return f"postgresql+psycopg://{rest}"
        if found and scheme == "sqlite" and rest.startswith("/") and rest != "/:memory:":
            return value
        raise ValueError("must begin with sqlite:/// (a file) or postgresql://")

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_KEY:
            raise ValueError(f"must have at least {MIN_KEY} characters")
        return value

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        derived = {
            "instance": self.instance.resolve(),
            "database_url": self.database_url or f"sqlite:///{self.instance.resolve()}/parley.db",
            "public_url": self.public_url or f"http://{self.bind}",
        }
        for name, value in derived.items():
            # The fields are frozen for everybody else.
            object.__setattr__(self, name, value)
        return self

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https:")

    @property
    def max_streams(self) -> int:
        """Streams at one time; the threads left over keep answering pages."""
        return self.threads - 32


def load_settings(**given: object) -> Settings:
    """Read the environment. Raises SettingsError with one sentence for the first wrong value."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).lower()
        alias = (
            Settings.model_fields[name].validation_alias if name in Settings.model_fields else name
        )
        variable = str(alias or f"PARLEY_{name}").upper()
        reason = first["msg"].removeprefix("Value error, ")
        reason = reason[0].lower() + reason[1:]
        raise SettingsError(f"The setting {variable} is wrong: {reason}.") from None


def _variable(field: str) -> str:
    known = Settings.model_fields.get(field)
    return str(known.validation_alias or f"PARLEY_{field}").upper() if known else field.upper()
