"""Figures that people read, and those they must not (7.7: 11, 12; A-09)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from workflow_app.engine import figure, small_group
from workflow_app.engine.decide import is_visible
from workflow_app.engine.disclosure import NO_DATA, closed_text
from workflow_app.engine.roles import Actor
from workflows.invariants.ledger import Ledger, Row
from workflows.year_end import INDICATORS, REPORT

FROZEN = (
    "submitted", "under_review", "reviewed", "accepted_by_imc", "approved", "addendum_open",
    "addendum_submitted", "closed",
)
"""States of a report in which its figures do not change any more."""
EXAMS = {"year_report": False, "report_addendum": True}
"""Paper → whether it tells of the indicators known only after the exams."""

Key = tuple[int, str, int, int]
"""Network, school year, indicator, school."""


def printed_figures_are_the_registers(ledger: Ledger) -> Iterator[str]:
    """11: a share on the paper of a report is the register's, to one decimal, or is withheld."""
    values, names = _values(ledger), _names(ledger)
    shares = {
        (row["municipality_id"], row["title"]): (row["row_id"], row["is_exam"])
        for row in ledger.rows("indicator") if row["unit"] == "%"
    }
    for report in ledger.of(REPORT, *FROZEN):
        tenant, data = report["municipality_id"], report["data"]
        fewest = small_group(ledger.facts(tenant))
        for paper in {row["paper"]: row for row in ledger.papers(report["id"])}.values():
            for table in paper["field_values"]["показатели"] if paper["paper"] in EXAMS else ():
                known = shares.get((tenant, table["название"]))
                for line in table["строки"] if known else ():
                    indicator, is_exam = known or (0, False)
                    school = names.get((tenant, line["школа"].replace("\N{NO-BREAK SPACE}", " ")))
                    if school is None or is_exam != EXAMS[paper["paper"]]:
                        continue
                    value = values.get((data["network"], data["school_year"], indicator, school))
                    if not _fits(value, line["факт"], fewest):
                        yield f"{paper['title']}: «{line['факт']}» не то, что внесла школа {school}"


def _fits(value: Row | None, printed: str, fewest: int) -> bool:
    """Tell whether a printed share is the value's; what was not measured has no digits."""
    numerator, denominator = (value["numerator"], value["denominator"]) if value else (None, None)
    if denominator is not None and denominator < fewest:
        return printed == closed_text(fewest)
    if numerator is None or not denominator:
        # A reason why there is none is the school's own words, and may hold any sign.
        return printed.casefold().startswith(NO_DATA) or "%" not in printed
    return printed == share(numerator, denominator)


def share(numerator: int, denominator: int) -> str:
    """Return a share to one decimal, counted apart from how papers do it.

    >>> share(8, 34), share(1, 16)
    ('23,5 %', '6,3 %')
    """
    whole, tenth = divmod(int(Fraction(1000 * numerator, denominator) + Fraction(1, 2)), 10)
    return f"{whole},{tenth} %"


def small_groups_stay_closed(ledger: Ledger) -> Iterator[str]:
    """12: no paper and no page of a report tells a small group's share; nobody opens its table."""
    closed = _closed(ledger)
    for report in ledger.of(REPORT):
        shares = closed.get((report["data"]["network"], report["data"]["school_year"]), ())
        places = {"страница справки": ledger.told(report)} if shares else {}
        for paper in ledger.papers(report["id"]) if shares else ():
            # Shares of the plan's activities stand beside their numbers and may be any.
            said = {**paper["field_values"], "сетевые": ()}
            places[paper["title"]] = json.dumps(said, ensure_ascii=False)
        for place, text in places.items():
            yield from (f"{place} {report['id']}: закрытое «{one}»"
                        for one in shares if one in text)
    yield from _opened(ledger)


def _opened(ledger: Ledger) -> Iterator[str]:
    """Yield the tables of figures that somebody of another school may open."""
    process = ledger.processes[INDICATORS]
    schools = {row["row_id"] for row in ledger.rows("school")}
    for case in ledger.of(INDICATORS):
        others = schools - {case["data"]["school"]}
        parties = {name: frozenset(ids) for name, ids in case["parties"].items()}
        if any(
            is_visible(process, case["state"], parties, Actor(one.person_id, (one,)))
            for one in ledger.capacities(case["municipality_id"])
            if one.organisation_id in others
        ):
            yield f"таблицу показателей {case['id']} может открыть другая школа"


def _closed(ledger: Ledger) -> Mapping[tuple[int, str], set[str]]:
    """Return network and year → shares of its small groups that no open figure happens to have."""
    small: dict[tuple[int, str], set[str]] = defaultdict(set)
    known: dict[int, set[str]] = defaultdict(set)
    sums: dict[tuple[int, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in ledger.rows("indicator_value"):
        network, year, part, whole = (
            row["network"], row["school_year"], row["numerator"], row["denominator"],
        )
        known[network] |= {figure(row[name], "%") for name in ("baseline", "target")}
        if part is None or not whole:
            continue
        is_small = whole < small_group(ledger.facts(row["municipality_id"]))
        if row["school"] and is_small:
            small[network, year].add(share(part, whole))
        else:
            known[network].add(share(part, whole))
        if row["school"]:
            total = sums[network, year, row["indicator"]]
            total[0], total[1] = total[0] + part, total[1] + whole
    for (network, *_), (part, whole) in sums.items():
        known[network].add(share(part, whole))
    return {key: shares - known[key[0]] for key, shares in small.items()}


def _values(ledger: Ledger) -> Mapping[Key, Row]:
    return {
        (row["network"], row["school_year"], row["indicator"], row["school"]): row
        for row in ledger.rows("indicator_value") if row["school"]
    }


def _names(ledger: Ledger) -> Mapping[tuple[int, str], int]:
    dated = {
        (row["municipality_id"], row["short_name"]): row["organisation_id"]
        for row in ledger.rows("organisation_name")
    }
    return dated | {
        (row["municipality_id"], row["short_name"]): row["id"]
        for row in ledger.rows("organisation")
    }
