"""The browsers in which a person is signed in, and how they end that from here."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.rendering.devices import load_devices
from webapp.services.sign_ins import end_other_sign_ins, end_own_sign_in
from webapp.web.current import address, settings
from webapp.web.sign_in import current_token

bp = Blueprint("sign_ins", __name__, url_prefix="/settings/sign-ins")


@bp.get("")
def index() -> ResponseReturnValue:
    idle = settings().sign_in_idle
    devices = load_devices(current_user.id, idle=idle, token=current_token())
    return render_template("sign_ins/index.html", devices=devices)


@bp.post("/<uuid:sign_in_id>/end")
def end(sign_in_id: UUID) -> ResponseReturnValue:
    """What is open there closes by itself, a moment later."""
    end_own_sign_in(current_user.id, sign_in_id, address())
    flash("That browser is signed out.")
    return redirect(url_for(".index"), 303)


@bp.post("/end-others")
def end_others() -> ResponseReturnValue:
    end_other_sign_ins(current_user.id, current_token() or "", address())
    flash("Every other browser is signed out.")
    return redirect(url_for(".index"), 303)
