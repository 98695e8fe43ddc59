"""People with passwords, and what they do at the door."""

import re

from werkzeug.test import TestResponse

from tests.support.client import PageClient
from webapp.database import read_tx
from webapp.models import User, UserRole
from webapp.services.accounts import register_user

EMAIL = "ada@example.org"
PASSWORD = "violet harbour 9"


def make_account(
    email: str = EMAIL, password: str = PASSWORD, role: UserRole = UserRole.USER
) -> User:
    user_id = register_user(email, "Ada", password, role=role)
    with read_tx() as tx:
        return tx.get_one(User, user_id)


def sign_in_with(
    client: PageClient, email: str = EMAIL, password: str = PASSWORD, query: str = ""
) -> TestResponse:
    """Fill in the form of the sign-in page, whose address ends with `query`."""
    page = client.get(f"/sign-in{query}")
    return client.post_form(page, {"email": email, "password": password})


def csrf_token(client: PageClient) -> str:
    """What a page of this browser would send along."""
    body = client.get("/no-such-page").page.every("body")[0]
    return body.get("hx-headers:inherited").split('"')[3]


def sign_out(client: PageClient) -> TestResponse:
    return client.post("/sign-out", data={"csrf_token": csrf_token(client)})


def is_signed_in(client: PageClient) -> bool:
    return client.get("/sign-in").status_code == 303


def bare(answer: TestResponse, *typed: str) -> str:
    """The page without what was typed and without what differs each time."""
    html = answer.get_data(as_text=True)
    for text in typed:
        html = html.replace(text, "")
    return re.sub(r'(X-CSRFToken": |name="csrf_token" value=)"[^"]*"', r"\1", html)
