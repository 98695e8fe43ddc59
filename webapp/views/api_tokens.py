"""A person's tokens for programs: made, told once, revoked."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.api_tokens import ApiTokenForm
from webapp.services.api_tokens import create_token, list_tokens, revoke_token
from webapp.services.facts import NameRefused, TooManyTokens
from webapp.web.current import address, settings
from webapp.web.troubles import of_fact

bp = Blueprint("api_tokens", __name__, url_prefix="/settings/tokens")


@bp.get("")
def index() -> ResponseReturnValue:
    return _page(ApiTokenForm(formdata=None))


@bp.post("")
def create() -> ResponseReturnValue:
    """The token is in this answer alone: a redirect would have to keep it somewhere."""
    form = ApiTokenForm()
    if not form.validate():
        return _page(form), 422
    try:
        _, token = create_token(current_user.id, form.text("name"), address())
    except NameRefused as fact:
        form.blame("name", str(fact))
        return _page(form), 422
    except TooManyTokens as fact:
        form.blame("name", of_fact(fact).sentence)
        return _page(form), 409
    return _page(ApiTokenForm(formdata=None), token)


@bp.post("/<uuid:token_id>/revoke")
def revoke(token_id: UUID) -> ResponseReturnValue:
    revoke_token(current_user.id, token_id, address())
    flash("The token is revoked. It opens nothing any more.")
    return redirect(url_for(".index"), 303)


def _page(form: ApiTokenForm, token: str = "") -> str:
    return render_template(
        "api_tokens/index.html",
        form=form,
        token=token,
        tokens=list_tokens(current_user.id),
        base_url=settings().public_url,
    )
