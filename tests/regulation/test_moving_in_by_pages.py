"""A district moves in by pages and workbooks alone: another region, another zone (issue 14)."""

import datetime as dt
import html
import io
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browsing import Browser, serve, text_of
from change_story import request
from stories import done
from xlsxwriter import Workbook

from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.instances import Deadline, Instance
from workflow_app.store.models.messages import Notice
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS as SCHOOLS_OF

ZONE = ZoneInfo("Asia/Vladivostok")
PASSWORD = "дальний округ 2025"
REASON = "сведения отдела, письмо от 05.11.2025 № 12"
FOREIGN = ("Левокум", "Ставропол", "левокум", "ставропол", "Moscow")
FILES = Path(__file__).parents[2] / "docs" / "new-district"
"""What README gives whoever begins: five small files; all else comes by pages."""


def table(text):
    """Return the rows of a table as it is read here."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


SETTLEMENTS = table("""
Вид | Название | В родительном падеже
с. | Заречное | Заречного
п. | Дальний | Дальнего
""")
SCHOOLS = table("""
Код | Название | Полное название | Тип школы | Населённый пункт | Связь
Z1 | СОШ № 1 с. Заречное | Средняя школа № 1 | СОШ | с. Заречное | оптика
Z2 | СОШ № 2 п. Дальний | Средняя школа № 2 | СОШ | п. Дальний | ADSL
Z3 | ООШ № 3 п. Дальний | Основная школа № 3 | ООШ | п. Дальний | ADSL
""")
PEOPLE = table("""
Фамилия | Имя | Отчество | Организация | Роль | Должность
Юдина | Ольга | Юрьевна | IMC | руководитель методического центра | заведующая кабинетом
Лапина | Инна | Олеговна | IMC | методист | методист
Крылов | Олег | Петрович | DEPT | делопроизводитель | делопроизводитель
Сомов | Илья | Петрович | DEPT | специалист управления образованием | ведущий специалист
Ершова | Анна | Павловна | Z1 | директор школы | директор школы
Зимин | Пётр | Ильич | Z2 | директор школы | директор школы
Котова | Мария | Львовна | Z3 | директор школы | директор школы
Рыбин | Иван | Олегович | Z1 | координатор сети | заместитель директора
""")
STATUSES = table("""
Школа | Учебный год | Статус | Чем подтверждён
СОШ № 1 с. Заречное | 2025/2026 | стабильные результаты | три года без падений
СОШ № 2 п. Дальний | 2025/2026 | низкие результаты (ШНОР) | две процедуры ниже порога
ООШ № 3 п. Дальний | 2025/2026 | сложные социальные условия (ШНСУ) | индекс ниже порога
""")
DIRECTIONS = table("""
Учебный год | Направление | Состояние
2025/2026 | Читательская грамотность | действует
""")
ACTS = table("""
Код | Уровень | Вид | Номер | Дата принятия | Кем принят | Наименование | Действие
A1 | региональный акт | приказ | 7-пр | 01.02.2024 | министерство | О сетях | подтверждено
""")
NETWORK = table("""
Код | Наименование | Состояние | Действует с | Действует по | Координатор | Направления
N1 | Дальний круг | действует | 01.09.2024 | 31.08.2027 | Рыбин И.О. | Читательская грамотность
""")
NETWORK = [[*NETWORK[0], "Куратор от методического центра"], [*NETWORK[1], "Лапина И.О."]]
MEMBERS = table("""
Сеть | Школа | Роль в сети
Дальний круг | СОШ № 1 с. Заречное | базовая школа
Дальний круг | СОШ № 2 п. Дальний | поддерживаемая школа
Дальний круг | ООШ № 3 п. Дальний | поддерживаемая школа
""")


@pytest.fixture
def district(district_maker):
    opened = district_maker.new("2025-11-10", FILES)
    yield opened
    opened.close()


def book(rows):
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    file.seek(0)
    return file, "таблица.xlsx"


def load(browser, register, rows):
    """Load a workbook into a register; every row of it is written."""
    answer = browser.post(f"/registers/{register}/import", file=book(rows))
    path = answer.headers["Location"].removesuffix("/columns")
    page = browser.get(path)
    assert f"новых {len(rows) - 1}," in page, text_of(browser.client.get(path))
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    browser.post(path, seen=seen, reason=REASON)


def people():
    """Return the table of people; each has a day and an address."""
    yield [*PEOPLE[0], "С какого дня", "Почта"]
    for number, row in enumerate(PEOPLE[1:], 3):
        yield [*row, "01.09.2024", f"p{number}@zarechny.example"]


def load_people(browser):
    page = browser.post("/admin/people/import", status=200, file=book(people()))
    page = page.get_data(as_text=True)
    said = {
        name: html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])
        for name in ("table", "seen")
    }
    browser.post("/admin/people/import/write", confirmed="1", **said)


def come_in(app, district, specialist, person):
    """Let a person choose her password by the link the specialist has sent her."""
    specialist.post(f"/admin/people/{district.people[person]}/invite")
    letter = district.rows(Notice, person_id=district.people[person])[-1]["text"]
    link = letter.split("/choose/")[1].split()[0]
    browser = Browser(app, district)
    browser.post(f"/choose/{link}", password=PASSWORD, again=PASSWORD)
    browser.sign_in(district.people[person])
    return browser


def agree(browser):
    """Give the second person's word to all that waits for it; return to how much."""
    paths = re.findall(r'action="(/access-changes/[0-9]+)"', browser.get("/access-changes"))
    for path in paths:
        browser.post(path, verdict="yes", password=PASSWORD)
    return len(paths)


def school(district, code):
    """Return the id of a school."""
    return next(row.id for row in district.register(SCHOOLS_OF) if row.code == code)


def pages(app, *others):
    """Yield the addresses of pages that need no word."""
    yield from others
    for rule in app.url_map.iter_rules():
        is_page = "GET" in rule.methods and not rule.arguments
        if is_page and not rule.rule.startswith(("/api/", "/broken")):
            yield rule.rule


@pytest.mark.both_databases
@pytest.mark.long("a district is loaded by pages, file by file")
@pytest.mark.clause("4.2")
def test_a_district_moves_in_by_pages_and_its_network_lives(district):
    app = serve(district.container)
    app.testing = True
    specialist = Browser(app, district, "P1")
    head = come_in(app, district, specialist, "P2")
    assert "/admin/first-steps" in specialist.get("/")
    empty = text_of(specialist.client.get("/admin/first-steps"))
    assert empty.index("Населённые пункты") < empty.index("Реестр школ")
    assert empty.index("Реестр школ") < empty.index("Люди и должности")
    assert empty.index("Статусы школ") < empty.index("Состав сетей")
    assert empty.index("Реестр сетей") < empty.index("Состав сетей")
    for year in (2025, 2026, 2027):
        specialist.post("/admin/calendar", fill=str(year))
    load(specialist, "settlement", SETTLEMENTS)
    load(specialist, "school", SCHOOLS)
    load_people(specialist)
    assert agree(head) == 1
    load(specialist, "school_status", STATUSES)
    load(specialist, "direction", DIRECTIONS)
    load(specialist, "act", ACTS)
    load(specialist, "network", NETWORK)
    load(specialist, "membership", MEMBERS)
    district.carry_out()
    (network,) = district.register(NETWORKS)
    life, plan = (
        next(row for row in district.rows(Instance) if row["process"] == process)
        for process in ("network_life", "annual_plan")
    )
    assert (life["state"], plan["state"]) == ("active", "draft")
    assert len(plan["data"]["members"]) == 2
    due = {
        row["kind"]: row["due_at"].astimezone(ZONE).date()
        for row in district.rows(Deadline)
        if row["closed_at"] is None
    }
    assert due["network_term"] == dt.date(2027, 8, 31)
    assert due["plan"] == dt.date(2025, 11, 24)
    assert "Дальний круг" in specialist.get("/dashboard")
    assert "СОШ № 2 п. Дальний" in specialist.get(f"/networks/{network.id}")
    steps = text_of(specialist.client.get("/admin/first-steps"))
    assert "Реестр школ есть записей: 3" in steps
    assert "Состав сетей есть записей: 3" in steps
    own = f"/networks/{network.id}", f"/cases/{life['id']}", f"/cases/{plan['id']}"
    for path in pages(app, *own):
        answer = specialist.client.get(path)
        said = [word for word in FOREIGN if word in answer.data.decode(errors="replace")]
        assert (said, answer.status_code < 500) == ([], True), path
    district.people |= {row["last_name"]: row["id"] for row in district.rows(Person)}
    asked = {"school": school(district, "Z3"), "role": "partner", "effective_on": "2025-12-01"}
    case = request(district, "Ершова", network.id, "role", **asked)
    assert district.state(case) == "draft"
    what_was_held_before_is_entered_as_held(district, plan["id"])


def what_was_held_before_is_entered_as_held(district, plan):
    """A plan that begins in November holds what took place in October, and it counts as done."""
    (direction,) = district.register(DIRECTIONS_OF_YEAR)
    post = next(row["id"] for row in district.rows(Position, person_id=district.people["Рыбин"]))
    held = {
        "key": "a1",
        "section": "method",
        "direction": direction.id,
        "title": "Семинар",
        "mode": "remote",
        "form": "meeting",
        "starts_on": "2025-10-14",
        "ends_on": "2025-10-15",
        "responsible": post,
        "participants": [school(district, code) for code in ("Z2", "Z3")],
        "expected_result": "памятка",
    }
    done(district.edit("Рыбин", plan, activities=[held]))
    done(district.act("Рыбин", plan, "to_vote"))
    for person in ("Ершова", "Зимин", "Котова"):
        if district.state(plan) == "council_vote":
            done(district.act(person, plan, "vote_for"))
    done(district.act("Юдина", plan, "agree"))
    done(district.act("Ершова", plan, "approve"))
    (activity,) = (row["id"] for row in district.rows(Instance, parent_id=plan))
    said = {"actual_on": "2025-10-15", "result": "памятка роздана", "participants_count": 12}
    done(district.act("Рыбин", activity, "report_done", **said))
    done(district.act("Ершова", activity, "confirm_up"))
    assert district.state(activity) == "done"
