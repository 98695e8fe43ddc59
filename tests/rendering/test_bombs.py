"""Text made to be costly costs no more than its length."""

import os
import subprocess
import sys

import pytest

from webapp.config import ROOT

BOMBS = {
    "brackets": "'[' * 20_000",
    "image brackets": "'![[' * 20_000",
    "link starts": "'[a](' * 20_000",
    "open links": "'[a](<b' * 20_000",
    "references": "'[a][' * 20_000",
    "quotes": "'>' * 20_000",
    "quote words": "'> ' * 20_000",
    "lazy lines": "'> ' * 50 + 'a\\n' + 'b\\n' * 10_000",
    "deep list": "''.join('  ' * i + '- a\\n' for i in range(300))",
    "list in list": "'- ' * 20_000",
    "quotes and lists": "('> - ' * 10 + 'a\\n') * 500",
    "wide table": "'|a' * 5_000 + '\\n' + '|-' * 5_000 + ('\\n' + '|b' * 5_000) * 3",
    "ragged table": "'|a' * 100 + '\\n' + '|-' * 100 + '\\n|b' * 4_000",
    "many ragged tables": "('|a' * 100 + '\\n' + '|-' * 100 + '\\n|b' * 50 + '\\n\\n') * 60",
    "lines of a table": "'|a|b\\n|-|-\\n' * 10_000",
    "rows without an end": "'|-\\n' * 30_000",
    "rules": "'---\\n' * 20_000",
    "underlines": "'a\\n---\\n' * 10_000",
    "long line": "'a' * 100_000",
    "stars": "'*' * 20_000",
    "emphasis": "'*a **b ' * 5_000",
    "emphasis of both kinds": "'*a_' * 15_000",
    "backticks": "''.join('`' * i + ' ' for i in range(300))",
    "backtick pairs": "'``x`' * 20_000",
    "dollars": "'$a' * 20_000 + '$$b' * 5_000",
    "formula starts": "'\\\\(' * 20_000",
    "entities": "'&#x' * 20_000",
    "angles": "'<' * 20_000 + '<http:' * 5_000",
    "addresses": "'http://a.b/(' * 5_000",
    "addresses of another kind": "'ftp://a:b@c' * 9_000",
    "addresses that are none": "'http:// ' * 12_000",
    "addresses that go nowhere": "'http://[x ' * 10_000",
    "punctuated address": "'http://a' + ').' * 20_000",
    "definitions": "''.join(f'[{i}]: /u\\n' for i in range(10_000))",
    "definition titles": "'[a]: b \"\\n' * 10_000",
    "fences": "'```\\n' * 20_000",
    "unclosed comments of C": "'```c\\n' + '/*' * 14_000 + '\\n```'",
    "unclosed strings of Python": "'```python\\n' + \"x = '''\" * 4_000 + '\\n```'",
    "blank lines": "'\\n' * 100_000",
    "backslashes": "'\\\\' * 50_000",
}
PROGRAM = """
import resource
from webapp.rendering.markdown import render_markdown
render_markdown("warm *up*")
resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
print(len(render_markdown({bomb})))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_it_is_rendered_in_a_moment(name: str) -> None:
    """What grows with the square of its length takes minutes; what does not, a second at most."""
    program = PROGRAM.format(bomb=BOMBS[name])
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
