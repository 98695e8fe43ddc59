"""The first page of the settings: who a person is here, and how their pages look."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.profiles import ProfileForm
from webapp.services.facts import NameRefused
from webapp.services.profiles import change_profile
from webapp.web.current import address

bp = Blueprint("profiles", __name__, url_prefix="/settings")


@bp.get("")
def show() -> ResponseReturnValue:
    return _page(ProfileForm(formdata=None, obj=current_user))


@bp.post("")
def update() -> ResponseReturnValue:
    form = ProfileForm()
    if not form.validate():
        return _page(form), 422
    try:
        change_profile(
            current_user.id, form.text("display_name"), form.text("time_zone"), address=address()
        )
    except NameRefused as fact:
        form.blame("display_name", str(fact))
        return _page(form), 422
    flash("Saved.")
    return redirect(url_for(".show"), 303)


def _page(form: ProfileForm) -> str:
    return render_template("profiles/show.html", form=form, now=datetime.now(UTC))
