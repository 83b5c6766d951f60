"""A letter as a simple page: no picture, no script, nothing loaded; the plain text says as much."""

import re
from collections.abc import Sequence
from html import escape

_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)»]")
_LEADS = re.compile(r"^(— [^\n]+)\n +(https?://\S+)$", re.MULTILINE)
"""A line and its address, as the letter of the week has them."""
_PAGE = (
    '<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="margin:0;padding:24px;background:#f6f5f2;color:#1d1d1b;'
    'font:16px/1.5 Arial,sans-serif"><div style="max-width:560px;margin:0 auto;padding:24px;'
    'background:#ffffff;border:1px solid #dddad2;border-radius:8px">'
    '<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">{title}</h1>{body}{button}'
    '<hr style="margin:24px 0 12px;border:0;border-top:1px solid #dddad2">'
    "{foot}</div></body></html>"
)
_PARAGRAPH = '<p style="margin:0 0 16px;overflow-wrap:anywhere">{}</p>'
_FOOT = '<p style="margin:0 0 4px;font-size:14px;color:#5a5852;overflow-wrap:anywhere">{}</p>'
_BUTTON = (
    '<p style="margin:24px 0"><a href="{address}" style="display:inline-block;padding:12px 20px;'
    'background:#1f6b46;color:#ffffff;text-decoration:none;border-radius:6px">{title}</a></p>'
)


def page(
    title: str, text: str, button: tuple[str, str] | None = None, foot: Sequence[str] = ()
) -> str:
    """Return a letter as HTML; `button` is its title and address. Whatever people wrote is text."""
    said = [part for part in text.split("\n\n") if part.strip()]
    return _PAGE.format(
        title=escape(title),
        body="".join(_PARAGRAPH.format(_marked(part.strip())) for part in said),
        button=_BUTTON.format(title=escape(button[0]), address=escape(button[1])) if button else "",
        foot="".join(_FOOT.format(_marked(part)) for part in foot),
    )


def _marked(text: str) -> str:
    r"""Return a text with its lines kept; a line with an address indented below it leads there.

    >>> _marked("Всего:\n— <b>: 3\n  http://here/late")
    'Всего:<br><a href="http://here/late">— &lt;b&gt;: 3</a>'
    """
    parts, end = [], 0
    for found in _LEADS.finditer(text):
        parts += [
            _linked(text[end : found.start()]),
            f'<a href="{escape(found[2])}">{escape(found[1])}</a>',
        ]
        end = found.end()
    return "".join((*parts, _linked(text[end:]))).replace("\n", "<br>")


def _linked(text: str) -> str:
    """Return a text with its addresses as links.

    >>> _linked("<b> & http://here/cases?a=1&b=2.")
    '&lt;b&gt; &amp; <a href="http://here/cases?a=1&amp;b=2">http://here/cases?a=1&amp;b=2</a>.'
    """
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join((*parts, escape(text[end:])))
