"""The key that signs cookies is made once, kept closed, and the same for all who start."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webapp.config import Settings, SettingsError
from webapp.secret_key import secret_key

KEY = "Vq7-fKx2_pZ0sWm9RtYb4LcJd8Gh3NaE"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(instance=tmp_path / "instance")


def test_the_key_is_made_once_and_kept_for_its_owner_alone(settings: Settings) -> None:
    made = secret_key(settings)
    assert len(made) >= 48
    assert secret_key(settings) == made
    file = settings.instance / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700
    assert [path.name for path in settings.instance.iterdir()] == ["secret_key"]


def test_two_instances_have_different_keys(tmp_path: Path) -> None:
    assert secret_key(Settings(instance=tmp_path / "a")) != secret_key(
        Settings(instance=tmp_path / "b")
    )


def test_starts_at_the_same_moment_agree(settings: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(64)))
    assert len(keys) == 1


def test_a_configured_key_is_used_and_nothing_is_kept(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "instance", secret_key=KEY)
    assert secret_key(settings) == KEY
    # The folder itself is there: the database and the locks need it too.
    assert list(settings.instance.iterdir()) == []


def test_a_damaged_key_is_told_by_its_file_and_not_replaced(settings: Settings) -> None:
    settings.instance.mkdir()
    (settings.instance / "secret_key").write_text("short")
    with pytest.raises(SettingsError, match=r"The key in .*secret_key is damaged"):
        secret_key(settings)
    assert (settings.instance / "secret_key").read_text() == "short"


def test_a_folder_that_cannot_be_written_is_told_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match=r"cannot use .*PARLEY_INSTANCE"):
        secret_key(Settings(instance=tmp_path / "file" / "instance"))
