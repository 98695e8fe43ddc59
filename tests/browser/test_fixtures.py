"""The ear for troubles hears them: a browser test that ignores a fault shows nothing."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.support.browsing import Troubles

FAULTS = {
    "an error in a script": "setTimeout(() => { throw new Error('it broke') }, 0)",
    "an error on the console": "console.error('it broke')",
    "a style that the policy forbids": "document.body.setAttribute('style', 'color: red')",
    "a script that the policy forbids": (
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    ),
    "a picture from elsewhere": "document.body.append(new Image()), document.querySelector('img')"
    ".src = 'https://example.org/x.png'",
}


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_a_fault_in_a_page_is_heard(page: Page, troubles: Troubles, script: str) -> None:
    page.goto("/sign-in")
    troubles.check()
    heard = "pageerror" if "throw" in script else "console"
    with page.expect_event(heard):
        page.evaluate(script)
    with pytest.raises(AssertionError):
        troubles.check()
    troubles.expect("")


def test_two_people_are_signed_in_at_once(signed_in: NewPage) -> None:
    first, second = signed_in(), signed_in()
    for page in (first, second):
        page.goto("/")
        assert "/sign-in" not in page.url
