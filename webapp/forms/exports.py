"""The file of chats that a person brings in."""

from flask_wtf.file import FileField, FileRequired

from webapp.forms.base import Form


class ImportForm(Form):
    file = FileField(
        "File",
        description="A chat exported as JSON, or an archive of all chats.",
        validators=[FileRequired("Choose a file.")],
        render_kw={"accept": ".json,.zip"},
    )
