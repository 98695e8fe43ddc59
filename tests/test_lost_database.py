"""A PostgreSQL whose machine is lost without a word, as when its network is cut."""

import pytest
from sqlalchemy import create_engine

from webapp.database import engine_options


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("said", [None, "7000"])
def test_its_loss_is_noticed_as_soon_as_its_address_says_or_after_half_a_minute(
    database_url: str, said: str | None
) -> None:
    mark = "&" if "?" in database_url else "?"
    url = database_url + (f"{mark}tcp_user_timeout={said}" if said else "")
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), **engine_options(url)
    )
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["tcp_user_timeout"] == (said or "30000")
    engine.dispose()
