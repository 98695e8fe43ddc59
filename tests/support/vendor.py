"""Fetch what is vendored: `python -m tests.support.vendor`.

A manifest names packages of npm with their version and integrity, and the files that are kept of
each. To add a file, name it there with `from`, its path in the package, and run this; it refuses
a package that is not the one named.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from webapp.config import ROOT

MANIFESTS = (
    ROOT / "static/vendor/manifest.json",
    ROOT / "tests/support/vendor_files/manifest.json",
)


def digest(kind: str, content: bytes) -> str:
    """As npm and the `integrity` attribute write it: the algorithm's name and base64."""
    return f"{kind}-{base64.b64encode(hashlib.new(kind, content).digest()).decode()}"


def fetch(manifest: Path) -> None:
    """Write the files that `manifest` names, and their digests into it."""
    known = json.loads(manifest.read_text())
    for package in known["packages"]:
        with tarfile.open(fileobj=io.BytesIO(_download(package))) as archive:
            for name, file in package["files"].items():
                member = archive.extractfile(f"package/{file['from']}")
                if member is None:
                    sys.exit(f"{package['name']} holds no {file['from']}.")
                content = member.read()
                file["sha384"] = digest("sha384", content)
                target = manifest.parent / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    manifest.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n")


def _download(package: dict[str, Any]) -> bytes:
    name = f"{package['name']}@{package['version']}"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True)  # noqa: S603, S607
        content = next(Path(folder).iterdir()).read_bytes()
    if digest("sha512", content) != package["integrity"]:
        sys.exit(f"{name} is not the package that the manifest names.")
    return content


if __name__ == "__main__":
    for each in MANIFESTS:
        fetch(each)
