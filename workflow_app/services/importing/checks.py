"""What must hold between the files of a district: every key resolves, every date fits."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

from workflow_app.services.importing import rows
from workflow_app.services.importing.files import KEYS, DirectoryData, ImportProblem, Unread
from workflow_app.services.importing.indicator_checks import INDICATOR_CHECKS
from workflow_app.services.importing.order_checks import ORDER_CHECKS

Check = Callable[[DirectoryData], Iterator[ImportProblem]]

UNIQUE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("people", ("email",)),
    ("school_statuses", ("school_id", "school_year", "status_code")),
    ("directions", ("school_year", "name")),
    ("networks", ("name",)),
    ("reports", ("network_id", "school_year")),
    ("journals", ("title",)),
    ("titles", ("kind", "nominative")),
    ("settlements", ("settlement_type", "settlement")),
    ("network_members", ("network_id", "school_id", "joined_on")),
    ("indicator_catalog", ("code",)),
    ("annual_plans", ("network_id", "school_year", "version")),
    ("plan_activities", ("network_id", "school_year", "plan_version", "number")),
)
REFERENCES: tuple[tuple[str, str, str], ...] = (
    ("schools", "head_person_id", "people"),
    ("people", "organisation_id", "organisations"),
    ("organisations", "parent_id", "organisations"),
    ("substitutions", "absent_person_id", "people"),
    ("substitutions", "substitute_person_id", "people"),
    ("orders", "signed_by_person_id", "people"),
    ("normative_acts", "replaced_by", "normative_acts"),
    ("orders", "network_ids", "networks"),
    ("school_statuses", "school_id", "schools"),
    ("directions", "approved_by_person_id", "people"),
    ("networks", "base_school_id", "schools"),
    ("networks", "coordinator_person_id", "people"),
    ("networks", "imc_curator_person_id", "people"),
    ("networks", "direction_ids", "directions"),
    ("networks", "founding_order_id", "orders"),
    ("network_members", "network_id", "networks"),
    ("network_members", "school_id", "schools"),
    ("network_members", "join_order_id", "orders"),
    ("network_members", "leave_order_id", "orders"),
    ("reports", "network_id", "networks"),
    ("reports", "author_person_id", "people"),
    ("reports", "reviewed_by_person_id", "people"),
    ("recommendations", "report_id", "reports"),
    ("recommendations", "network_id", "networks"),
    ("recommendations", "target_school_id", "schools"),
    ("recommendations", "responsible_person_id", "people"),
    ("indicators", "network_id", "networks"),
    ("indicators", "school_id", "schools"),
    ("indicators", "indicator_id", "indicator_catalog"),
    ("annual_plans", "network_id", "networks"),
    ("annual_plans", "approved_by_person_id", "people"),
    ("plan_activities", "network_id", "networks"),
    ("plan_activities", "direction_id", "directions"),
    ("plan_activities", "responsible_person_id", "people"),
    ("plan_activities", "responsible_organisation_id", "organisations"),
    ("plan_activities", "from_recommendation_id", "recommendations"),
)
PERIODS: tuple[tuple[str, str, str], ...] = (
    ("organisations", "valid_from", "valid_to"),
    ("substitutions", "starts_on", "ends_on"),
    ("networks", "valid_from", "valid_to"),
    ("network_members", "joined_on", "left_on"),
    ("normative_acts", "valid_from", "valid_to"),
    ("plan_activities", "planned_start", "planned_end"),
    ("people", "position_since", "position_until"),
)


Roles = Mapping[str, Mapping[str, str]]
"""Office → kind of organisation it is given in → «в школе»; none where it is given everywhere."""
NO_ROLES: Roles = {}


def check(data: DirectoryData, unread: Unread, roles: Roles = NO_ROLES) -> list[ImportProblem]:
    """Return everything that does not hold together; with `roles`, also of positions."""
    problems = [*references_resolve(data, unread), *_unknown_roles(data, roles)]
    for one, needs in CHECKS:
        if not set(needs) & set(unread):
            problems += one(data)
    return problems


def _problem(file: str, row: rows.Record, column: str, code: str, reason: str) -> ImportProblem:
    """Return a problem at a row."""
    return ImportProblem(f"{file}.csv", row.line, column, code, reason)


def _values(row: rows.Record, column: str) -> tuple[str, ...]:
    """Return the codes in a cell: none, one or many."""
    value = getattr(row, column)
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


def known_codes(data: DirectoryData, file: str) -> set[str]:
    """Return the codes a reference to the file may use."""
    if file == "organisations":
        schools = {school.school_id for school in data.schools}
        return schools | {one.organisation_id for one in data.organisations}
    return {getattr(row, KEYS[file]) for row in getattr(data, file)}


def one_municipality(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a folder that tells of no municipality or of several."""
    for row in data.municipality[1:]:
        yield _problem(
            "municipality",
            row,
            "name",
            "several_municipalities",
            "в папке может быть один муниципалитет",
        )
    if not data.municipality:
        yield ImportProblem(
            "municipality.csv", 0, "", "no_municipality", "нет строки муниципалитета"
        )


def nothing_repeats(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find repeated keys."""
    keys = [(file, (key,)) for file, key in KEYS.items() if file != "organisations"]
    rules = keys + list(UNIQUE)
    for file, columns in rules:
        seen: dict[tuple[object, ...], int] = {}
        for row in getattr(data, file):
            key = tuple(getattr(row, column) for column in columns)
            if None in key:
                continue
            first = seen.setdefault(key, row.line)
            if first != row.line:
                reason = f"повторяет строку {first}: {', '.join(map(str, key))}"
                yield _problem(file, row, columns[-1], "repeated", reason)


def references_resolve(data: DirectoryData, unread: Unread) -> Iterator[ImportProblem]:
    """Find codes that no row has; a row that could not be read is there all the same."""
    for file, column, target in REFERENCES:
        sources = ("organisations", "schools") if target == "organisations" else (target,)
        codes = [unread.get(source, frozenset()) for source in sources]
        if None in codes:
            continue
        known = known_codes(data, target).union(*(found for found in codes if found))
        for row in getattr(data, file):
            for code in _values(row, column):
                if code not in known:
                    reason = f"«{code}» нет в {target}.csv"
                    yield _problem(file, row, column, "unknown_reference", reason)


def periods_run_forward(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find periods that end before they begin."""
    for file, first, last in PERIODS:
        for row in getattr(data, file):
            starts, ends = getattr(row, first), getattr(row, last)
            if starts and ends and ends < starts:
                reason = f"раньше начала периода {starts:%d.%m.%Y}"
                yield _problem(file, row, last, "period_backwards", reason)


def _overlaps(
    file: str, column: str, periods: Iterable[tuple[str, dt.date, dt.date, rows.Record]]
) -> Iterator[ImportProblem]:
    """Find neighbours of one subject whose periods share a day."""
    in_order = sorted(periods, key=lambda one: one[:3])
    for (subject, _, ends, earlier), (other, starts, _, row) in pairwise(in_order):
        if subject == other and starts <= ends:
            reason = f"период пересекается со строкой {earlier.line}"
            yield _problem(file, row, column, "periods_overlap", reason)


def schools_are_told_in_their_file(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a code that stands for a school and for another organisation."""
    schools = {school.school_id for school in data.schools}
    for row in data.organisations:
        if row.organisation_id in schools:
            reason = "это код школы из schools.csv"
            yield _problem("organisations", row, "organisation_id", "code_of_school", reason)


def names_do_not_overlap(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find two names of one organisation on one day."""
    yield from _overlaps(
        "organisations",
        "valid_from",
        (
            (row.organisation_id, row.valid_from or dt.date.min, row.valid_to or dt.date.max, row)
            for row in data.organisations
        ),
    )


def substitutions_are_possible(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find self-substitution, a role the absent person lacks, two substitutes at once."""
    roles = {person.person_id: person.role for person in data.people}
    for row in data.substitutions:
        if row.absent_person_id == row.substitute_person_id:
            reason = "замещает сам себя"
            yield _problem("substitutions", row, "substitute_person_id", "own_substitute", reason)
        if roles.get(row.absent_person_id, row.role_code) != row.role_code:
            reason = "отсутствующий не занимает должность"
            yield _problem("substitutions", row, "role_code", "role_not_held", reason)
    periods = ((s.absent_person_id, s.starts_on, s.ends_on, s) for s in data.substitutions)
    yield from _overlaps("substitutions", "starts_on", periods)


def _unknown_roles(data: DirectoryData, known: Roles) -> Iterator[ImportProblem]:
    """Find offices that no process asks for, or not there: nobody would ever get their work."""
    kinds: dict[str, str] = {one.organisation_id: one.kind for one in data.organisations}
    kinds |= {one.school_id: "school" for one in data.schools}
    for one in data.people:
        at = known.get(one.role, {})
        if at and kinds.get(one.organisation_id, "") not in ("", *at):
            reason = f"эту роль дают только {' или '.join(at.values())}"
            yield _problem("people", one, "role_code", "role_elsewhere", reason)
    told: list[tuple[str, rows.Record, str]] = [("people", one, one.role) for one in data.people]
    told += [("substitutions", one, one.role_code) for one in data.substitutions]
    for file, row, role in told if known else ():
        if role not in known:
            reason = f"такой роли нет; есть: {', '.join(sorted(known))}"
            yield _problem(file, row, "role_code", "unknown_role", reason)


def titles_are_known(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find positions whose cases nobody confirmed."""
    known = {title.nominative for title in data.titles if title.kind == "position"}
    for person in data.people:
        if person.position not in known:
            reason = f"падежей должности «{person.position}» нет в titles.csv"
            yield _problem("people", person, "position", "unknown_title", reason)


def heads_lead_their_schools(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find schools whose head is not a head there, and schools with two heads."""
    heads = {
        person.person_id: person.organisation_id
        for person in data.people
        if person.role == "school_head" and person.position_until is None
    }
    for school in data.schools:
        if school.head_person_id and heads.get(school.head_person_id) != school.school_id:
            reason = f"{school.head_person_id} не директор этой школы"
            yield _problem("schools", school, "head_person_id", "not_head_here", reason)
    several = Counter(heads.values())
    for person in data.people:
        if several[person.organisation_id] > 1 and person.person_id in heads:
            reason = "у школы больше одного директора"
            yield _problem("people", person, "role_code", "several_heads", reason)


def schools_share_the_zone(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a school in another time zone than its municipality: deadlines have one clock."""
    zones = {row.timezone for row in data.municipality}
    for school in data.schools:
        if school.timezone and school.timezone not in zones:
            reason = f"другой пояс, чем у муниципалитета: {', '.join(sorted(zones))}"
            yield _problem("schools", school, "timezone", "other_timezone", reason)


def primary_schools_have_no_grade9(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a primary school with pupils in grade 9."""
    for school in data.schools:
        for year, count in school.grade9.items():
            if rows.is_primary(school.school_type) and count:
                column = school.column_of(("grade9", year))
                reason = "в начальной школе нет 9 класса"
                yield _problem("schools", school, column, "no_grade9_here", reason)


def stable_schools_are_not_low(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a school that is stable and has low results in one year."""
    codes = {(row.school_id, row.school_year, row.status_code) for row in data.school_statuses}
    for row in data.school_statuses:
        stable = (row.school_id, row.school_year, "stable") in codes
        if row.status_code == "low_results" and stable:
            reason = "в этом году у школы уже есть статус стабильных результатов"
            yield _problem("school_statuses", row, "status_code", "stable_and_low", reason)


def recommendations_follow_reports(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find a recommendation about another network than its report, or of an unapproved report."""
    reports = {report.report_id: report for report in data.reports}
    for row in data.recommendations:
        report = reports.get(row.report_id)
        if report and report.network_id != row.network_id:
            reason = "справка о другой сети"
            yield _problem("recommendations", row, "network_id", "report_of_other_network", reason)
        elif report and report.approved_on is None:
            reason = "справка ещё не утверждена"
            yield _problem("recommendations", row, "report_id", "report_not_approved", reason)


def plans_in_force_are_one(data: DirectoryData) -> Iterator[ImportProblem]:
    """Find two plans of one network and year in force, and activities of a plan nobody told."""
    told = {(row.network_id, row.school_year, row.version) for row in data.annual_plans}
    seen: dict[tuple[str, str], int] = {}
    for plan in data.annual_plans:
        if plan.state == "active":
            first = seen.setdefault((plan.network_id, plan.school_year), plan.line)
            if first != plan.line:
                reason = f"действующий план этого года уже в строке {first}"
                yield _problem("annual_plans", plan, "state", "several_plans", reason)
    for row in data.plan_activities:
        if (row.network_id, row.school_year, row.plan_version) not in told:
            reason = "такого плана нет в annual_plans.csv"
            yield _problem("plan_activities", row, "plan_version", "unknown_plan", reason)


CHECKS: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (one_municipality, ("municipality",)),
    (nothing_repeats, ()),
    (periods_run_forward, ()),
    (schools_are_told_in_their_file, ()),
    (names_do_not_overlap, ()),
    (substitutions_are_possible, ()),
    (titles_are_known, ("titles",)),
    (heads_lead_their_schools, ("people",)),
    (schools_share_the_zone, ("municipality",)),
    (primary_schools_have_no_grade9, ()),
    (stable_schools_are_not_low, ()),
    (recommendations_follow_reports, ("reports",)),
    (plans_in_force_are_one, ("annual_plans",)),
    *ORDER_CHECKS,
    *INDICATOR_CHECKS,
)
"""Each check with the files that must be whole for it: an unread row there would only repeat
its own problem elsewhere."""
