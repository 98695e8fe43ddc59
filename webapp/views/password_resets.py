"""What the bearer of a one-time link sees: a field for a new password."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from webapp.forms.links import NewPasswordForm
from webapp.services.facts import PasswordRefused
from webapp.services.password_resets import find_password_reset, reset_password
from webapp.web.access import public
from webapp.web.current import address
from webapp.web.sign_in import forget_sign_in

bp = Blueprint("password_resets", __name__, url_prefix="/password-reset")


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _page(token, NewPasswordForm(formdata=None))


@bp.post("/<token>")
@public
def update(token: str) -> ResponseReturnValue:
    find_password_reset(token)
    form = NewPasswordForm()
    if not form.validate():
        return _page(token, form), 422
    try:
        reset_password(token, form.text("password"), address=address())
    except PasswordRefused as fact:
        form.blame("password", str(fact))
        return _page(token, form), 422
    forget_sign_in()
    return redirect("/sign-in", 303)


def _page(token: str, form: NewPasswordForm) -> str:
    return render_template(
        "auth/password_reset.html", form=form, person=find_password_reset(token), token=token
    )
