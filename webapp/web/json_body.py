"""The JSON that a program sent, checked as any stranger's is."""

from typing import Any, NoReturn

from flask import abort, request

from webapp.database_session.items import storable
from webapp.services.strict_json import JsonRefused, read_strictly
from webapp.web.problems import problem
from webapp.web.troubles import Trouble


class JsonBody:
    """The object of the request. What is wrong with it is answered at once, as a problem."""

    def __init__(self, *names: str) -> None:
        """Take an object that has no other fields than `names`."""
        if request.mimetype != "application/json":
            abort(415, "Send JSON, as application/json.")
        try:
            value = read_strictly(request.get_data(cache=False) or b"{}")
        except JsonRefused as reason:
            abort(400, f"The JSON cannot be taken: {reason}.")
        if not isinstance(value, dict):
            refuse("Send an object.")
        self._fields: dict[str, Any] = value
        for name in value:
            if name not in names:
                refuse(f"There is no field {storable(name)[:50]!r} here.")

    def text(self, name: str, longest: int) -> str | None:
        """None where the field is missing or null."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            refuse(f"{name} must be text.")
        if len(value) > longest:
            refuse(f"{name} has {len(value):,} characters; it may have {longest:,}.")
        if storable(value) != value:
            refuse(f"{name} holds a character that cannot be stored.")
        return value


def refuse(sentence: str) -> NoReturn:
    abort(problem(Trouble(422, "That cannot be taken", sentence)))
