"""Every setting of Parley, in one class.

A setting is an environment variable (or a line of `.env`): `PARLEY_` and the field's name in
capitals, but for `DATABASE_URL` and the `OPENAI_` ones, which other programs read too. Each has
a default that works on one machine.
"""

import json
import os
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from webapp.addresses import database_address, host_name, origin, place_to_listen, web_address

ROOT = Path(__file__).resolve().parent.parent
MIN_KEY = 32
MIN_LETTERS = 10
PREFIX = "PARLEY_"

# Far above what anybody means, and still what databases and clocks can count with.
MOST = 10**12
Positive = Annotated[int, Field(ge=1, le=MOST)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Seconds = Annotated[int, Field(ge=1, le=100 * 365 * 24 * 3600)]
Days = Annotated[int, Field(ge=0, le=100 * 365)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SettingsError(Exception):
    """A setting has a value that Parley cannot start with; the text is a sentence naming it."""


class _Written(BaseModel, frozen=True, extra="forbid"):
    """A setting of several parts, written as JSON."""


class UsageCaps(_Written):
    """How much one person may use in a day or a month of UTC; 0 is without limit."""

    messages_per_day: Count = 0
    messages_per_month: Count = 0
    tokens_per_day: Count = 0
    tokens_per_month: Count = 0


class ModelPrice(_Written):
    """What a million tokens cost; cached ones as much as others when they have no price."""

    input: Amount
    cached: Amount | None = None
    output: Amount


class Prices(_Written):
    currency: str = "USD"
    models: dict[str, ModelPrice] = {}


class Retention(_Written):
    """Days after which something is removed; 0 keeps it."""

    deactivated_chats: Days = 0
    spans: Days = 30
    audit: Days = 730


class Settings(BaseSettings):
    """What an operator may choose. Times are in seconds, sizes in characters unless said."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
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
    """Host names to answer to, separated by commas (`.example.org`: all under it); empty: any."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies in front set X-Forwarded-For; 0 ignores the header."""
    threads: Annotated[int, Field(ge=40, le=2000)] = 256
    """Threads of the server; 32 of them are kept for pages, the rest may hold streams."""
    one_processor: bool = True
    """Serves more people at once, on one processor; tools in threads still have all of them."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged: this and what is graver."""
    stop_seconds: Annotated[int, Field(ge=0, le=3600)] = 5
    """How long replies may go on after the server was told to stop."""

    registration: Literal["open", "invitation", "closed"] = "invitation"
    """Whether strangers may make an account; `invitation` lets in those with an admin's link."""
    sign_in_idle: Seconds = 30 * 24 * 3600
    """A sign-in unused for so long ends."""
    sign_in_lifetime: Seconds = 90 * 24 * 3600
    """A sign-in ends so long after it began, used or not."""

    agents: str = ""
    """The developer's agents: a module, `module:attribute`, or a path to a Python file."""
    model: str = ""
    """The model's name for agents that name none; empty leaves it to the SDK."""
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    """With neither key nor base URL, an offline demonstration answers."""
    openai_base_url: str = Field("", validation_alias="OPENAI_BASE_URL")
    """A server that speaks OpenAI's API; default: OpenAI's own."""
    openai_api: Literal["", "responses", "chat_completions"] = ""
    """Default: `responses` at OpenAI, `chat_completions` at another server."""

    title_by_model: bool = True
    """Whether the model titles a chat after the first reply; otherwise its first words do."""

    max_message: Positive = 100_000
    """The longest message that a person may send."""
    max_import: Positive = 100_000_000
    """The largest file of chats that a person may bring in, in bytes."""
    max_turns: Positive = 20
    """Model calls in one run."""
    run_seconds: Seconds = 900
    """The longest run."""
    silence_seconds: Seconds = 120
    """A run in which nothing happens for so long is ended."""
    api_seconds: Seconds = 300
    """How long a program's request waits for a reply, which is written to its end in any case."""
    max_output: Positive = 400_000
    """The longest reply."""
    max_tool_output: Positive = 100_000
    """The longest output of a tool; what is beyond it is cut."""
    history_items: Count = 0
    """The newest items of a chat that a model is shown, at most, in whole turns; 0 shows all."""
    history_tokens: Count = 0
    """The same in tokens, estimated as four bytes each; 0 shows all."""
    max_runs: Positive = 200
    """Runs at one time in all."""
    max_runs_per_person: Positive = 8
    """Runs at one time that one person started."""
    max_streams_per_person: Positive = 12
    """Tabs of one person that follow a reply at one time."""

    admin_reading: bool = True
    """Whether admins may read other people's chats, each time with a reason that is recorded."""
    usage_caps: Annotated[UsageCaps, NoDecode] = UsageCaps()
    """Limits for each person, such as `{"messages_per_day": 200, "tokens_per_month": 1000000}`."""
    prices: Annotated[Prices, NoDecode] = Prices()
    """`{"currency": "USD", "models": {"a-model": {"input": 1, "cached": 0.1, "output": 8}}}`."""
    retention: Annotated[Retention, NoDecode] = Retention()
    """Days, such as `{"deactivated_chats": 365, "spans": 30, "audit": 730}`; 0 keeps for good."""
    metrics_token: SecretStr | None = None
    """Lets whoever bears it read /metrics from elsewhere; without it, this machine alone may."""

    @field_validator("usage_caps", "prices", "retention", mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("must be JSON") from None

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(host_name(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("instance")
    @classmethod
    def _is_folder(cls, value: Path) -> Path:
        try:
            return value.expanduser().resolve()
        except RuntimeError:
            raise ValueError("begins with the home of somebody who is not there") from None

    _is_place = field_validator("bind")(place_to_listen)
    _is_origin = field_validator("public_url")(origin)
    _is_web_address = field_validator("openai_base_url")(web_address)

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: str) -> str:
        return database_address(value) if value else value

    @field_validator("secret_key")
    @classmethod
    def _is_strong(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        key = value.get_secret_value()
        if len(key) < MIN_KEY:
            raise ValueError(f"must have at least {MIN_KEY} characters")
        if len(set(key)) < MIN_LETTERS:
            raise ValueError("must be a random text, and this looks like a sample")
        return value

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        derived = {
            "database_url": self.database_url or f"sqlite:///{self.instance}/parley.db",
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
    """Read the environment and `.env`. Raises SettingsError for the first wrong value."""
    # An empty value counts as none. A key that was meant to come from elsewhere and did not must
    # not be replaced by one of this machine's own.
    key = variable("secret_key")
    try:
        if ({key: "set"} | _written() | os.environ)[key].strip() == "":
            raise SettingsError(f"The setting {key} is wrong: it is empty.")
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file .env cannot be read: {error}.") from None


def variable(field: str) -> str:
    """The name of the environment variable that sets `field`."""
    return str(Settings.model_fields[field].validation_alias or f"{PREFIX}{field}".upper())


def unknown_settings() -> list[str]:
    """A sentence for each variable that looks like a setting and is none: most are typos."""
    known = [variable(field) for field in Settings.model_fields]
    sentences = []
    for name in sorted({*os.environ, *_written()}):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            bare = name.upper().removeprefix(PREFIX)
            close = [bare] if bare in known else get_close_matches(name.upper(), known, n=1)
            hint = f" Is {close[0]} meant?" if close else ""
            sentences.append(f"There is no setting {name}.{hint}")
    return sentences


def _written() -> dict[str, str]:
    """What stands in `.env`."""
    file = Settings.model_config.get("env_file")
    lines = dotenv_values(str(file)) if file else {}
    return {name: value or "" for name, value in lines.items()}


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False)[0]
    place = str(first["loc"][0])
    # A field with a name of its own is reported by that, others by the field.
    name = variable(place.lower()) if place.lower() in Settings.model_fields else place.upper()
    part = ".".join(map(str, first["loc"][1:]))
    what = f"its {part}" if part else "it"
    faults = {
        "missing": f"it lacks {part}",
        "extra_forbidden": f"it has no part named {part}",
        "model_type": f"{what} must be an object, written in braces",
    }
    reason = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
    plain = f"{what} {(reason[0].lower() + reason[1:]).removeprefix('it ')}"
    return f"The setting {name} is wrong: {faults.get(first['type'], plain)}."
