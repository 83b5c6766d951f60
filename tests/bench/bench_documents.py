"""Measures the documents: an order of 30 rows beside docxtpl and the limit, an order of 10,000.

The limit is what nobody can go below: the same strings joined with values that need no escaping,
compressed alike, put beside unchanged members that are ready; no look-up, no escaping, no check.
"""

from __future__ import annotations

import io
import json
import re
import statistics
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "documents"))

from samples import ORDER  # noqa: E402 - the path is set above

from workflow_app.documents import CompiledTemplate, compile_template  # noqa: E402
from workflow_app.documents.archive import DEFLATED, STORED, Member, member, write_zip  # noqa: E402
from workflow_app.documents.program import LEVEL, LEVEL_LONG, SMALL, Part, Sink, _run  # noqa: E402

TEMPLATE = ROOT / "document_templates" / "order_create.docx"


def order(rows: int) -> dict[str, Any]:
    """The sample order with that many schools in its annex, every tenth with markup in its name."""
    cast = ORDER["участники"]
    return {
        **ORDER,
        "участники": [
            cast[number % len(cast)]
            | {
                "номер": number + 1,
                "школа": f"МКОУ СОШ №\u00a0{number}{' & <сад>' * (number % 10 == 0)}",
            }
            for number in range(rows)
        ],
    }


def side_by_side(*tasks: Callable[[], object], rounds: int) -> list[float]:
    """The median seconds of each task, measured in turn so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for taken, task in zip(times, tasks, strict=True):
            begun = perf_counter()
            task()
            taken.append(perf_counter() - begun)
    return [statistics.median(taken) for taken in times]


class Whole(Sink):
    """A sink that keeps everything it was given."""

    __slots__ = ()

    def flush(self) -> None:
        """Nothing: the strings of the limit stay at hand."""


def limit(template: CompiledTemplate, values: dict[str, Any], level: int) -> Callable[[], bytes]:
    """A writer of the same order from strings that are all known."""
    parts: list[tuple[str, list[str]] | Member] = []
    for each in template.members:
        if isinstance(each, Part):
            sink = Whole()
            _run(each.steps, [values], sink, in_runs=each.in_runs)
            parts.append((each.name, sink.pieces))
        else:
            parts.append(each if isinstance(each, Member) else each.render(values))
    return lambda: write_zip(p if isinstance(p, Member) else _bare_member(*p, level) for p in parts)


def _bare_member(name: str, pieces: list[str], level: int) -> Member:
    data = "".join(pieces).encode()
    if len(data) < SMALL:
        return member(name, zlib.crc32(data), len(data), STORED, (data,))
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = (packer.compress(data), packer.flush())
    return member(name, zlib.crc32(data), len(data), DEFLATED, body)


def peer(values: dict[str, Any]) -> Callable[[], bytes]:
    """The same order by docxtpl, its template object kept between renderings."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - a tool of the benchmark only

    template = DocxTemplate(io.BytesIO(jinja_docx(TEMPLATE.read_bytes())))

    def write() -> bytes:
        out = io.BytesIO()
        template.render(values, autoescape=True)
        template.save(out)
        return out.getvalue()

    return write


def jinja_docx(data: bytes) -> bytes:
    """Our template in the words of docxtpl."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            is_text = name.endswith((".xml", ".rels"))
            target.writestr(name, _jinja(data.decode()) if is_text else data)
    return out.getvalue()


def _jinja(xml: str) -> str:
    xml = re.sub(r"<w:tr>(?:(?!</w:tr>).)*\{% для .*?</w:tr>", _row_loop, xml)
    alone = r"(<w:t[^>]*>)\{% ([^%]*) %\}(</w:t></w:r></w:p>)"
    xml = re.sub(r"(?<=</w:pPr><w:r>)" + alone, r"\1{%p \2 %}\3", xml)
    stack: list[str] = []

    def word(match: re.Match[str]) -> str:
        kind, words = match[1] or "", match[2].split()
        if words[0] == "конец":
            said = f"end{stack.pop()}"
        elif words[0] == "иначе":
            said = "else"
        else:
            stack.append("if" if words[0] == "если" else "for")
            said = " ".join(
                {"если": "if", "не": "not", "для": "for", "в": "in"}.get(w, w) for w in words
            )
        return f"{{%{kind} {said} %}}"

    return re.sub(r"\{%(tr|p)? ([^%]*) %\}", word, xml)


def _row_loop(match: re.Match[str]) -> str:
    row = match[0]
    opening = re.search(r"\{% (для [^%]*) %\}", row)
    last = row.rindex("{% конец %}")
    if opening is None:
        return row
    row = row[:last] + row[last + len("{% конец %}") :]
    row = row.replace(opening[0], "", 1)
    return _tag_row(opening[1]) + row + _tag_row("конец")


def _tag_row(said: str) -> str:
    return f"<w:tr><w:tc><w:p><w:r><w:t>{{%tr {said} %}}</w:t></w:r></w:p></w:tc></w:tr>"


def bench_order_30() -> dict[str, object]:
    """30 rows, header, footer, properties."""
    template, values = compile_template(TEMPLATE.read_bytes()), order(30)
    floor, other = limit(template, values, LEVEL), peer(values)
    assert floor() == template.render(values)
    ours, bare = side_by_side(lambda: template.render(values), floor, rounds=400)
    [theirs] = side_by_side(other, rounds=15)
    return {
        "name": "order_30",
        "value": round(ours * 1000, 3),
        "unit": "ms",
        "ratio_to_limit": round(bare / ours, 3),
        "ratio_to_peer": round(theirs / ours, 1),
        "peer": "docxtpl",
    }


def bench_order_10000() -> dict[str, object]:
    """10,000 rows; memory is taken in a fresh process above what it holds before the data come."""
    template, values = compile_template(TEMPLATE.read_bytes()), order(10_000)
    floor = limit(template, values, LEVEL_LONG)
    template.render(values)
    ours, bare = side_by_side(lambda: template.render(values), floor, rounds=5)
    peak = subprocess.run([sys.executable, __file__, "peak"], capture_output=True, check=True)
    return {
        "name": "order_10000",
        "value": round(ours, 3),
        "unit": "s",
        "ratio_to_limit": round(bare / ours, 3),
        "ratio_to_peer": None,
        "peer": None,
        "peak_mib": float(peak.stdout),
    }


def peak_mib() -> float:
    """Memory of this process above its start, data and result included."""
    template = compile_template(TEMPLATE.read_bytes())
    before = _status("VmRSS")
    template.render(order(10_000))
    return round((_status("VmHWM") - before) / 1024, 1)


def _status(field: str) -> int:
    """Kibibytes; the high-water mark of getrusage would be the parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


def main() -> None:
    """Prints one JSON object a line."""
    if sys.argv[1:] == ["peak"]:
        print(peak_mib())  # noqa: T201 - the answer to the parent process
        return
    for bench in (bench_order_30, bench_order_10000):
        print(json.dumps(bench(), ensure_ascii=False))  # noqa: T201 - the output of `make bench`


if __name__ == "__main__":
    main()
