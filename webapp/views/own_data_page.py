"""The page of what a person has here, as several views answer with it."""

from uuid import uuid4

from flask import render_template
from flask_login import current_user

from webapp.forms.accounts import DeleteAccountForm
from webapp.forms.exports import ImportForm
from webapp.services.exports import count_chats
from webapp.services.imports import ImportReport


def own_data_page(
    *,
    importing: ImportForm | None = None,
    report: ImportReport | None = None,
    deletion: DeleteAccountForm | None = None,
) -> str:
    return render_template(
        "own_data/show.html",
        count=count_chats(current_user.id),
        token=uuid4(),
        importing=importing or ImportForm(formdata=None),
        report=report,
        deletion=deletion or DeleteAccountForm(formdata=None),
    )
