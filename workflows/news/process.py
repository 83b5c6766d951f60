"""Новость: состояния, потом шаг за шагом (T1–T5)."""

from workflow_app.engine import SYSTEM_ROLE, Child, Due, Feed, Process, answered, filled, says, stay
from workflows.news.form import (
    Comment,
    Correction,
    News,
    addressed,
    first_values,
    told,
    told_teachers,
)
from workflows.news.rules import (
    ADDRESSEES,
    COLUMNS,
    READERS,
    SPEAKERS,
    WRITER,
    comments_are_open,
    put_correction,
    put_schools,
    reading,
    somebody_is_told,
    speaks_for_its_own,
    still_to_be_shown,
    tell_addressees,
    tell_unread,
    tell_writer,
)
from workflows.roles import (
    AUTHOR_COORDINATOR,
    AUTHOR_HEAD,
    DEPARTMENT,
    IMC,
    IMC_HEAD,
    METHODIST,
    SPECIALIST,
)
from workflows.rules import Reason

process = Process(
    "news",
    "Новость",
    version=1,
    form=News,
    basis="1.6, 1.7, 1.8",
    parties={
        "schools": lambda data: data.schools,
        "told": told,
        "told_teachers": told_teachers,
    },
    posts={"writer": lambda data: (data.writer,)},
    plural="Новости",
    heading=lambda data: data.title or "Новость без заголовка",
    about=lambda data: f"network/{data.network}" if data.network else "",
    prefill=first_values,
    kept=addressed,
    feed=Feed(states=("published",), to=ADDRESSEES, lead="text", comments="write_comment"),
    readers=READERS,
)

TALKED_OF = "комментируют и исправляют, пока новость показывают"
UNREAD = Due("news_unread", 3, then="tell_unread", title="Новость, которую не открыли")
END = Due(
    "news_end", unit="calendar", then="end",
    on=says("до последнего дня показа")(lambda case: case.data.shown_to),
)

drafted = process.state(
    "drafted", "Черновик", private=True, edit=WRITER, waits_for=WRITER,
    no_deadline="ненаписанная новость никого не задерживает",
)
published = process.state("published", "Опубликована", due=(UNREAD, END), unlimited=TALKED_OF)
ended = process.final("ended", "В архиве")
withdrawn = process.final("withdrawn", "Снята с показа")
dropped = process.final("dropped", "Черновик удалён")

process.table(
    "reading", "Кто из директоров открыл", COLUMNS, reading, states=published,
    readers=(WRITER, *IMC, *DEPARTMENT),
)

process.start(
    "write_news", "Написать новость", drafted, basis="T1, 1.6",
    by=(AUTHOR_COORDINATOR, AUTHOR_HEAD, METHODIST, IMC_HEAD, SPECIALIST), past="Новость начата",
)
process.move(
    "publish", "Опубликовать", drafted, published, by=WRITER, basis="T2, 1.6", style="primary",
    if_=[filled, speaks_for_its_own, somebody_is_told, still_to_be_shown],
    do=[put_schools, tell_addressees], past="Новость опубликована",
)
process.move(
    "drop_draft", "Удалить черновик", drafted, dropped, by=WRITER, basis="T1", style="danger",
    past="Черновик новости удалён",
)
process.move(
    "write_comment", "Написать комментарий", published, stay, by=SPEAKERS, basis="T3, 1.8",
    form=Comment, if_=[answered, comments_are_open], do=[tell_writer],
    past="Комментарий к новости написан",
)
process.move(
    "correct_news", "Исправить", published, stay, by=WRITER, basis="T2", form=Correction,
    if_=[answered, still_to_be_shown], do=[put_correction], past="Новость исправлена",
)
process.move(
    "tell_unread", "Назвать автору, кто не открыл", published, stay, by=SYSTEM_ROLE,
    basis="T4, 1.6", do=[tell_unread], past="Автору сообщено, кто не открыл новость",
)
process.on(
    Child("network_change", "applied", of="subject"), published, stay, key="composition_followed",
    title="Изменился состав сети", basis="N5", do=[put_schools],
)
process.on(
    Child("network_life", "closed", of="subject"), published, ended, key="network_closed",
    title="Сеть закрыта", basis="N9",
)
process.move("end", "Срок показа истёк", published, ended, by=SYSTEM_ROLE, basis="T5")
process.move(
    "withdraw", "Снять с показа", published, withdrawn, by=(WRITER, IMC_HEAD, SPECIALIST),
    basis="T5", form=Reason, style="danger", if_=[answered], past="Новость снята с показа",
)
