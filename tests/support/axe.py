"""What axe finds in a page: https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parent / "vendor_files/axe/axe.min.js").read_text()
_RUN = """async (rules) => {
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  return (await axe.run(options)).violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 160)}
    ${node.failureSummary}`));
}"""
_COLOURS = ["color-contrast", "link-in-text-block"]
_LAYOUT = [*_COLOURS, "scrollable-region-focusable", "target-size"]
_LOOKS: list[tuple[int, str, list[str] | None]] = [
    (390, "dark", None),
    (390, "light", _COLOURS),
    (768, "light", _LAYOUT),
    (1440, "light", None),
    (1440, "dark", _COLOURS),
]
"""A width, a scheme, and the rules that can find there what they did not find before: at 768 the
page is built as at another width, and a scheme changes colours alone."""


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """By all rules, or by some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    found: list[str] = page.evaluate(_RUN, rules)
    return found


def findings_everywhere(page: Page, *widths: int) -> list[str]:
    """In both schemes, at 390, 768 and 1440 pixels or at those of them that are given; also what
    is wider than the page. The page itself stays, and is put back as it was.
    """
    size = page.viewport_size
    assert size is not None
    scheme = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    found = []
    for width, shown, rules in _LOOKS:
        if widths and width not in widths:
            continue
        page.set_viewport_size({"width": width, "height": size["height"]})
        page.emulate_media(color_scheme=shown)
        found += [f"{width} px, {shown}: {finding}" for finding in findings(page, rules)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{width} px: the page is wider")
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    return found
