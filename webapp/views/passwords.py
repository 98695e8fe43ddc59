"""A person's password, changed by themselves."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.accounts import PasswordForm
from webapp.services.accounts import set_password
from webapp.services.confirmations import confirm_password
from webapp.services.facts import PasswordRefused, PasswordWrong, TooManyAttempts
from webapp.web.current import address
from webapp.web.sign_in import current_token
from webapp.web.troubles import of_fact

bp = Blueprint("passwords", __name__, url_prefix="/settings/password")


@bp.get("")
def show() -> ResponseReturnValue:
    return _page(PasswordForm(formdata=None))


@bp.post("")
def update() -> ResponseReturnValue:
    """Sign the person out of every browser but this one."""
    form = PasswordForm()
    if not form.validate():
        return _page(form), 422
    me = current_user.id
    try:
        confirm_password(me, form.text("current"), address())
        set_password(
            me, form.text("password"), keep=current_token(), actor_id=me, address=address()
        )
    except (PasswordWrong, TooManyAttempts) as fact:
        trouble = of_fact(fact)
        form.blame("current", trouble.sentence)
        return _page(form), trouble.status, trouble.headers
    except PasswordRefused as fact:
        form.blame("password", str(fact))
        return _page(form), 422
    flash("Your password is changed. Your other browsers are signed out.")
    return redirect(url_for(".show"), 303)


def _page(form: PasswordForm) -> str:
    return render_template("passwords/show.html", form=form)
