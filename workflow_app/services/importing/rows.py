"""What each CSV file of a district may contain: one type a file, one field a column."""

import datetime as dt
import re
from collections.abc import Collection
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from workflow_app.engine.addresses import is_mail_address
from workflow_app.engine.calendar import EARLIEST, LATEST, is_countable, school_year_bounds
from workflow_app.engine.forms import LARGEST_NUMBER
from workflow_app.services.journals import printed

LONGEST_NOTE = 300
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
GRADE9 = re.compile(r"grade9_count_(\d{4}_\d{4})")
EXAM_WORDS = re.compile(r"ОГЭ|ЕГЭ|аттестат")
BASIC_SCHOOL_WORDS = re.compile(r"ОГЭ|ЕГЭ|[5-9] ?кл")
ORDER_QUOTE = re.compile(r"от (?P<on>\d\d\.\d\d\.\d{4})|№ ?(?P<label>[^\s,;)]+)")


class BadCellError(ValueError):
    """What stands in a cell cannot be taken: a code for machines, a reason for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _year(code: str) -> str:
    """Return the code of a school year, checked."""
    try:
        school_year_bounds(code)
    except ValueError as error:
        raise BadCellError("bad_school_year", str(error)) from None
    return code


def _day(text: object) -> object:
    """Return a date written the only way the files write dates."""
    if not ISO_DATE.fullmatch(str(text)):
        raise BadCellError("bad_date", "ожидается дата вида 2025-08-28")
    try:
        day = dt.date.fromisoformat(str(text))
    except ValueError:
        raise BadCellError("no_such_day", "такого дня нет в календаре") from None
    if not is_countable(day):
        raise BadCellError("no_such_day", f"ожидается день с {EARLIEST} по {LATEST}")
    return day


def _flag(text: object) -> object:
    """Return yes or no for the two words the files use."""
    if text not in ("да", "нет"):
        raise BadCellError("not_yes_or_no", "ожидается «да» или «нет»")
    return text == "да"


def _mail(address: str) -> str:
    """Return a mail address in its canonical spelling."""
    if not is_mail_address(address):
        raise BadCellError("bad_mail", "не похоже на адрес электронной почты")
    return address.lower()


def _zone(name: str) -> str:
    """Return the name of an existing time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadCellError("unknown_timezone", "нет такого часового пояса") from error
    return name


def _codes(text: object) -> object:
    """Return the codes of a cell such as «D1;D5»."""
    return tuple(str(text).split(";")) if text is not None else ()


def _look(pattern: str) -> str:
    if not re.fullmatch(r"[^{}]*(\{year\}[^{}]*)?\{n(:0\d)?\}[^{}]*", pattern):
        raise BadCellError(
            "bad_shape",
            "вид номера — текст с одним {n}, а перед ним, если нужен год, {year}; примеры: {n}-од, "
            "{year}/{n:03} (номер из трёх цифр)",
        )
    return pattern


CODE = re.compile(r"[0-9A-Za-z._-]{1,40}")
Code = Annotated[str, Field(pattern=f"^{CODE.pattern}$")]
Count = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(_codes)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Note = Annotated[str, Field(max_length=LONGEST_NOTE)]
Mail = Annotated[str, AfterValidator(_mail)]
Year = Annotated[str, AfterValidator(_year)]
Figure = Annotated[float, Field(ge=0, le=LARGEST_NUMBER, allow_inf_nan=False)]
SchoolType = Annotated[str, Field(max_length=60, pattern=r"^\S[^\r\n|]*$")]
"""What kind of school it is, in the district's own short words: СОШ, лицей, вечерняя школа."""
SettlementKind = Literal["с.", "п.", "х.", "г.", "д.", "пгт", "рп", "ст-ца", "аул"]
StatusCode = Literal["stable", "low_results", "adverse_social"]
MemberRole = Literal["base", "resource", "supported", "partner"]


def is_primary(kind: str) -> bool:
    """Tell whether a kind of school ends with grade 4.

    >>> [is_primary(kind) for kind in ("НОШ", "начальная школа — детский сад", "лицей")]
    [True, True, False]
    """
    return kind == "НОШ" or kind.casefold().startswith("начальная")


class Record(BaseModel):
    """A row of a file, with the line it stands on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    line: int = 0
    is_demo: Flag = False

    @classmethod
    def takes_column(cls, _name: str) -> bool:
        """Return whether a column outside the fields belongs to the row."""
        return False

    @classmethod
    def column_of(cls, place: tuple[int | str, ...]) -> str:
        """Return the column a finding of the validator is about."""
        return str(place[0]) if place else ""


class MunicipalityRow(Record):
    """The district itself, and since when the imported positions are held."""

    name: str
    name_genitive: str
    kind: Literal["district", "okrug"]
    region: str
    centre: str | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Moscow"
    positions_from: Day


class OrganisationRow(Record):
    """A name an organisation had for a period; several rows may tell of one organisation."""

    organisation_id: Code
    kind: Literal["department", "imc"]
    short_name: str
    full_name: str
    name_genitive: str | None = None
    name_dative: str | None = None
    name_accusative: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    parent_id: Code | None = None
    email: Mail | None = None


class SettlementRow(Record):
    """What is known of a settlement beside its name."""

    settlement_type: str
    settlement: str
    distance_to_centre_km: Count | None = None


class TitleRow(Record):
    """The cases of a position's title or of a legal form."""

    kind: Literal["position", "legal_form"]
    nominative: str
    genitive: str
    dative: str
    accusative: str


class JournalRow(Record):
    """A registration journal and the look of its numbers."""

    journal_id: Code
    title: str
    pattern: Annotated[str, AfterValidator(_look)]

    def number_of(self, label: str, year: int) -> int | None:
        """Return the number in a printed label, None for a label of another look."""
        found = map(int, re.findall(r"[0-9]{1,9}", label))
        return next((n for n in found if printed(self.pattern, n, year) == label), None)


class SchoolRow(Record):
    """A school with its context card."""

    school_id: Code
    short_name: str
    full_name: str
    school_type: SchoolType
    number: Count | None = None
    settlement_type: SettlementKind
    settlement: str
    settlement_genitive: str
    students_count: Count
    teachers_count: Count
    grade9: dict[Year, Count] = Field(default_factory=dict)
    has_grade_11: Flag
    head_person_id: Code | None = None
    email: Mail | None = None
    timezone: Annotated[str, AfterValidator(_zone)] | None = None
    internet: Note | None = None
    qualification_note: Note | None = None
    language_note: Note | None = None
    data_origin: str | None = None
    name_since: Day | None = None

    @classmethod
    def takes_column(cls, name: str) -> bool:
        """Return whether the column counts grade 9 of some year."""
        return GRADE9.fullmatch(name) is not None

    @classmethod
    def column_of(cls, place: tuple[int | str, ...]) -> str:
        """Return the column a finding of the validator is about."""
        if len(place) > 1 and place[0] == "grade9":
            return f"grade9_count_{str(place[1]).replace('-', '_')}"
        return super().column_of(place)

    @model_validator(mode="before")
    @classmethod
    def gather_grade9(cls, cells: dict[str, Any]) -> dict[str, Any]:
        """Fold the columns `grade9_count_2024_2025` and the like into one field."""
        years = {name: found[1] for name in cells if (found := GRADE9.fullmatch(name))}
        rest = {name: cell for name, cell in cells.items() if name not in years}
        return rest | {
            "grade9": {year.replace("_", "-"): cells[name] for name, year in years.items()}
        }


class PersonRow(Record):
    """A person, her position and the confirmed forms of her name."""

    person_id: Code
    last_name: str
    first_name: str
    middle_name: str | None = None
    full_name: str
    gender: Literal["f", "m"]
    position: str
    organisation_id: Code
    role_code: Code
    short_name_nom: str
    short_name_gen: str
    short_name_dat: str
    short_name_acc: str
    signature_name: str
    email: Mail | None = None
    position_since: Day | None = None
    position_until: Day | None = None
    is_fictional: str | None = None

    def held_on(self, day: dt.date) -> bool:
        """Return whether the position was held on a day, as far as the row tells."""
        since, until = self.position_since or dt.date.min, self.position_until or dt.date.max
        return since <= day <= until

    @property
    def role(self) -> str:
        """Return the role without the mark of an acting holder."""
        return self.role_code.removesuffix("_acting")

    @property
    def is_acting(self) -> bool:
        """Return whether the person only acts in the position."""
        return self.role_code.endswith("_acting")


class SubstitutionRow(Record):
    """Who stands in for whom, in which role and when."""

    substitution_id: Code
    absent_person_id: Code
    substitute_person_id: Code
    role_code: Code
    starts_on: Day
    ends_on: Day
    basis: str
    is_fictional: str | None = None


class OrderRow(Record):
    """A registered order of the department."""

    order_id: Code
    reg_number: str
    reg_date: Day
    order_kind: Code
    title: str
    network_ids: Codes = ()
    signed_by_person_id: Code
    state: Literal["registered"]
    journal: str


class Quoting(Record):
    """A row that names the order it rests on in words."""

    def quoted(self, words: str) -> tuple[str, str]:
        """Return number and date (DD.MM.YYYY) of the order a sentence names, empty if none."""
        found: dict[str, Any] = {"label": "", "on": ""}
        for match in ORDER_QUOTE.finditer(words):
            found |= {name: text for name, text in match.groupdict().items() if text}
        return found["label"], found["on"]


class StatusRow(Quoting):
    """A status of a school in a school year, by an act."""

    status_id: Code
    school_id: Code
    school_year: Year
    status_code: StatusCode
    status_name: str
    evidence: str
    basis_document: str
    assigned_on: Day


class DirectionRow(Quoting):
    """A priority direction of a school year, by an order."""

    direction_id: Code
    school_year: Year
    name: str
    subject_area: str | None = None
    basis_order: str
    approved_by_person_id: Code
    clause: str | None = None


class NetworkRow(Record):
    """A network and the term all its orders together give it."""

    network_id: Code
    name: str
    base_school_id: Code
    coordinator_person_id: Code | None = None
    imc_curator_person_id: Code | None = None
    direction_ids: Codes
    valid_from: Day
    valid_to: Day
    state: Literal["forming", "active", "suspended", "closing", "closed"]
    founding_order_id: Code


class MemberRow(Record):
    """A school's membership: the order by which it joined and, maybe, the one it left by."""

    membership_id: Code
    network_id: Code
    school_id: Code
    member_role: MemberRole
    joined_on: Day
    left_on: Day | None = None
    join_order_id: Code
    leave_order_id: Code | None = None
    consent_decision: Code | None = None
    consent_given_on: Day | None = None


class PlanRow(Record):
    """A plan of a network for a school year; the one in force goes on here as a case."""

    plan_id: Code
    network_id: Code
    school_year: Year
    version: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] = 1
    state: Code
    submitted_on: Day | None = None
    agreed_by_imc_on: Day | None = None
    approved_on: Day
    approved_by_person_id: Code | None = None


class ActivityRow(Record):
    """A row of a plan and what came of it; its state and words are those of the processes."""

    activity_id: Code
    network_id: Code
    school_year: Year
    plan_version: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] = 1
    number: Count
    section: str
    direction_id: Code
    title: Annotated[str, Field(max_length=300)]
    form: str
    delivery_mode: Literal["in_person", "remote", "mixed"]
    planned_start: Day
    planned_end: Day
    responsible_person_id: Code
    responsible_organisation_id: Code | None = None
    audience: str | None = None
    expected_result: str
    adaptation: Flag = False
    state: Code
    is_overdue: Flag = False
    actual_date: Day | None = None
    participants_count: Count | None = None
    state_note: str | None = None
    from_recommendation_id: Code | None = None


class ReportRow(Record):
    """A year-end report; what it recommends exists from its approval on."""

    report_id: Code
    network_id: Code
    school_year: Year
    state: Code
    author_person_id: Code
    due_on: Day | None = None
    submitted_on: Day | None = None
    reviewed_by_person_id: Code | None = None
    reviewed_on: Day | None = None
    approved_on: Day | None = None
    return_reason: str | None = None


class RecommendationRow(Record):
    """What a report recommends: to which school, by whom, until when, and the answer."""

    recommendation_id: Code
    report_id: Code
    network_id: Code
    text: str
    target_school_id: Code | None = None
    responsible_person_id: Code | None = None
    due_on: Day | None = None
    decision: Literal["accepted", "declined"] | None = None
    carried_to_activity_id: Code | None = None
    state: Code = "issued"


class IndicatorRow(Record):
    """An indicator of the department's catalogue.

    A catalogue that does not say when results come and whom they are about is read by its words:
    «ОГЭ» comes after the exams, «5–9 кл.» is not about a primary school.
    """

    indicator_id: Code
    code: Code
    name: str
    level: Literal["school", "network"]
    unit: Literal["%", "чел.", "ед.", "балл"]
    desired_direction: Literal["up", "down"]
    data_source: str | None = None
    is_computed: Flag = False
    is_exam: Flag | None = None
    school_types: Annotated[tuple[SchoolType, ...], BeforeValidator(_codes)] = ()

    @property
    def comes_after_exams(self) -> bool:
        """Return whether its results are known only after the exams of the year."""
        told = f"{self.name} {self.data_source or ''}"
        return bool(EXAM_WORDS.search(told)) if self.is_exam is None else self.is_exam

    def types(self, kinds: Collection[str]) -> tuple[str, ...]:
        """Return in which kinds of the district's schools it is measured; a network's in none."""
        if self.level == "network":
            return ()
        if self.school_types:
            return self.school_types
        is_basic = BASIC_SCHOOL_WORDS.search(f"{self.name} {self.data_source or ''}")
        return tuple(kind for kind in kinds if not (is_basic and is_primary(kind)))


class IndicatorValueRow(Record):
    """What an indicator was in a school, or in a network as a whole, in a school year."""

    value_id: Code
    school_year: Year
    network_id: Code
    school_id: Code | None = None
    indicator_id: Code
    numerator: Count | None = None
    denominator: Count | None = None
    actual_value: Figure | None = None
    baseline_value: Figure | None = None
    target_value: Figure | None = None
    source: str | None = None
    entered_on: Day | None = None
    note: str | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether the row only says why there is nothing to say."""
        cells = (
            self.numerator,
            self.denominator,
            self.actual_value,
            self.baseline_value,
            self.target_value,
        )
        return all(cell is None for cell in cells)


class ActRow(Record):
    """A normative act papers may cite."""

    act_id: Code
    level: Literal["federal", "regional", "municipal", "regulation", "statute", "local"]
    act_type: str
    number: str | None = None
    adopted_on: Day | None = None
    issuer_name_as_of_date: str
    issuer_genitive: str | None = None
    title: str
    valid_from: Day | None = None
    valid_to: Day | None = None
    state: Literal["in_force", "expired", "revoked", "to_verify"]
    regulation_clause: str | None = None
    note: str | None = None
    source_note: str | None = None
    replaced_by: str | None = None
