"""Coming in and going out: the first admin, registration, sign-in, sign-out."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.forms.accounts import RegisterForm, SetupForm, SignInForm
from webapp.services.accounts import authenticate, has_users, register_user
from webapp.services.facts import (
    EmailRefused,
    EmailTaken,
    Fact,
    NameRefused,
    PasswordRefused,
    RegistrationClosed,
    SetupClosed,
    SetupTokenWrong,
    SignInRefused,
    TooManyAttempts,
)
from webapp.services.profiles import adopt_time_zone
from webapp.services.setup import create_first_admin
from webapp.web.access import public
from webapp.web.current import address, settings
from webapp.web.redirects import local_path, redirect_local
from webapp.web.sign_in import forget_sign_in, keep_sign_in
from webapp.web.troubles import of_fact

bp = Blueprint("auth", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect_local(request.args.get("next"), otherwise="/")
    if not has_users():
        return redirect(url_for(".setup"), 303)
    return _sign_in_page(SignInForm(formdata=None))


@bp.post("/sign-in")
@public
def begin_sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return _sign_in_page(form), 422
    try:
        proof = authenticate(form.text("email"), form.text("password"), address())
        keep_sign_in(proof.user_id, proof.password_hash)
    except SignInRefused:
        form.blame("password", "That email and password don’t match.")  # noqa: RUF001
        return _sign_in_page(form), 422
    except TooManyAttempts as fact:
        trouble = of_fact(fact)
        form.blame("password", trouble.sentence)
        return _sign_in_page(form), trouble.status, trouble.headers
    adopt_time_zone(proof.user_id, form.text("time_zone"))
    return redirect_local(request.args.get("next"), otherwise="/")


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    forget_sign_in()
    return redirect(url_for(".sign_in"), 303)


@bp.get("/register")
@public
def register() -> ResponseReturnValue:
    if not has_users():
        return redirect(url_for(".setup"), 303)
    _refuse_where_closed()
    return render_template("auth/register.html", form=RegisterForm(formdata=None))


@bp.post("/register")
@public
def create_account() -> ResponseReturnValue:
    # The first account is the admin's, and takes the token: whoever comes first must not be it.
    if not has_users():
        return redirect(url_for(".setup"), 303)
    _refuse_where_closed()
    form = RegisterForm()
    if not form.validate():
        return render_template("auth/register.html", form=form), 422
    try:
        register_user(
            form.text("email"), form.text("display_name"), form.text("password"), address=address()
        )
    except (EmailRefused, NameRefused, PasswordRefused) as fact:
        _blame(form, fact)
        return render_template("auth/register.html", form=form), 422
    except EmailTaken:
        # The same answer as for a free one, below: nobody learns who has an account.
        pass
    return render_template("auth/registered.html", email=form.text("email"))


@bp.get("/setup")
@public
def setup() -> ResponseReturnValue:
    if has_users():
        raise SetupClosed
    form = SetupForm(formdata=None, token=request.args.get("token", ""))
    return render_template("auth/setup.html", form=form)


@bp.post("/setup")
@public
def create_admin() -> ResponseReturnValue:
    if has_users():
        raise SetupClosed
    form = SetupForm()
    if not form.validate():
        return render_template("auth/setup.html", form=form), 422
    try:
        user_id = create_first_admin(
            form.text("token"),
            form.text("email"),
            form.text("display_name"),
            form.text("password"),
            secret_key=str(current_app.secret_key),
            address=address(),
        )
    except (EmailRefused, NameRefused, PasswordRefused, SetupTokenWrong) as fact:
        _blame(form, fact)
        return render_template("auth/setup.html", form=form), 422
    keep_sign_in(user_id)
    adopt_time_zone(user_id, form.text("time_zone"))
    return redirect("/", 303)


def _sign_in_page(form: SignInForm) -> str:
    return render_template(
        "auth/sign_in.html",
        form=form,
        next=local_path(request.args.get("next")),
        is_open=settings().registration == "open",
    )


def _blame(form: RegisterForm, fact: Fact) -> None:
    places: dict[type[Fact], str] = {
        EmailRefused: "email",
        NameRefused: "display_name",
        PasswordRefused: "password",
        SetupTokenWrong: "token",
    }
    form.blame(places[type(fact)], str(fact))


def _refuse_where_closed() -> None:
    if settings().registration != "open":
        raise RegistrationClosed
