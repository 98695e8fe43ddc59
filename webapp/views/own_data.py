"""What a person has here: taken away, brought in, and deleted with the account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.accounts import DeleteAccountForm
from webapp.services.confirmations import confirm_password
from webapp.services.facts import LastAdmin, PasswordWrong, TooManyAttempts
from webapp.services.names import fold_email
from webapp.services.people import delete_person
from webapp.views.own_data_page import own_data_page
from webapp.web.current import address
from webapp.web.sign_in import forget_sign_in
from webapp.web.troubles import of_fact

bp = Blueprint("own_data", __name__, url_prefix="/settings/data")


@bp.get("")
def show() -> ResponseReturnValue:
    return own_data_page()


@bp.post("/delete-account")
def delete_account() -> ResponseReturnValue:
    """For good. Replies that are being written stop by themselves, a moment later."""
    form, me = DeleteAccountForm(), current_user
    if form.validate() and fold_email(form.text("email")) != me.email:
        form.blame("email", "This is not your email.")
    if form.errors:
        return own_data_page(deletion=form), 422
    try:
        confirm_password(me.id, form.text("password"), address())
        delete_person(me.id, actor_id=me.id, address=address())
    except (PasswordWrong, TooManyAttempts) as fact:
        trouble = of_fact(fact)
        form.blame("password", trouble.sentence)
        return own_data_page(deletion=form), trouble.status, trouble.headers
    except LastAdmin:
        form.blame("email", "You are the last admin. Make somebody else an admin first.")
        return own_data_page(deletion=form), 409
    forget_sign_in()
    return render_template("own_data/deleted.html")
