"""What axe finds in a page: https://github.com/dequelabs/axe-core."""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parent / "vendor_files/axe/axe.min.js").read_text()
_RUN = """async () => (await axe.run({resultTypes: ["violations"]})).violations.flatMap(
  (rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}
    ${node.failureSummary}`))"""


def findings(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    found: list[str] = page.evaluate(_RUN)
    return found


def findings_in_both(page: Page) -> list[str]:
    """In the light scheme and in the dark one."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += findings(page)
    return found
