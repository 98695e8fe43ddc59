"""`flask config`: what Parley was started with."""

import click
from pydantic import BaseModel, SecretStr
from sqlalchemy.engine import make_url

from webapp.config import Settings, variable
from webapp.web.current import settings

HIDDEN = "(hidden)"


@click.command("config")
def show_config() -> None:
    """Print every setting, secrets hidden."""
    for line in described(settings()):
        click.echo(line)


def described(chosen: Settings) -> list[str]:
    """A line for each setting, as it would stand in `.env`."""
    return [f"{variable(name)}={_shown(name, chosen)}" for name in Settings.model_fields]


def _shown(name: str, chosen: Settings) -> str:
    value = getattr(chosen, name)
    match value:
        case None:
            return ""
        case SecretStr():
            return HIDDEN
        case BaseModel():
            return value.model_dump_json()
        case tuple():
            return ",".join(value)
        case str() if "://" in value:
            return make_url(value).render_as_string(hide_password=True)
        case _:
            return str(value)
