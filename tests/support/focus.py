"""Where the keyboard is, and whether one sees it there."""

from dataclasses import dataclass

from playwright.sync_api import Page

_LOOK = """() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const field = here.closest("[data-composer], .seeks");
  const box = here.getBoundingClientRect();
  const around = [];
  for (let e = here; e; e = e.parentElement) around.push(getComputedStyle(e));
  return {
    isSomewhere: here !== document.body,
    name: (here.getAttribute("aria-label") || here.innerText || here.id).trim(),
    hasRing: (style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2)
      || (here.matches("textarea, input[type=search]") && field !== null),
    isShown: around.every((one) => one.opacity === "1" && one.visibility === "visible")
      && box.bottom > 0 && box.top < innerHeight,
  };
}"""


@dataclass(frozen=True)
class Place:
    name: str
    is_seen: bool
    """Whether it has a ring, and nothing hides it."""


def place(page: Page) -> Place | None:
    found = page.evaluate(_LOOK)
    if not found["isSomewhere"]:
        return None
    return Place(found["name"], found["hasRing"] and found["isShown"])


def tabbed(page: Page) -> list[Place]:
    """Every place that Tab goes to, from the top of the page to its end."""
    _tab_out(page)
    return _tab_out(page)


def _tab_out(page: Page, most: int = 80) -> list[Place]:
    places: list[Place] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = place(page)
        if here is None:
            return places
        places.append(here)
    raise AssertionError("Tab has no end")


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the focus is on what has this name, and is seen there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = place(page)
        if here and name in here.name:
            assert here.is_seen, f"{here.name} does not look focused"
            return
    raise AssertionError(f"{name} was not reached")
