"""What every form has in common."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm


class Form(FlaskForm):  # type: ignore[misc]
    """Takes the fields that it names, and nothing else that was sent."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        # Every unsafe request is checked at the door, before any form is made.
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            # It would read JSON too, of any shape and depth; a page of ours sends none.
            return None if request.is_json else super().wrap_formdata(form, formdata)

    def text(self, name: str) -> str:
        """What was written in the field `name`."""
        return self[name].data or ""

    def blame(self, name: str, sentence: str) -> None:
        """Say under the field `name` what is wrong with it."""
        field: Any = self[name]
        field.errors = [*field.errors, sentence]


def trimmed(value: str | None) -> str:
    return (value or "").strip()
