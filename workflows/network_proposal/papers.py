"""The proposal on paper: заявка and заключение ИМЦ; the protocol stands in protocol.py."""

from workflow_app.engine import Case, Facts
from workflows.network_proposal.checklist import checklist
from workflows.network_proposal.form import RECOMMENDATIONS, Proposal
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    directions,
    document,
    head_name,
    holder,
    letterhead,
    local_date,
    person,
    school,
    signature,
    statuses,
    title,
)
from workflows.registers.figures import of_schools
from workflows.registers.memberships import NETWORK_ROLES
from workflows.registers.schools import SCHOOLS, School
from workflows.registers.statuses import act_of_year, of_school
from workflows.rules import year_before
from workflows.together import kilometres
from workflows.wording import (
    GAP,
    GOAL,
    date,
    date_in_text,
    glued,
    lowered,
    sentence,
    whole,
    year_in_text,
)

UNKNOWN = "нет сведений"

PROPOSAL = (
    *DOCUMENT, *SIGNATURE,
    "организация.название",
    "адресат.должность_дат", "адресат.имя_дат",
    "заявитель.должность_род", "заявитель.имя_род",
    "заявка.номер", "заявка.дата",
    "сеть.название", "сеть.цель", "сеть.особенности", "сеть.учебный_год",
    "сеть.начало", "сеть.окончание",
    "базовая.школа", "базовая.руководитель", "базовая.статус", "базовая.основание",
    "базовая.показатели",
    "участники[].номер", "участники[].школа", "участники[].роль", "участники[].статус",
    "участники[].риски", "участники[].потребность",
    "характеристика[].название", "характеристика[].педагоги", "характеристика[].обучающиеся",
    "характеристика[].расстояние",
    "направления[].номер", "направления[].название",
    "показатели[].направление", "показатели[].название", "показатели[].исходное",
    "показатели[].плановое",
    "ресурсы[].вид", "ресурсы[].описание",
    "координатор.имя", "координатор.должность", "координатор.телефон", "координатор.почта",
    "разделы.координатор", "разделы.срок", "разделы.согласия",
    "согласия.дата", "согласия.приглашено", "согласия.согласились",
    "приложения[].номер", "приложения[].название",
)

OPINION = (
    *DOCUMENT, *SIGNATURE,
    "организация.название", "имц.название",
    "заявка.номер", "заявка.дата",
    "сеть.название", "сеть.базовая_школа", "сеть.участников", "сеть.начало", "сеть.окончание",
    "проверки[].номер", "проверки[].вопрос", "проверки[].вывод", "проверки[].пояснение",
    "замечания[].номер", "замечания[].поле", "замечания[].текст",
    "заключение.дата", "заключение.вывод",
    "руководитель.должность", "руководитель.имя",
)


def proposal(case: Case, facts: Facts) -> Values:
    """Return the values of the proposal as it is handed in."""
    data, coordinator = case.data, _coordinator(case, facts)
    return {
        "документ": document(case, f"Заявка о создании сети «{data.name}»", "invite", "resend"),
        "организация": {"название": letterhead(facts, data.base)},
        "адресат": _addressee(facts),
        "заявитель": _applicant(case, facts),
        "заявка": {"номер": case.number, "дата": date(case.today)},
        "сеть": _network(case),
        "базовая": _base(case, facts),
        "участники": _members(case, facts),
        "характеристика": _schools(case, facts),
        "направления": [
            {"номер": row["номер"], "название": row["название"]}
            for row in directions(facts, data.directions)
        ],
        "показатели": [],
        "ресурсы": [{"вид": "В наличии", "описание": sentence(data.resources)}]
        if data.resources
        else [],
        "координатор": coordinator,
        "разделы": _sections(data.resources, coordinator["имя"]),
        "согласия": {
            "дата": local_date(facts, facts.last_taken(case, "consents_complete")) or GAP,
            "приглашено": len(data.invited or data.asked),
            "согласились": len(data.members),
        },
        "приложения": [
            {"номер": 1, "название": "Протокол согласий школ"},
            {"номер": 2, "название": "Согласия школ"},
        ],
        "подпись": signature(facts, case.capacity),
    }


def opinion(case: Case[Proposal], facts: Facts) -> Values:
    """Return the values of the methodical centre's opinion.

    Whoever endorses signs alone: nobody else has confirmed the paper in the system.
    """
    data, form = case.data, case.form
    heading = f"Заключение по заявке о создании сети «{data.name}»"
    said = f"{sentence(form.conclusion)} Рекомендация: {RECOMMENDATIONS[form.recommendation]}."
    notes = [{"номер": 1, "поле": "Пожелания", "текст": sentence(form.notes)}] if form.notes else []
    return {
        "документ": document(case, heading, "invite", "resend"),
        "организация": {"название": letterhead(facts, "imc")},
        "имц": {"название": letterhead(facts, "imc")},
        "заявка": {
            "номер": case.number,
            "дата": local_date(facts, facts.last_taken(case, "submit")) or GAP,
        },
        "сеть": {
            "название": data.name,
            "базовая_школа": school(facts, data.base),
            "участников": len(data.members),
            "начало": date_in_text(data.valid_from),
            "окончание": date_in_text(data.valid_to),
        },
        "проверки": checklist(case, facts),
        "замечания": notes,
        "заключение": {"дата": date(case.today), "вывод": said},
        "подпись": signature(facts, case.capacity),
        "руководитель": {"должность": "", "имя": ""},
    }


def proposal_file(case: Case[Proposal]) -> str:
    """Return «Заявка З-2025-001»."""
    return f"Заявка {case.number}".strip()


def opinion_file(case: Case[Proposal]) -> str:
    """Return «Заключение методического центра З-2025-001»."""
    return f"Заключение методического центра {case.number}".strip()


def _addressee(facts: Facts) -> Values:
    head = holder(facts, "department_head")
    name = person(facts, head.person_id if head else None).dat
    words = title(facts, head, "dat")
    return {"должность_дат": words[:1].upper() + words[1:], "имя_дат": whole(name)}


def _applicant(case: Case[Proposal], facts: Facts) -> Values:
    capacity = case.capacity
    name = person(facts, capacity.person_id if capacity else None).gen
    words = title(facts, capacity, "gen")
    return {"должность_род": lowered(words), "имя_род": whole(name)}


def _network(case: Case[Proposal]) -> Values:
    data = case.data
    return {
        "название": data.name,
        "цель": sentence(lowered(data.goal) if data.goal == GOAL else data.goal),
        "особенности": sentence(data.context_note),
        "учебный_год": year_in_text(data.school_year),
        "начало": date_in_text(data.valid_from),
        "окончание": date_in_text(data.valid_to),
    }


def _base(case: Case, facts: Facts) -> Values:
    """The base school with its status and the act it rests on (1.3a)."""
    base, year = case.data.base, case.data.school_year
    told = year if act_of_year(facts, year) else year_before(year)
    stable = next((c for c in of_school(facts, base, told) if c.code == "stable"), None)
    return {
        "школа": school(facts, base),
        "руководитель": head_name(facts, base),
        "статус": statuses(facts, base, year),
        "основание": glued(stable.basis) if stable else GAP,
        "показатели": sentence(stable.evidence) if stable else "",
    }


def _members(case: Case[Proposal], facts: Facts) -> list[Values]:
    return [
        {
            "номер": number,
            "школа": school(facts, member.school),
            "роль": NETWORK_ROLES[member.role],
            "статус": statuses(facts, member.school, case.data.school_year),
            "риски": "",
            "потребность": member.need,
        }
        for number, member in enumerate(case.data.members, start=1)
    ]


def _schools(case: Case, facts: Facts) -> list[Values]:
    """What clause 1.2 asks about, as far as the directory knows it."""
    schools = facts.of(SCHOOLS)
    base = schools.last(case.data.base)
    ids = (case.data.base, *(member.school for member in case.data.members))
    figures = of_schools(facts)
    return [
        {
            "название": glued(card.name),
            "педагоги": figures.get(card.id, {}).get("teachers", UNKNOWN),
            "обучающиеся": figures.get(card.id, {}).get("students", UNKNOWN),
            "расстояние": _distance(facts, base, card),
        }
        for card in map(schools.last, ids)
        if card
    ]


def _distance(facts: Facts, base: School | None, card: School) -> str:
    """Return kilometres to the base school, where they are known."""
    if base is None or card.id == base.id:
        return "–"
    known = kilometres(facts, base, card)
    return UNKNOWN if known is None else str(known)


def _coordinator(case: Case[Proposal], facts: Facts) -> Values:
    """Whom the proposal names, else who holds the office in the base school; maybe nobody."""
    named, offices = case.data.coordinator, ("network_coordinator", "school_head")
    held = [one for office in offices for one in facts.holders(office, case.data.base)]
    capacity = next((one for one in held if one.person_id == named), None)
    capacity = capacity or holder(facts, "network_coordinator", case.data.base)
    if capacity is None:
        return dict.fromkeys(("имя", "должность", "телефон", "почта"), "")
    card = person(facts, capacity.person_id)
    return {
        "имя": whole(card.nom),
        "должность": title(facts, capacity),
        "телефон": "",
        "почта": card.email,
    }


def _sections(resources: str, coordinator: str) -> Values:
    """Return the numbers of the sections after those that vanish when there is nothing to say."""
    number = 7 + bool(resources)
    term = number + bool(coordinator)
    return {"координатор": number, "срок": term, "согласия": term + 1}
