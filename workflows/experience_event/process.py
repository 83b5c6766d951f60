"""Обмен опытом: состояния, потом шаг за шагом (E1–E5)."""

from workflow_app.engine import (
    Appointments,
    Case,
    Child,
    Due,
    Facts,
    Number,
    Paper,
    Process,
    Put,
    answered,
    filled,
    says,
    stay,
)
from workflows.experience_event.form import (
    SENDERS,
    Colleagues,
    Event,
    Left,
    Outcome,
    appointment,
    first_values,
    of_network,
)
from workflows.experience_event.papers import CERTIFICATES, certificates, certificates_file
from workflows.experience_event.rules import (
    COLUMNS,
    READERS,
    WRITER,
    announce,
    comes,
    days_fit,
    enrol,
    guests_are_named,
    has_been_held,
    hour_is_past,
    is_full,
    is_not_listed,
    is_to_take_off,
    join,
    meets_on_day_off,
    names_are_new,
    note_who_came,
    registration_is_open,
    said_of_enrolling,
    said_of_joining,
    somebody_came,
    somebody_is_listed,
    take_off,
    tell_cancelled,
    tell_schools,
    who,
)
from workflows.roles import (
    AUTHOR_COORDINATOR,
    AUTHOR_HEAD,
    AUTHOR_STAFF,
    AUTHOR_TEACHER,
    COORDINATOR,
    IMC_HEAD,
    METHODIST,
    SCHOOL_PEOPLE,
)
from workflows.rules import Reason, author_belongs

process = Process(
    "experience_event",
    "Обмен опытом",
    version=1,
    form=Event,
    basis="2",
    parties={"schools": lambda data: data.schools, "base": lambda data: (data.base,)},
    posts={"writer": lambda data: (data.writer,)},
    plural="Обмен опытом",
    heading=lambda data: data.title or "Мероприятие без темы",
    about=lambda data: f"network/{data.network}" if data.network else "",
    appointments=Appointments(appointment, (*SCHOOL_PEOPLE, WRITER), comes),
    prefill=first_values,
    kept=of_network,
    watcher=COORDINATOR,
    readers=READERS,
    warnings=(is_full, meets_on_day_off, hour_is_past),
)

COMING = "записываются и отказываются, пока запись открыта"
OUTCOME = Due(
    "event_outcome", unit="calendar", remind=(1,), escalate=((3, COORDINATOR),),
    on=says("в день мероприятия")(lambda case: case.data.held_on),
)

drafted = process.state(
    "drafted", "Черновик", private=True, edit=WRITER, waits_for=WRITER,
    no_deadline="ненаписанное приглашение никого не задерживает",
)
announced = process.state(
    "announced", "Идёт запись", waits_for=WRITER, work="Отметить, кто участвовал", due=OUTCOME,
    unlimited=COMING,
)
held = process.state(
    "held", "Проведено", waits_for=(WRITER, COORDINATOR), work="Выдать сертификаты",
    due=Due("certificates", 5, remind=(1,), escalate=((1, COORDINATOR),),
        title="Сертификаты участникам"),
)
certified = process.final("certified", "Сертификаты выданы")
cancelled = process.final("cancelled", "Не состоялось", aside=True)
dropped = process.final("dropped", "Черновик удалён", aside=True)

process.table("who", "Кто участвует", COLUMNS, who, states=(announced, held, certified))
process.paper(
    "certificates", "Сертификаты участников",
    fields=CERTIFICATES, values=certificates, file_name=certificates_file,
)


@says("сертификаты получают номер в своём журнале")
def take_number(case: Case[Event], _facts: Facts) -> Number:
    """Every certificate is numbered by the event's number and its own."""
    return Number("certificates", case.today)


process.start(
    "invite_to_event", "Объявить мероприятие", drafted, basis="E1, 2",
    by=(AUTHOR_TEACHER, AUTHOR_STAFF, AUTHOR_COORDINATOR, AUTHOR_HEAD, METHODIST, IMC_HEAD),
    past="Объявление мероприятия начато",
)
process.move(
    "announce_event", "Объявить", drafted, announced, by=WRITER, basis="E1, 2", style="primary",
    if_=[filled, author_belongs, days_fit], do=[announce, tell_schools],
    past="Мероприятие объявлено",
)
process.move(
    "drop_event", "Удалить черновик", drafted, dropped, by=WRITER, basis="E1", style="danger",
    past="Черновик мероприятия удалён",
)
process.move(
    "join_event", "Записаться", announced, stay, by=SCHOOL_PEOPLE,
    basis="E2, 2", style="primary", if_=[registration_is_open, is_not_listed], do=[join],
    past="Участник записан", done=said_of_joining,
)
process.move(
    "enrol_colleagues", "Записать коллег", announced, stay, by=SENDERS,
    basis="E2, 2", form=Colleagues, if_=[answered, registration_is_open, names_are_new],
    do=[enrol], past="Коллеги записаны", done=said_of_enrolling,
)
process.move(
    "leave_event", "Снять с записи", announced, stay, by=(*SCHOOL_PEOPLE, WRITER), basis="E2",
    form=Left, if_=[somebody_is_listed, answered, is_to_take_off], do=[take_off],
    past="Участник снят с записи",
)
process.move(
    "hold_event", "Отметить, кто участвовал", announced, held, by=(WRITER, COORDINATOR),
    basis="E3, 2", form=Outcome, do=[note_who_came],
    if_=[answered, has_been_held, somebody_came, guests_are_named],
    past="Участники мероприятия отмечены",
)
process.move(
    "certify", "Выдать сертификаты", held, certified, by=(WRITER, COORDINATOR), basis="E4, 2",
    style="primary", do=[take_number, Paper("certificates")], past="Сертификаты выданы",
)
process.move(
    "cancel_event", "Отменить мероприятие", announced, cancelled, by=(WRITER, COORDINATOR),
    basis="E5", form=Reason, style="danger", if_=[answered], do=[tell_cancelled],
    past="Мероприятие отменено",
)
process.on(
    Child("network_change", "applied", of="subject"), announced, stay, key="schools_followed",
    title="Изменился состав сети", basis="N5",
    do=[says("видят школы, которые входят в сеть теперь")(
        lambda case, facts: Put(of_network(case.data, facts))
    )],
)
