"""A browser without scripts: it keeps cookies, checks each page that it sees, fills in forms."""

from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.pages import Element, Page
from webapp.config import Settings
from webapp.models import User
from webapp.services.sign_ins import begin_sign_in
from webapp.web.sign_in import TOKEN_KEY

HTMX = {"HX-Request": "true"}
"""Headers of a request by HTMX."""


class PageResponse(Response):
    @cached_property
    def page(self) -> Page:
        """The answer, parsed."""
        return Page(self.get_data(as_text=True))


class PageClient(FlaskClient):
    """Each HTML answer is parsed and checked when it arrives; `answer.page` is what it holds."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        super().__init__(app, PageResponse)
        self.base_url = base_url

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.base_url)
        answer = super().open(*args, **kwargs)
        is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
        if is_page and "Content-Encoding" not in answer.headers:
            answer.page.check()
        return answer

    def sign_in(self, user: User) -> str:
        """Be `user` from here on, without a password; gives the sign-in's token."""
        settings: Settings = self.application.config["SETTINGS"]
        idle, lifetime = settings.sign_in_idle, settings.sign_in_lifetime
        token = begin_sign_in(user.id, "127.0.0.1", "tests", idle=idle, lifetime=lifetime)
        with self.session_transaction(base_url=self.base_url) as session:
            session.clear()
            session.permanent = True
            session[TOKEN_KEY] = token
        return token

    def post_form(
        self, answer: TestResponse, values: dict[str, str], action: str = "", **kwargs: Any
    ) -> Any:
        """Send the form of a page with `values` in its fields, and its others as they are.

        Where a page has several, it is the one that has all the fields (and leads to `action`).
        """
        form = _form_for(answer.page, values, action)
        fields = _fields(answer.page, form) | values
        return self._send(answer, form.get("action"), fields, **kwargs)

    def press(self, answer: TestResponse, label: str, **kwargs: Any) -> Any:
        """Press a submit button, found by its text or label, wherever its form is."""
        names = {"aria-label", "title"}
        button = next(
            button
            for button in answer.page.every("button")
            if button.text == label or label in {button.get(name) for name in names}
        )
        form = _form_of(answer.page, button)
        fields = _fields(answer.page, form)
        if button.get("name"):
            fields[button.get("name")] = button.get("value")
        action = button.get("formaction") or form.get("action")
        return self._send(answer, action, fields, **kwargs)

    def _send(
        self, answer: TestResponse, action: str, fields: dict[str, str], **kwargs: Any
    ) -> Any:
        here = answer.request.path
        if answer.request.query_string:
            here = f"{here}?{answer.request.query_string.decode()}"
        return self.post(urljoin(here, action) if action else here, data=fields, **kwargs)


def _form_for(page: Page, values: dict[str, str], action: str) -> Element:
    posts = [form for form in page.every("form") if form.get("method").lower() == "post"]
    fitting = [
        form
        for form in posts
        if set(values) <= set(_fields(page, form)) and form.get("action").endswith(action)
    ]
    assert len(fitting) == 1, (
        f"{len(fitting)} forms have the fields {sorted(values)}; there are these: "
        f"{[(form.get('action'), sorted(_fields(page, form))) for form in posts]}"
    )
    return fitting[0]


def _form_of(page: Page, button: Element) -> Element:
    if button.get("form"):
        return page.by_id(button.get("form"))
    return next(ancestor for ancestor in button.ancestors if ancestor.tag == "form")


def _fields(page: Page, form: Element) -> dict[str, str]:
    """What a browser would send: each field's name and value."""
    own = [e for e in form.every("input", "textarea", "select") if not e.get("form")]
    elsewhere = [e for e in page.every("input", "textarea", "select") if e.get("form")]
    own += [e for e in elsewhere if e.get("form") == form.get("id")]
    fields = {}
    for control in own:
        if "disabled" in control.attributes or not control.get("name"):
            continue
        if control.get("type") in {"checkbox", "radio"} and "checked" not in control.attributes:
            continue
        if control.get("type") not in {"submit", "button", "file"}:
            fields[control.get("name")] = _value(control)
    return fields


def _value(control: Element) -> str:
    if control.tag == "textarea":
        raw = "".join(child for child in control.children if isinstance(child, str))
        return raw.removeprefix("\n")
    if control.tag == "select":
        options = control.every("option")
        chosen = next((o for o in options if "selected" in o.attributes), options[0])
        return chosen.get("value")
    default = "on" if control.get("type") in {"checkbox", "radio"} else ""
    return control.get("value") or default
