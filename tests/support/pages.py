"""A page as tests see it: its text, forms and buttons, and what every page must have."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
NEEDS_NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""

    @property
    def text(self) -> str:
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join("".join(parts).split())

    @property
    def ancestors(self) -> list["Element"]:
        return [] if self.parent is None else [self.parent, *self.parent.ancestors]

    def every(self, *tags: str) -> list["Element"]:
        found = [self] if self.tag in tags or not tags else []
        for child in self.children:
            if isinstance(child, Element):
                found += child.every(*tags)
        return found


class Page(HTMLParser):
    """Parsed HTML, a whole page or a fragment. Raises AssertionError for tags left open."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.is_whole = html.lstrip().lower().startswith("<!doctype html")
        self.root = self._open = Element("", {})
        self.feed(html)
        self.close()
        assert self._open is self.root, f"<{self._open.tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._append(tag, attrs)
        if tag not in VOID:
            self._open = self._open.children[-1]  # type: ignore[assignment]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._append(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert tag == self._open.tag, f"</{tag}> closes <{self._open.tag}>"
        assert self._open.parent is not None
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)

    def _append(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self._open.children.append(Element(tag, dict(attrs), self._open))

    def every(self, *tags: str) -> list[Element]:
        return [element for element in self.root.every(*tags) if element is not self.root]

    def by_id(self, name: str) -> Element:
        found = [element for element in self.every() if element.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements have the id {name}"
        return found[0]

    @property
    def text(self) -> str:
        return self.root.text

    @property
    def title(self) -> str:
        return next((title.text for title in self.every("title")), "")

    @property
    def heading(self) -> str:
        return next((heading.text for heading in self.every("h1")), "")

    @property
    def wrongs(self) -> dict[str, str]:
        """What is said under each field of the forms: its name, the sentence."""
        notes = {element.get("id"): element for element in self.every() if element.get("id")}
        found = {}
        for control in self.every("input", "textarea", "select"):
            for note in control.get("aria-describedby").split():
                if "wrong" in notes[note].get("class"):
                    found[control.get("name")] = notes[note].text
        return found

    def check(self) -> None:
        """Assert what must hold of every page, and as far as it can, of every fragment."""
        elements = self.every()
        ids = [element.get("id") for element in elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)}"
        for element in elements:
            _check_inert(element)
            _check_named(element, elements)
        for form in self.every("form"):
            self._check_token(form)
        if self.is_whole:
            self._check_whole(set(ids))

    def _check_token(self, form: Element) -> None:
        if form.get("method").lower() != "post":
            return
        names = [control.get("name") for control in form.every("input")]
        assert "csrf_token" in names, f"no CSRF token in the form to {form.get('action')}"

    def _check_whole(self, ids: set[str]) -> None:
        assert self.title.removesuffix("· Parley").strip(), "a page without a title"
        assert self.every("html")[0].get("lang"), "a page without a language"
        headings = [heading.text for heading in self.every("h1")]
        assert len(headings) == 1, f"one h1 is wanted, these are there: {headings}"
        assert headings[0], "an empty h1"
        assert len(self.every("main")) == 1, "one main is wanted"
        for use in self.every("use"):
            assert use.get("href").removeprefix("#") in ids, f"no such icon: {use.get('href')}"
        for element in self.every():
            for name in REFERENCES:
                lost = set(element.get(name).split()) - ids
                assert not lost, f"<{element.tag} {name}> points to nothing: {lost}"


def _check_inert(element: Element) -> None:
    """Nothing that the content security policy would refuse, and nothing from elsewhere."""
    assert element.tag != "style", "an inline style sheet"
    if element.tag == "script":
        assert element.get("src"), "an inline script"
        assert not element.text, "an inline script"
    for name, value in element.attributes.items():
        assert not name.startswith("on"), f"an inline handler: {name}"
        assert name != "style", f"an inline style on <{element.tag}>"
        if name == "src" or (name == "href" and element.tag in {"link", "use", "image"}):
            local = (value or "").startswith(("/", "#")) and not (value or "").startswith("//")
            assert local, f"<{element.tag} {name}> leads elsewhere: {value}"


def _check_named(element: Element, elements: list[Element]) -> None:
    """Controls, buttons and links say what they are."""
    if element.get("aria-label") or element.get("aria-labelledby"):
        return
    if element.tag in {"button", "a"}:
        assert element.text or element.get("title"), f"a <{element.tag}> without a name"
        return
    if element.tag not in {"input", "textarea", "select"} or element.get("type") in NEEDS_NO_LABEL:
        return
    labels = [label for label in elements if label.tag == "label"]
    own = [label for label in labels if label.get("for") == element.get("id") and label.text]
    inside = [ancestor for ancestor in element.ancestors if ancestor.tag == "label"]
    assert own or inside, f"no label for <{element.tag} name={element.get('name')!r}>"
