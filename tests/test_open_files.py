"""More people at once than files may be open by default."""

import resource
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.server import live_server

FEW = 256


def test_connections_beyond_the_usual_limit_end_nothing(tmp_path: Path) -> None:
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, most))
    try:
        with live_server(tmp_path) as server:
            resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
            address = urlsplit(server.base_url).netloc
            people = [HTTPConnection(address, timeout=60) for _ in range(FEW + 20)]
            for person in people:
                person.request("GET", "/healthz")
                assert person.getresponse().read() == b"ok\n"
            assert server.get("/healthz")[0] == 200
            assert "Too many open files" not in server.output()
            assert server.output().count('"event": "started"') == 1
            for person in people:
                person.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (now, most))
