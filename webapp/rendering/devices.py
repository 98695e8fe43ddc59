"""The browsers in which a person is signed in, named in plain words: `Firefox on Linux`."""

from dataclasses import dataclass
from uuid import UUID

from webapp.services.sign_ins import SignedIn, list_sign_ins

# The first that fits: most browsers name those that they descend from too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "A Python program"),
    ("Python", "A Python program"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
    ("BSD", "BSD"),
)


@dataclass(frozen=True)
class Device:
    name: str
    sign_in: SignedIn


def load_devices(user_id: UUID, *, idle: int, token: str | None) -> list[Device]:
    """The one that asks, with `token`, comes first; then the one that was seen last."""
    found = list_sign_ins(user_id, idle=idle, token=token)
    found.sort(key=lambda sign_in: not sign_in.is_this)
    return [Device(device_name(sign_in.user_agent), sign_in) for sign_in in found]


def device_name(user_agent: str) -> str:
    """As good as can be told: anybody may send any words here."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    if browser or system:
        return browser or f"A browser on {system}"
    return "An unknown browser"


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in names if sign in user_agent), "")
