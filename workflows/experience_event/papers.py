"""The certificates of an event: one page for each who came (2, first task)."""

from workflow_app.engine import Case, Facts
from workflows.activities import DELIVERY
from workflows.experience_event.form import Event
from workflows.experience_event.rules import came, host
from workflows.papers import (
    DOCUMENT,
    SIGNATURE,
    Values,
    document,
    holder,
    letterhead,
    school,
    signature,
)
from workflows.registers.events import KINDS
from workflows.wording import counted, date, without_kind

HOURS_OF = ("академический час", "академических часа", "академических часов")
CERTIFICATES = (
    *DOCUMENT, *SIGNATURE, "организация.название", "мероприятие.тема", "мероприятие.форма",
    "мероприятие.день", "мероприятие.режим", "мероприятие.часы",
    "мероприятие.сеть", "мероприятие.ведущий",
    "сертификаты[].номер", "сертификаты[].имя", "сертификаты[].школа", "сертификаты[].дата",
    "проверка.адрес",
)


def certificates(case: Case[Event], facts: Facts) -> Values:
    """Return a certificate for each who came; the head of the school that held it signs."""
    data, place = case.data, host(case, facts)
    return {
        "документ": document(case, "Сертификаты участников"),
        "организация": {"название": letterhead(facts, place) if place else ""},
        "подпись": signature(facts, holder(facts, "school_head", place)),
        "мероприятие": {
            "тема": without_kind(KINDS[data.kind], data.title), "форма": KINDS[data.kind],
            "день": date(data.held_on), "режим": DELIVERY[data.mode],
            "часы": f", {counted(data.hours, *HOURS_OF)}" if data.hours else "",
            "сеть": data.network_name, "ведущий": data.host,
        },
        "сертификаты": [
            {
                "номер": f"{case.number}/{number}", "имя": row.name,
                "школа": school(facts, row.school), "дата": date(case.today),
            }
            for number, row in enumerate(came(case, facts), start=1)
        ],
        "проверка": {"адрес": facts.verification_address(case.text_hash)},
    }


def certificates_file(case: Case[Event]) -> str:
    """Return «Сертификаты № С-2025-001»."""
    return f"Сертификаты № {case.number}"
