"""Материал библиотеки: состояния, потом шаг за шагом (B1–B5)."""

from workflow_app.engine import (
    SYSTEM_ROLE,
    Child,
    Due,
    Process,
    answered,
    filled,
    otherwise,
    stay,
)
from workflows.material.form import AnotherNetwork, Material, Use, checked_by, first_values
from workflows.material.rules import (
    COLUMNS,
    READERS,
    WRITER,
    coordinator_wrote_it,
    is_not_shown_there,
    is_of_another_school,
    names_no_pupil,
    next_version,
    no_open_version,
    note_use,
    put_base,
    put_on_another_shelf,
    put_on_shelf,
    put_schools,
    take_off_shelf,
    tell_schools,
    use_is_new,
    uses,
)
from workflows.roles import (
    AUTHOR_COORDINATOR,
    AUTHOR_HEAD,
    AUTHOR_STAFF,
    AUTHOR_TEACHER,
    BASE_HEAD,
    COORDINATOR,
    IMC_HEAD,
    METHODIST,
    SCHOOL_PEOPLE,
)
from workflows.rules import MEND, Explanation, Reason, author_belongs

process = Process(
    "material",
    "Материал библиотеки",
    version=1,
    form=Material,
    basis="1.6, 2",
    parties={"schools": lambda data: data.schools, "base": lambda data: (data.base,)},
    posts={"writer": lambda data: (data.writer,)},
    plural="Материалы библиотеки",
    heading=lambda data: data.title or "Материал без названия",
    about=lambda data: f"network/{data.network}" if data.network else "",
    prefill=first_values,
    kept=checked_by,
    watcher=BASE_HEAD,
    readers=READERS,
)

CHECKED = "возвращают, пока материал не станет пригодным"
USED = "материалом пользуются, сколько нужно"
MODERATION = Due("moderation", 5, remind=(1,), escalate=((1, BASE_HEAD),),
    title="Проверка координатором")

drafted = process.state(
    "drafted", "Черновик", private=True, edit=WRITER, waits_for=WRITER, unlimited=CHECKED,
    no_deadline="незаконченный материал никого не задерживает",
)
moderation = process.state(
    "moderation", "Проверяет координатор", waits_for=COORDINATOR, due=MODERATION,
    unlimited=CHECKED,
)
moderation_up = process.state(
    "moderation_up", "Проверяет директор базовой школы", waits_for=BASE_HEAD, aside=True,
    due=Due("moderation_up", 5, remind=(1,), escalate=((1, METHODIST),),
        title="Проверка директором"), unlimited=CHECKED,
)
returned = process.state(
    "returned", "Возвращён автору", private=True, edit=WRITER, waits_for=WRITER, work=MEND,
    aside=True, unlimited=CHECKED, no_deadline="материал ждёт автора, срока у него нет",
)
published = process.state(
    "published", "В библиотеке", unlimited=USED,
    no_deadline="материал стоит в библиотеке, пока нужен",
)
replaced = process.final("replaced_by_newer", "Заменён новой версией", aside=True)
withdrawn = process.final("withdrawn", "Убран из библиотеки", aside=True)
dropped = process.final("dropped", "Черновик удалён", aside=True)

process.table("uses", "Кто использовал", COLUMNS, uses, states=(published, replaced, withdrawn))

process.start(
    "begin_version", "Начать новую версию", drafted, by=SYSTEM_ROLE, basis="B5", do=[next_version],
    past="Начата новая версия материала",
)
process.start(
    "share_material", "Поделиться материалом", drafted, basis="B1, 1.6",
    by=(AUTHOR_TEACHER, AUTHOR_STAFF, AUTHOR_COORDINATOR, AUTHOR_HEAD, METHODIST, IMC_HEAD),
    past="Материал начат",
)
process.move(
    "to_moderation", "Отправить на проверку", [drafted, returned],
    {moderation_up: coordinator_wrote_it, moderation: otherwise},
    by=WRITER, basis="B2, 1.6", style="primary", again="Отправить снова",
    if_=[filled, author_belongs, names_no_pupil], do=[put_base],
    past="Материал отправлен на проверку",
)
process.move(
    "drop_material", "Удалить черновик", [drafted, returned], dropped, by=WRITER, basis="B1",
    style="danger", past="Черновик материала удалён",
)
for state, who in ((moderation, COORDINATOR), (moderation_up, BASE_HEAD)):
    process.move(
        "publish_material", "Поставить в библиотеку", state, published, by=who, basis="B3, 1.6",
        apart="to_moderation", style="primary", do=[put_on_shelf, tell_schools],
        past="Материал поставлен в библиотеку",
    )
    process.move(
        "return_material", "Вернуть автору", state, returned, by=who, basis="B3",
        apart="to_moderation", form=Explanation, if_=[answered], past="Материал возвращён автору",
    )
process.move(
    "use_material", "Использовали в нашей школе", published, stay, by=SCHOOL_PEOPLE,
    basis="B4, 1.6", form=Use, style="primary", do=[note_use],
    if_=[answered, is_of_another_school, use_is_new], past="Отмечено использование материала",
)
process.move(
    "show_elsewhere", "Показать ещё одной сети", published, stay, by=WRITER, basis="B4, 1.6",
    form=AnotherNetwork, if_=[answered, is_not_shown_there], do=[put_on_another_shelf],
    past="Материал показан ещё одной сети",
)
process.revise(
    "new_version", "Новая версия", published, drafted, by=WRITER, basis="B5", if_=[no_open_version],
    past="Начата новая версия материала",
)
process.on(
    Child("material", "published"), published, replaced, key="replaced_by_version",
    title="Вышла новая версия", basis="B5",
)
process.on(
    Child("network_change", "applied", of="subject"), [moderation, moderation_up], stay,
    key="base_followed", title="Изменился состав сети", basis="N5", do=[put_base],
)
process.on(
    Child("network_change", "applied", of="subject"), published, stay,
    key="composition_followed", title="Изменился состав сети", basis="N5", do=[put_schools],
)
process.move(
    "take_off", "Убрать из библиотеки", published, withdrawn, basis="B5", form=Reason,
    by=(WRITER, COORDINATOR, METHODIST, IMC_HEAD), style="danger", if_=[answered],
    do=[take_off_shelf], past="Материал убран из библиотеки",
)
