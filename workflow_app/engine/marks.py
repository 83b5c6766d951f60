"""Sentences with marks, «Нет сети {name}»: what stands for a mark is never read as one again.

`str.format` would read a `{` that a person typed; whoever composes a sentence or a subject of
what people wrote lets this fill it.
"""

import re

_MARK = re.compile(r"\{([a-z_]\w*)\}")


def fill(sentence: str, /, **values: object) -> str:
    """Return the sentence with the marks that have a value replaced, and all else as it is.

    >>> fill("Нет сети «{name}» {", name="{name} %s {0}")
    'Нет сети «{name} %s {0}» {'
    """
    return _MARK.sub(lambda mark: str(values.get(mark[1], mark[0])), sentence)


def marks(sentence: str) -> frozenset[str]:
    """Return the names of the marks that stand in a sentence."""
    return frozenset(_MARK.findall(sentence))
