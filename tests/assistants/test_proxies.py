"""The proxy that the environment names, between Parley and the model's server."""

import pytest

from tests.assistants.conftest import Ask
from tests.support.model_server import ModelServer, refusing_url
from webapp.config import Settings

ELSEWHERE = "http://model.invalid/v1"


@pytest.fixture
def settings(request: pytest.FixtureRequest, server: ModelServer) -> Settings:
    """Settings for the server, or for the address that a test names."""
    return Settings(
        openai_base_url=getattr(request, "param", server.url), model="test-model", silence_seconds=1
    )


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


elsewhere = pytest.mark.parametrize("settings", [ELSEWHERE], indirect=True)


@elsewhere
@pytest.mark.parametrize("begins", ["http://", ""])
def test_it_leads_to_the_models_server(
    ask: Ask, server: ModelServer, monkeypatch: pytest.MonkeyPatch, begins: str
) -> None:
    address = server.url.removeprefix("http://").removesuffix("/v1")
    monkeypatch.setenv("http_proxy", begins + address)
    assert ask().reply == "Hello from the test model."
    assert server.requests[0].path.startswith(ELSEWHERE)


@elsewhere
def test_it_is_not_asked_where_the_environment_says_so(
    ask: Ask, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
    monkeypatch.setenv("no_proxy", "example.org,model.invalid")
    fault = ask().fault
    assert fault is not None
    assert fault.kind == "unreachable"
    assert not server.requests


@elsewhere
@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:9", "nonsense://127.0.0.1:9", "http://127.0.0.1:port"]
)
def test_one_that_cannot_be_used_is_passed_over(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    fault = ask().fault
    assert fault is not None
    assert fault.kind == "unreachable"


def test_it_is_not_asked_for_a_model_on_this_machine(
    ask: Ask, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", refusing_url().removesuffix("/v1"))
    assert ask().reply == "Hello from the test model."
    assert len(server.requests) == 1
