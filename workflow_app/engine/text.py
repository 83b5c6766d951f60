"""Text of people: which characters it may hold, and how a stray one is taken out.

What XML 1.0 calls a character may stand in a text: any other one no paper could print, and
PostgreSQL keeps neither a NUL nor half of a surrogate pair. A person neither sees nor means them,
so what comes from a page is cleaned; a machine is told.
"""

import re

from workflow_app.engine.refusals import Refusal

LONGEST_FILE_NAME = 200

_STRAY = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("[\x0b\x0c]")
"""Word's own line and page breaks, as they come from its clipboard."""
_NO_NAME = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069/\\\\]+"
)
"""What a name of a file has no use for: controls, directions of writing, folders."""


def cleaned(text: str) -> str:
    r"""Return the text without characters that nobody can see, keep or print.

    >>> cleaned("Чтение\x00 \ud800и\x0bписьмо")
    'Чтение и\nписьмо'
    """
    return _STRAY.sub("", _BREAK.sub("\n", text))


def stray(text: str, field: str | None = None) -> Refusal | None:
    r"""Return why a text is not taken: the character that may not stand in it.

    >>> stray("Чтение\x00").message
    'В тексте есть знак U+0000, который нельзя напечатать: уберите его'
    """
    found = _STRAY.search(text)
    if found is None:
        return None
    sentence = f"В тексте есть знак U+{ord(found[0]):04X}, который нельзя напечатать: уберите его"
    return Refusal("bad_character", sentence, field)


def file_name(name: str) -> str:
    r"""Return a file's name as it is kept and given back; its end stays, for the kind it tells.

    >>> file_name("приказ\r\n.pdf"), file_name("../\u202e/")
    ('приказ .pdf', '..')
    """
    plain = " ".join(_NO_NAME.sub(" ", cleaned(name)).split())
    return plain[-LONGEST_FILE_NAME:] or "файл"
