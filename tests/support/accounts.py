"""People with passwords, and what they do at the door."""

import re
from functools import cache

from werkzeug.test import TestResponse

from tests.factories import make_user
from tests.support.client import PageClient
from webapp.models import User, UserRole
from webapp.services.passwords import hash_password

EMAIL = "ada@example.org"
PASSWORD = "violet harbour 9"


def make_account(
    email: str = EMAIL, password: str = PASSWORD, role: UserRole = UserRole.USER
) -> User:
    return make_user(email=email, display_name="Ada", password_hash=_hashed(password), role=role)


# It costs as much as it should, so a test process makes it once for each password.
_hashed = cache(hash_password)


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
