"""What is vendored is what its manifest names, and nothing else lies beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.vendor import MANIFESTS, digest

FILES = [
    (manifest.parent, name, file)
    for manifest in MANIFESTS
    for package in json.loads(manifest.read_text())["packages"]
    for name, file in package["files"].items()
]


@pytest.mark.parametrize(("folder", "name", "file"), FILES)
def test_a_vendored_file_is_the_one_of_the_manifest(
    folder: Path, name: str, file: dict[str, Any]
) -> None:
    assert digest("sha384", (folder / name).read_bytes()) == file["sha384"]


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_manifest_says_where_each_package_comes_from(manifest: Path) -> None:
    for package in json.loads(manifest.read_text())["packages"]:
        assert package["name"]
        assert package["version"]
        assert package["licence"]
        assert package["integrity"].startswith("sha512-")
        assert any(Path(name).name == "LICENSE" for name in package["files"])


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_nothing_is_vendored_that_no_manifest_names(manifest: Path) -> None:
    named = {name for folder, name, _ in FILES if folder == manifest.parent}
    found = {
        str(path.relative_to(manifest.parent))
        for path in manifest.parent.rglob("*")
        if path.is_file() and path != manifest
    }
    assert found == named
