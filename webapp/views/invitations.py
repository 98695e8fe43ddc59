"""What the bearer of an invitation sees: one form, one account."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from webapp.forms.links import InvitedForm
from webapp.models import Invitation
from webapp.services.facts import InvitationClosed, NameRefused, PasswordRefused
from webapp.services.invitations import accept_invitation, find_invitation
from webapp.services.profiles import adopt_time_zone
from webapp.web.access import public
from webapp.web.current import address, settings
from webapp.web.sign_in import keep_sign_in

bp = Blueprint("invitations", __name__, url_prefix="/invitation")


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _page(token, InvitedForm(formdata=None))


@bp.post("/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    _find(token)
    form = InvitedForm()
    if not form.validate():
        return _page(token, form), 422
    try:
        user_id = accept_invitation(
            token, form.text("display_name"), form.text("password"), address=address()
        )
    except (NameRefused, PasswordRefused) as fact:
        form.blame("display_name" if isinstance(fact, NameRefused) else "password", str(fact))
        return _page(token, form), 422
    keep_sign_in(user_id)
    adopt_time_zone(user_id, form.text("time_zone"))
    return redirect("/", 303)


def _find(token: str) -> Invitation:
    """Raises InvitationClosed."""
    if settings().registration == "closed":
        raise InvitationClosed
    return find_invitation(token)


def _page(token: str, form: InvitedForm) -> str:
    return render_template("auth/invitation.html", form=form, invitation=_find(token), token=token)
