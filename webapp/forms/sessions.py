"""What may be sent about a chat."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from webapp.forms.base import Form
from webapp.graphemes import is_blank
from webapp.services.sessions import MAX_NAME


def _on_one_line(value: str | None) -> str:
    line = " ".join((value or "").split())
    return "" if is_blank(line) else line


class RenameForm(Form):
    name = StringField(
        "Name",
        filters=[_on_one_line],
        validators=[
            DataRequired("Give the chat a name."),
            Length(max=MAX_NAME, message=f"A name has at most {MAX_NAME} characters."),
        ],
        render_kw={"dir": "auto", "autocomplete": "off", "maxlength": MAX_NAME},
    )
