"""The last gate before a page: an allow-list, then the frames of our own around code and tables.

Nothing here can make a browser fetch anything: no images, no styles, no frames, no scripts.
"""

import re
from html import unescape

import nh3
from markupsafe import Markup, escape

_BLOCKS = {"blockquote", "h3", "h4", "h5", "h6", "ol", "p", "table", "ul"}
_TAGS = _BLOCKS | {"a", "br", "code", "em", "hr", "input", "li", "pre", "s", "span", "strong"}
_TAGS |= {"tbody", "td", "th", "thead", "tr"}
_ALIGNED = {"to-left", "to-center", "to-right"}

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(),
    attributes={
        "a": {"href", "data-host"},
        "input": {"checked", "aria-label"},
        "ol": {"start"},
        "pre": {"data-language"},
    },
    tag_attribute_values={
        "span": {"class": {"c", "k", "s", "m", "nt"}},
        "li": {"class": {"task"}},
        "th": {"class": _ALIGNED, "scope": {"col"}},
        "td": {"class": _ALIGNED},
    }
    | {tag: {"dir": {"auto"}} for tag in _BLOCKS},
    set_tag_attribute_values={
        "a": {"target": "_blank"},
        "input": {"type": "checkbox", "disabled": ""},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow ugc",
    strip_comments=True,
)

_CODE = re.compile(r'<pre data-language="([^"]*)">')
_TABLE = re.compile(r"<table\b[^>]*>.*?</table>", re.DOTALL)
_HEADS = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_COPY = (
    '<button class="button plain" type="button" data-copy="code">'
    '<svg class="icon" aria-hidden="true"><use href="#i-copy"/></svg>Copy</button>'
)


def sanitise(html: str) -> Markup:
    """Keep what a reply may hold; frame its code and tables."""
    clean = _cleaner.clean(html)
    # From here on a `<` is a tag's: in text and attributes they are escaped.
    if "<pre" in clean:
        clean = _CODE.sub(_open_code, clean).replace("</pre>", "</pre></figure>")
    if "<table" in clean:
        clean = _TABLE.sub(_in_a_box, clean)
    return Markup(clean)  # noqa: S704 - cleaned above


def _open_code(found: re.Match[str]) -> str:
    label = found[1]
    return (
        f'<figure class="code"><figcaption><span>{label}</span>{_COPY}</figcaption>'
        f'<pre tabindex="0" dir="ltr">'
    )


def _in_a_box(found: re.Match[str]) -> str:
    table = found[0]
    heads = [unescape(_TAG.sub("", head)).strip() for head in _HEADS.findall(table)[:4]]
    label = escape(("Table: " + ", ".join(head for head in heads if head))[:120])
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">{table}</div>'
