"""People: who has an account, and what admins do with one."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.admin import CapsForm, DeletePersonForm, InviteForm, PeopleChoices
from webapp.models import UserRole
from webapp.services.accounts import set_active
from webapp.services.caps import find_caps, list_allowances, set_caps
from webapp.services.facts import EmailRefused, EmailTaken, RegistrationClosed
from webapp.services.invitations import invite, list_invitations, withdraw_invitation
from webapp.services.names import fold_email
from webapp.services.password_resets import make_password_reset
from webapp.services.people import (
    Person,
    delete_person,
    end_all_sign_ins,
    find_person,
    list_people,
    set_role,
)
from webapp.web.access import admin_only
from webapp.web.current import address, settings

bp = Blueprint("admin_users", __name__, url_prefix="/admin/users")


@bp.get("")
@admin_only
def index() -> ResponseReturnValue:
    choices = PeopleChoices.from_address()
    return _list(InviteForm(formdata=None), choices=choices), 422 if choices.errors else 200


@bp.post("/invitations")
@admin_only
def create_invitation() -> ResponseReturnValue:
    """Make a link, which is shown this once."""
    if settings().registration == "closed":
        raise RegistrationClosed
    form = InviteForm()
    if not form.validate():
        return _list(form), 422
    try:
        token = invite(
            invited_by_id=current_user.id,
            email=form.text("email"),
            role=UserRole(form.text("role")),
            days=int(form.text("days")),
            address=address(),
        )
    except (EmailRefused, EmailTaken) as fact:
        form.blame("email", str(fact) or "There is an account with this email.")
        return _list(form), 422
    link = _link("invitations.show", token)
    return _list(InviteForm(formdata=None), link=link)


@bp.post("/invitations/<uuid:key>/withdraw")
@admin_only
def withdraw(key: UUID) -> ResponseReturnValue:
    withdraw_invitation(key, actor_id=current_user.id, address=address())
    return redirect(url_for(".index"), 303)


@bp.get("/<uuid:key>")
@admin_only
def show(key: UUID) -> ResponseReturnValue:
    return _person(key)


@bp.post("/<uuid:key>/role")
@admin_only
def change_role(key: UUID) -> ResponseReturnValue:
    role = UserRole.ADMIN if request.form.get("role") == "admin" else UserRole.USER
    set_role(key, role, actor_id=current_user.id, address=address())
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<uuid:key>/enable")
@admin_only
def enable(key: UUID) -> ResponseReturnValue:
    set_active(key, is_active=True, actor_id=current_user.id, address=address())
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<uuid:key>/disable")
@admin_only
def disable(key: UUID) -> ResponseReturnValue:
    """The person's runs and streams end by themselves, a moment later."""
    set_active(key, is_active=False, actor_id=current_user.id, address=address())
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<uuid:key>/end-sign-ins")
@admin_only
def end_sign_ins(key: UUID) -> ResponseReturnValue:
    end_all_sign_ins(key, actor_id=current_user.id, address=address())
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<uuid:key>/password-reset")
@admin_only
def offer_password_reset(key: UUID) -> ResponseReturnValue:
    """Make a link, which is shown this once."""
    token = make_password_reset(key, actor_id=current_user.id, address=address())
    return _person(key, link=_link("password_resets.show", token))


@bp.post("/<uuid:key>/caps")
@admin_only
def change_caps(key: UUID) -> ResponseReturnValue:
    form = CapsForm()
    if not form.validate():
        return _person(key, caps=form), 422
    set_caps(key, form.data, actor_id=current_user.id, address=address())
    return redirect(url_for(".show", key=key), 303)


@bp.post("/<uuid:key>/delete")
@admin_only
def delete(key: UUID) -> ResponseReturnValue:
    person, form = find_person(key), DeletePersonForm()
    if not form.validate() or fold_email(form.text("email")) != person.email:
        form.blame("email", "This is not the email of the account.")
        return _person(key, deletion=form), 422
    delete_person(key, actor_id=current_user.id, address=address())
    return redirect(url_for(".index"), 303)


def _list(form: InviteForm, *, link: str = "", choices: PeopleChoices | None = None) -> str:
    choices = choices or PeopleChoices(formdata=None)
    people: list[Person] = []
    before: UUID | None = None
    if not choices.errors:
        people, before = list_people(choices.text("search"), request.args.get("before", type=UUID))
    return render_template(
        "admin/users/index.html",
        choices=choices,
        people=people,
        before=before,
        invitations=list_invitations(),
        form=form,
        link=link,
        is_closed=settings().registration == "closed",
    )


def _person(
    key: UUID,
    *,
    link: str = "",
    caps: CapsForm | None = None,
    deletion: DeletePersonForm | None = None,
) -> str:
    person = find_person(key)
    return render_template(
        "admin/users/show.html",
        person=person,
        link=link,
        caps=caps or CapsForm(formdata=None, **find_caps(key)),
        allowances=list_allowances(key, settings().usage_caps),
        deletion=deletion or DeletePersonForm(formdata=None),
        is_self=person.id == current_user.id,
    )


def _link(endpoint: str, token: str) -> str:
    return settings().public_url + url_for(endpoint, token=token)
