"""Signatures of steps: by what a person confirms that she decided, and what a place accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow_app.engine.facts import Facts
from workflow_app.engine.refusals import Refusal

SIMPLE = "simple"
"""A simple electronic signature: the password once more (63-ФЗ ст. 6 ч. 2)."""
PAPER_SCAN = "paper_scan"
"""A scan of the paper that was signed by hand."""

KINDS: Mapping[str, str] = {SIMPLE: "простая подпись", PAPER_SCAN: "скан подписанной бумаги"}
"""The kinds that a step can be signed by here, and how they read."""
SCANS = ("pdf", "jpg", "png")
"""What a scan may be."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The kinds a step takes: a setting of the municipality, or its part, lists them.

    `words` says how a kind reads where the general word is too general.
    """

    setting: str
    part: str = ""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)


Signed = bool | Accepted
"""What a step says of its signature: none, the password, or what the municipality accepts."""


@dataclass(frozen=True, slots=True)
class Signature:
    """By what a person signed; the evidence is the id of the file she brought."""

    kind: str = SIMPLE
    evidence: int | None = None


PASSWORD = Signature()


def accepted(signed: Signed, facts: Facts) -> tuple[str, ...]:
    """Return the kinds a step takes here; none for a step that is not signed."""
    if not isinstance(signed, Accepted):
        return (SIMPLE,) if signed else ()
    listed = facts.setting(signed.setting)
    listed = listed.get(signed.part, ()) if signed.part else listed
    return tuple(kind for kind in KINDS if kind in listed)


def word(signed: Signed, kind: str) -> str:
    """Return how a kind of signature reads at this step; empty for none."""
    words = signed.words if isinstance(signed, Accepted) else {}
    return words.get(kind) or KINDS.get(kind, kind)


def not_accepted(signed: Signed, signature: Signature, facts: Facts) -> Refusal | None:
    """Return why a signature does not sign this step here."""
    kinds = accepted(signed, facts)
    if not signed or signature.kind in kinds:
        return None
    taken = ", ".join(word(signed, kind) for kind in kinds) or "ни одна из известных системе"
    return Refusal("signature_kind", f"Такая подпись здесь не принимается. Принимается: {taken}")
