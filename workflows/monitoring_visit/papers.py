"""The protocol of a visit: what was looked at, what was seen, what has to be mended (V4)."""

from workflow_app.engine import Case, Facts
from workflows.monitoring_visit.form import MARKS, Visit
from workflows.papers import (
    DOCUMENT,
    Values,
    document,
    head_name,
    holder,
    letterhead,
    person,
    school,
    signature,
)
from workflows.registers.findings import ADDRESSEES, SEVERITIES
from workflows.registers.visits import MODES
from workflows.wording import capital, date, date_in_text, sentence, whole

PROTOCOL = (
    *DOCUMENT,
    "организация.название",
    "протокол.номер", "протокол.дата",
    "сеть.название", "сеть.базовая_школа",
    "посещение.школа", "посещение.вид", "посещение.предмет",
    "посещение.должность", "посещение.имя",
    "перечень[].номер", "перечень[].вопрос", "перечень[].ответ", "перечень[].пояснение",
    "замечания[].номер", "замечания[].текст", "замечания[].важность", "замечания[].кому",
    "замечания[].срок",
    "вывод",
    "ознакомление.дата", "ознакомление.должность", "ознакомление.имя", "ознакомление.пояснения",
)
WHOLE = "сеть в целом"


def protocol(case: Case[Visit], facts: Facts) -> Values:
    """Return what the protocol prints; once the base head has read it, it says so."""
    data, post = case.data, facts.post(case.data.visitor or 0)
    who = person(facts, post.person_id if post else None)
    return {
        "документ": document(case, f"Протокол посещения сети «{data.network_name}»",
                             "send_protocol", "take_note"),
        "организация": {"название": letterhead(facts, "imc")},
        "протокол": {"номер": data.code, "дата": date_in_text(data.held_on)},
        "сеть": {"название": data.network_name, "базовая_школа": school(facts, data.base)},
        "посещение": {
            "школа": school(facts, data.school) if data.school else WHOLE,
            "вид": MODES[data.mode], "предмет": sentence(data.topic),
            "должность": capital(post.title) if post else "", "имя": whole(who.signature),
        },
        "перечень": [
            {"номер": n, "вопрос": row.title, "ответ": MARKS[row.mark], "пояснение": row.note}
            for n, row in enumerate(data.checklist, start=1)
        ],
        "замечания": [
            {
                "номер": n, "текст": sentence(row.text), "важность": SEVERITIES[row.severity],
                "кому": _addressee(row.school, facts), "срок": date(row.due_on),
            }
            for n, row in enumerate(data.findings, start=1)
        ],
        "вывод": sentence(data.conclusion),
        "ознакомление": _acknowledgement(case, facts),
    }


def _addressee(school_id: int | None, facts: Facts) -> str:
    if school_id is None:
        return ADDRESSEES["coordinator"]
    return f"{school(facts, school_id)}, {head_name(facts, school_id)}"


def _acknowledgement(case: Case[Visit], facts: Facts) -> Values:
    """Return who took note of it and when; the day is empty while the protocol waits for her."""
    took = case.capacity if case.times("take_note") else None
    head = took or holder(facts, "school_head", case.data.base)
    return {
        "дата": date(case.today) if took else "",
        **signature(facts, head),
        "пояснения": sentence(case.data.explanation),
    }


def protocol_file(case: Case[Visit]) -> str:
    """Return «Протокол посещения № 1-2026 от 12.03.2026»."""
    return f"Протокол посещения № {case.data.code} от {date(case.data.held_on)}"
