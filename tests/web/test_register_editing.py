"""Writing into declared registers on pages: new rows, changes, ends, and what stands in the way."""

import datetime as dt
import io
import re

import pytest
from browsing import form_of, text_of
from python_calamine import load_workbook
from sqlalchemy import select
from stories import PROPOSAL, done
from toy_registers import CONTRACTS, FIRMS, add_to

from workflow_app.engine.registers import KINDS
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.registers import JournalEntry, RegisterEntry
from workflow_app.store.registers.writing import Cause

pytestmark = [pytest.mark.opened("2026-06-18")]
AUTUMN, WINTER = "2026-09-01", "2026-12-01"


@pytest.fixture
def clerk(district, browser):
    add_to(district.container)
    return browser("P003")


def drawn(page):
    """Return what the form of a page would send back unchanged."""
    return form_of(page.replace('class="card-form"', 'class="case-form"'))


def send(clerk, path, status=302, *, page=None, **said):
    """Fill the form of a page and send it; «on» and «why» are what is said of the write."""
    names = {
        "on": "why.effective_on",
        "why": "why.reason",
        "basis": "why.basis",
        "correction": "why.is_correction",
    }
    form = drawn(page or clerk.get(path))
    form |= {names.get(name, name): value for name, value in said.items()}
    return clerk.post(path, status=status, **form)


def add(clerk, register, **said):
    answer = send(clerk, f"/registers/{register}/new", **{"why": "внесли", **said})
    return answer.headers["Location"].partition("?")[0]


def firm(clerk, name="Ромашка", **said):
    return add(clerk, "firm", **{"name": name, "area": "food", **said})


def contract(clerk, firm_, number="1/26", **said):
    about = {"number": number, "firm": firm_.rsplit("/", 1)[1], "kind": "a"}
    return add(clerk, "contract", **{**about, **said})


def change(clerk, row, status=302, **said):
    return send(clerk, f"{row}/edit", status, **{"why": "стало иначе", **said})


def table_of(clerk, register):
    """Return the rows of a list as its workbook has them, titles first."""
    book = clerk.client.get(f"/registers/{register}/rows.xlsx").data
    return load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()


def loaded(clerk, register, rows):
    """Bring a table back; return the address of its dry run."""
    lines = (";".join(f'"{cell}"' for cell in row) for row in rows)
    file = io.BytesIO("\n".join(lines).encode())
    sent = clerk.post(f"/registers/{register}/import", file=(file, "таблица.csv"))
    return sent.headers["Location"]


def finish(clerk, row, status=302, **said):
    return send(clerk, f"{row}/end", status, **{"why": "больше нет", **said})


def take_back(clerk, row, status=302, why="ошибка"):
    page = clerk.get(row)
    version = re.search(r'name="_version" value="(\d+)"', page)[1]
    path = f"{row}/take-back"
    return clerk.post(path, status=status, **{"_version": version, "why.reason": why})


def code_of(answer):
    return re.findall(r'data-code="(\w+)"', answer.get_data(as_text=True))


def entries(district, row):
    """Return the entries of a row, oldest first."""
    _, _, register, row_id = row.split("/")
    found = district.rows(RegisterEntry, register=register, row_id=int(row_id))
    return sorted(found, key=lambda one: one["id"])


def by_order(district, row, day, **values):
    """Let an order of the journal write about a row; without values it ends it."""
    _, _, register, row_id = row.split("/")

    def work(uow):
        order = uow.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).first()
        place = uow.session.scalars(select(Municipality.id)).one()
        cause = Cause(uow.today, order=order, basis="приказ от 01.06.2026 № 7")
        if values:
            uow.registers.amend(register, place, int(row_id), cause, values, day)
        else:
            uow.registers.end(register, place, int(row_id), cause, day)

    district.container.transact(work)


# ---------------------------------------------------------------- new rows


def test_a_field_of_every_kind_is_entered_shown_and_amended(clerk, district):
    assert {view.kind for view in CONTRACTS.fields.values()} == KINDS
    row_of_firm = firm(clerk)
    page = clerk.get("/registers/contract/new")
    options = {
        name: list(re.findall(r'<option value="([^"]+)"', chosen))
        for name, chosen in re.findall(
            r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL
        )
    }
    assert all(options.values()), options
    typed = {
        "number": "1/26",
        "subject": "Обеды\nи завтраки",
        "days": "30",
        "price": "12 000,50",
        "ends_on": "2027-01-31",
        "is_open": "on",
    }
    row = contract(
        clerk,
        row_of_firm,
        on="2026-06-01",  # the network it names is not there since always
        **typed,
        **{name: values[0] for name, values in options.items() if name not in ("firm", "kind")},
    )
    shown = clerk.get(row)
    told = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown, re.DOTALL)
    titles = dict(told)
    single = [view for view in CONTRACTS.fields.values() if not view.is_many]
    assert titles.keys() >= {view.title for view in single}
    assert (titles["Сумма, рублей"], titles["До"]) == ("12000,5", "31.01.2027")
    for name in ("school", "person", "position", "network", "indicator", "order"):
        assert not titles[CONTRACTS.fields[name].title].isdigit(), name
    others = {name: values[-1] for name, values in options.items() if name != "firm"}
    change(
        clerk, row, **others, subject="", days="1", price="0,5", ends_on="31.12.2026", is_open=""
    )
    (_, amended) = entries(district, row)
    assert amended["values"].keys() == CONTRACTS.fields.keys() - {"number", "firm"} - {
        name for name, values in options.items() if len(values) == 1
    } - {view.name for view in CONTRACTS.fields.values() if view.is_many}


def test_a_field_of_several_is_chosen_shown_kept_in_files_and_holds_what_it_names(clerk, district):
    firms = [firm(clerk, name) for name in ("Ромашка", "Лютик", "Незабудка")]
    ids = [one.rsplit("/", 1)[1] for one in firms]
    several = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', clerk.get("/registers/contract/new"))
        for name in ("partners", "schools", "people", "months")
    }
    assert (several["partners"], several["months"]) == (ids, ["9", "10"])
    row = contract(clerk, firms[0], **{name: values[1:3] for name, values in several.items()})
    shown = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", clerk.get(row), re.DOTALL))
    assert (re.sub("<[^>]+>", "", shown["Соисполнители"]), shown["Когда"]) == (
        "Лютик, Незабудка",
        "октябрь",
    )
    assert re.findall(r'href="([^"]+)"', shown["Соисполнители"]) == firms[1:]
    assert f'href="{row}' in clerk.get(f"/registers/contract?partners={ids[1]}")
    assert f'href="{row}' not in clerk.get(f"/registers/contract?partners={ids[0]}")

    change(clerk, row, partners=[ids[0]], schools=[])
    (_, amended) = entries(district, row)
    assert amended["values"] == {"partners": [int(ids[0])], "schools": []}
    history = re.sub("<[^>]+>", "", clerk.get(row))
    assert "было Лютик, Незабудка → стало Ромашка" in history
    assert code_of(finish(clerk, firms[0], 409, on=AUTUMN)) == ["still_needed"]

    rows = table_of(clerk, "contract")
    place = rows[0].index("Соисполнители")
    assert rows[1][place] == "Ромашка"
    rows[1][place] = "Ромашка, Лютик"
    assert "такого в списке нет" in clerk.get(loaded(clerk, "contract", rows))
    rows[1][place] = "Ромашка; лютик ;Лютик"
    path = loaded(clerk, "contract", rows)
    seen = re.search(r'name="seen" value="([^"]+)"', clerk.get(path))[1]
    clerk.post(path, seen=seen, reason="письмо", effective_on=WINTER)
    assert entries(district, row)[-1]["values"] == {"partners": [int(ids[0]), int(ids[1])]}


def test_a_row_stands_in_the_list_and_its_history_says_who_and_why(clerk, district):
    row = firm(clerk, address="ул. Мира, 1", basis="договор № 5", on="2026-06-01")
    page = clerk.get(row)
    for said in ("ул. Мира, 1", "внесли", "договор № 5", "с 01.06.2026", "Тимофеева А.С."):
        assert said in page
    assert "Ромашка" in clerk.get("/registers/firm")
    assert "Ромашка" not in clerk.get("/registers/firm?on=2026-05-31")
    (event,) = district.rows(AdminEvent, action="enter_record")
    assert event["title"] == "Фирмы: внесено: Ромашка"
    assert event["details"] == {"register": "firm", "row_id": int(row.rsplit("/", 1)[1])}


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(clerk, district):
    path = "/registers/contract/new"
    answer = send(
        clerk,
        path,
        422,
        number="1/26",
        days="тридцать",
        ends_on="31.02.2026",
        basis="письмо",
        on="сегодня",
    )
    page = answer.get_data(as_text=True)
    for kept in ("1/26", "тридцать", "31.02.2026", "письмо", "сегодня"):
        assert f'value="{kept}"' in page
    assert code_of(answer) == ["bad_number", "bad_date", "bad_date"]
    answer = send(clerk, path, 422, number="1/26")
    assert code_of(answer) == ["field_required"] * 3
    assert 'href="#f-why-reason"' in answer.get_data(as_text=True)
    assert not district.rows(RegisterEntry, register="contract")


def test_what_only_one_row_says_is_refused_for_another_on_pages_and_in_files(clerk):
    row = firm(clerk, tax_number="2600000017", on="2026-01-01")
    other = firm(clerk, "Лютик")
    answer = change(clerk, other, 422, on=AUTUMN, tax_number="2600000017")
    assert code_of(answer) == ["not_unique"]
    assert f'href="{row}"' in answer.get_data(as_text=True)
    titles, rose, lily = table_of(clerk, "firm")
    place = titles.index("ИНН")
    lily[place], blank = rose[place], [""] * (len(titles) - place - 1)
    new = [[name, "питание", "", "7", *blank] for name in ("Пион", "Мак")]
    page = clerk.get(loaded(clerk, "firm", [titles, rose, lily, *new]))
    assert page.count("«2600000017» уже сказано о другой записи") == 1
    assert page.count("«7» уже сказано о другой записи") == 1
    finish(clerk, row, on=AUTUMN)
    change(clerk, other, on=AUTUMN, tax_number="2600000017")


def test_of_an_identity_there_is_one_row_and_an_ended_one_is_offered_again(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    again = {"name": "Ромашка", "area": "repair", "why": "вернулись"}
    answer = send(clerk, "/registers/firm/new", 422, **again)
    assert code_of(answer) == ["row_exists"]
    assert f'href="{row}"' in answer.get_data(as_text=True)
    finish(clerk, row, on=AUTUMN)
    answer = send(clerk, "/registers/firm/new", 422, **again)  # it stands until autumn
    assert code_of(answer) == ["row_exists"]
    answer = send(clerk, "/registers/firm/new", 422, **again, on=WINTER)
    page = answer.get_data(as_text=True)
    assert code_of(answer) == ["row_ended"]
    assert "завершена с 01.09.2026" in page
    assert "Внести снова" in page
    back = send(clerk, "/registers/firm/new", page=page, _again="1", on=WINTER)
    assert back.headers["Location"].startswith(row)
    assert entries(district, row)[-1]["values"] == {"area": "repair", "address": ""}
    assert code_of(send(clerk, "/registers/firm/new", 422, **again, on="2026-10-01")) == [
        "row_exists"
    ]


def test_what_ended_is_entered_again_from_its_own_page(clerk):
    row = firm(clerk, address="ул. Мира, 1")
    finish(clerk, row)
    page = clerk.get(row)
    path = re.search(r'href="(/registers/firm/new\?again=\d+)"', page)[1]
    page = clerk.get(path)
    assert 'value="ул. Мира, 1"' in page
    send(clerk, "/registers/firm/new", page=page, why="вернулись", on="2026-06-18")
    assert "ул. Мира, 1" in clerk.get(row)


# ---------------------------------------------------------------- changes


def test_only_what_changed_is_written_and_its_history_shows_old_and_new(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    page = clerk.get(f"{row}/edit")
    assert "отличают друг от друга" in page
    assert 'name="name"' not in page
    change(clerk, row, address="ул. Победы, 7")
    (_, entry) = entries(district, row)
    assert (entry["word"], entry["values"]) == ("amend", {"address": "ул. Победы, 7"})
    assert entry["effective_on"] == dt.date(2026, 6, 18)
    said = " ".join(text_of(clerk.client.get(row)).split())
    assert "Адрес: было ул. Мира, 1 → стало ул. Победы, 7 стало иначе" in said


def test_a_change_ahead_leads_to_the_day_it_counts_from(clerk):
    row = firm(clerk, address="ул. Мира, 1")
    answer = change(clerk, row, address="ул. Победы, 7", on=AUTUMN)
    assert answer.headers["Location"] == f"{row}?on={AUTUMN}"
    assert "Начало — 01.09.2026" in clerk.says(row)[0]
    before = re.search(r"<dt>Адрес</dt><dd>(.*?)</dd>", clerk.get(row))[1]
    assert before == "ул. Мира, 1"


def test_a_row_that_is_not_there_yet_leads_to_its_first_day(clerk):
    row = firm(clerk, on=AUTUMN)
    page = clerk.get(row)
    assert f'href="{row}?on={AUTUMN}"' in page
    assert "Внести снова" not in page
    finish(clerk, row, on=WINTER)
    assert "Последний день, когда она была, — 30.11.2026" in " ".join(
        clerk.get(f"{row}?on=2027-01-01").split()
    )


def test_a_correction_counts_since_what_was_wrong(clerk, district):
    row = firm(clerk, address="ул. Миро, 1", on="2026-06-01")
    change(clerk, row, area="repair", on="2026-06-10")
    change(clerk, row, address="ул. Мира, 1", correction="on")
    assert entries(district, row)[-1]["effective_on"] == dt.date(2026, 6, 1)
    apart = change(clerk, row, 422, address="ул. Мира, 2", area="food", correction="on")
    assert code_of(apart) == ["corrected_apart"]
    assert "«Чем занята» — с 10.06.2026" in apart.get_data(as_text=True)


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        ({"address": "там", "on": "2026-05-01"}, "not_there", "есть с 01.06.2026"),
        ({"address": "там", "on": "2026-09-02"}, "not_there", "завершена"),
        ({"address": "там", "on": ""}, "field_required", "Укажите день"),
        ({"address": "там", "why": ""}, "field_required", "Заполните поле «Почему»"),
        ({"area": ""}, "field_required", "Чем занята"),
        ({}, "nothing_changed", "ничего не изменили"),
    ],
)
def test_what_cannot_be_so_is_refused_with_what_to_do(clerk, district, said, code, sentence):
    row = firm(clerk, on="2026-06-01")
    finish(clerk, row, on=AUTUMN)
    before = entries(district, row)
    answer = change(clerk, row, 422, **said)
    assert code_of(answer) == [code]
    assert sentence in answer.get_data(as_text=True)
    assert f'value="{said.get("address", "")}"' in answer.get_data(as_text=True)
    assert entries(district, row) == before


def test_a_change_that_would_not_reach_what_was_shown_is_refused(clerk, district):
    row = firm(clerk, address="ул. Мира, 1", on="2026-01-01")
    change(clerk, row, address="ул. Победы, 7", on="2026-06-01")
    answer = change(clerk, row, 422, address="ул. Новая, 3", on="2026-03-01")
    assert code_of(answer) == ["later_entry"]
    assert "с 01.06.2026 записано «ул. Победы, 7»" in answer.get_data(as_text=True)
    spring = f"{row}/edit?on=2026-03-01"
    page = clerk.get(spring)
    assert 'value="ул. Мира, 1"' in page
    change(clerk, row, page=page, address="ул. Новая, 3", on="2026-03-01")
    assert entries(district, row)[-1]["values"] == {"address": "ул. Новая, 3"}
    assert "ул. Победы, 7" in clerk.get(row)


def test_two_people_who_change_different_fields_both_succeed(clerk, browser, district):
    row = firm(clerk, address="ул. Мира, 1")
    mine, theirs = clerk.get(f"{row}/edit"), browser("P003")
    change(theirs, row, area="repair")
    change(clerk, row, page=mine, address="ул. Победы, 7")
    assert [one["values"] for one in entries(district, row)[1:]] == [
        {"area": "repair"},
        {"address": "ул. Победы, 7"},
    ]


def test_where_both_changed_one_field_both_values_are_shown_and_asked(clerk, browser, district):
    row = firm(clerk, address="ул. Мира, 1")
    mine, theirs = clerk.get(f"{row}/edit"), browser("P003")
    change(theirs, row, address="ул. Новая, 3", area="repair")
    answer = change(clerk, row, 409, page=mine, address="ул. Старая, 9", why="уточнили")
    page = answer.get_data(as_text=True)
    assert code_of(answer) == ["field_conflict"]
    assert "«ул. Новая, 3». Ваше: «ул. Старая, 9»" in page
    assert 'value="уточнили"' in page
    change(clerk, row, page=page, why="уточнили")
    assert entries(district, row)[-1]["values"] == {"address": "ул. Старая, 9"}


def test_a_row_that_ended_meanwhile_says_so_on_a_page_that_is_there(clerk, browser):
    row = firm(clerk)
    mine = clerk.get(f"{row}/edit")
    finish(browser("P003"), row)
    answer = change(clerk, row, 422, page=mine, address="ул. Старая, 9")
    assert code_of(answer) == ["not_there"]
    mine = clerk.get(f"{firm(clerk, 'Лютик')}/end")
    lily = "/registers/firm/2"
    change(browser("P003"), lily, address="там")
    assert code_of(finish(clerk, lily, 409, page=mine)) == ["changed_meanwhile"]


def test_a_form_sent_twice_is_carried_out_once(clerk, district):
    page = clerk.get("/registers/firm/new")
    said = {"name": "Ромашка", "area": "food", "why": "внесли"}
    first = send(clerk, "/registers/firm/new", page=page, **said)
    second = send(clerk, "/registers/firm/new", page=page, **said)
    row = first.headers["Location"]
    assert second.headers["Location"] == row
    page = clerk.get(f"{row}/edit")
    for _ in range(2):
        change(clerk, row, page=page, address="там")
    page = clerk.get(f"{row}/end")
    for _ in range(2):
        finish(clerk, row, page=page)
    assert [one["word"] for one in entries(district, row)] == ["enter", "amend", "end"]
    assert len(district.rows(AdminEvent, action="amend_record")) == 1


def test_a_value_that_may_not_be_chosen_any_more_stays_until_somebody_changes_it(clerk, district):
    row_of_firm = firm(clerk)
    row = contract(clerk, row_of_firm)
    finish(clerk, row, on=AUTUMN)
    finish(clerk, row_of_firm, on=AUTUMN)
    page = clerk.get(f"{row}/edit")
    assert "Ромашка" in page
    change(clerk, row, days="5")
    assert entries(district, row)[-1]["values"] == {"days": 5}
    page = clerk.get(f"{row}/edit?on=2026-08-31")
    assert re.search(r'<option value="1" selected>Ромашка', page)


# ---------------------------------------------------------------- orders


def test_what_an_order_says_is_changed_by_an_order(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    by_order(district, row, dt.date(2026, 6, 1), address="ул. Победы, 7")
    page = clerk.get(f"{row}/edit")
    assert 'name="address"' not in page
    assert re.search(r'href="/orders\?[^"]+">приказ от 01.06.2026 № 7', page)
    assert "Завершает её приказ" in clerk.get(f"{row}/end")
    answer = change(clerk, row, 422, page=page, address="ул. Новая, 3")
    assert code_of(answer) == ["rests_on_order"]
    answer = change(clerk, row, 422, page=page, address="ул. Новая, 3", correction="on")
    assert code_of(answer) == ["rests_on_order"]
    change(clerk, row, page=page, area="repair")
    assert entries(district, row)[-1]["values"] == {"area": "repair"}


def test_an_order_ahead_counts_from_its_day(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    by_order(district, row, dt.date(2026, 9, 1), address="ул. Победы, 7")
    said = text_of(clerk.client.get(f"{row}/edit"))
    assert "«Адрес»: с 01.09.2026 будет по документу: приказ от 01.06.2026 № 7" in said
    answer = change(clerk, row, 422, address="ул. Новая, 3", on=WINTER)
    assert code_of(answer) == ["rests_on_order"]
    change(clerk, row, address="ул. Новая, 3")
    assert "ул. Победы, 7" in clerk.get(f"{row}?on={AUTUMN}")
    assert code_of(finish(clerk, row, 422, on="2026-07-01")) == ["later_entry"]


def test_what_an_order_ended_comes_back_by_an_order(clerk, district):
    row = firm(clerk)
    by_order(district, row, dt.date(2026, 6, 1))
    page = clerk.get("/registers/firm/new?again=1")
    answer = send(clerk, "/registers/firm/new", 422, page=page, why="так", on=AUTUMN)
    assert code_of(answer) == ["rests_on_order"]
    assert "Вернуть её может приказ" in answer.get_data(as_text=True)


@pytest.mark.shipped
def test_a_row_that_an_order_brought_is_not_ended_on_a_page(clerk, district):
    page = clerk.get("/registers/direction")
    row = re.search(r'href="(/registers/direction/\d+)"', page)[1]
    shown = clerk.get(f"{row}/edit")
    assert "Записать" not in shown
    assert "Изменяет это приказ" in shown
    assert "Завершает её приказ" in clerk.get(f"{row}/end")
    version = entries(district, row)[-1]["id"]
    sent = {"_version": str(version), "why.reason": "так", "why.effective_on": AUTUMN}
    answer = clerk.post(f"{row}/end", status=422, **sent)
    assert code_of(answer) == ["rests_on_order"]


# ---------------------------------------------------------------- ends


def test_what_other_rows_name_does_not_end_before_them(clerk):
    row_of_firm = firm(clerk)
    row = contract(clerk, row_of_firm)
    assert row in clerk.get(f"{row_of_firm}/end")
    answer = finish(clerk, row_of_firm, 409, on=AUTUMN)
    assert code_of(answer) == ["still_needed"]
    assert f'href="{row}"' in answer.get_data(as_text=True)
    finish(clerk, row, on="2026-08-01")
    assert code_of(finish(clerk, row_of_firm, 409, on="2026-07-31")) == ["still_needed"]
    finish(clerk, row_of_firm, on="2026-08-01")
    said = {"firm": row_of_firm.rsplit("/", 1)[1], "kind": "a", "why": "так", "number": "2/26"}
    late = send(clerk, "/registers/contract/new", 422, **said, on=AUTUMN)
    assert code_of(late) == ["reference_not_there"]
    early = send(clerk, "/registers/contract/new", 422, **said, on="2026-07-01")
    assert code_of(early) == ["reference_not_there"]


@pytest.mark.shipped
@pytest.mark.opened("2025-08-28")
def test_what_an_open_case_names_may_end_and_the_page_says_who_names_it(clerk, district):
    said = {"school_year": "2025-2026", "name": "Шахматы", "state": "draft"}
    row = add(clerk, "direction", **said)
    members = [{"school": district.school("S05"), "role": "supported"}]
    case = done(
        district.start(
            "P102",
            PROPOSAL,
            name="Шахматы вместе",
            members=members,
            directions=[int(row.rsplit("/", 1)[1])],
        )
    ).instance_id
    page = clerk.get(f"{row}/end")
    assert "1 открытое дело" in page
    assert f"/cases/{case}" not in page  # a draft of a school is not for the department yet
    version = drawn(page)["_version"]
    wiped = clerk.post(f"{row}/take-back", status=409, **{"_version": version, "why.reason": "так"})
    assert code_of(wiped) == ["still_needed"]
    finish(clerk, row, on=AUTUMN)


def test_an_end_comes_after_the_first_day_and_after_what_was_said_last(clerk):
    row = firm(clerk, on="2026-06-01")
    change(clerk, row, address="ул. Победы, 7", on=AUTUMN)
    assert code_of(finish(clerk, row, 422, on="2026-06-01")) == ["not_there"]
    assert code_of(finish(clerk, row, 422, on="2026-05-01")) == ["not_there"]
    assert code_of(finish(clerk, row, 422, on="2026-08-01")) == ["later_entry"]
    assert code_of(finish(clerk, row, 422, on="")) == ["field_required"]
    finish(clerk, row, on=WINTER)
    assert code_of(finish(clerk, row, 422, on="2027-01-01")) == ["not_there"]


def test_a_reference_is_to_a_row_that_says_what_its_field_asks_for(clerk, district):
    row_of_firm = firm(clerk)
    said = {"name": "Обеды", "firm": row_of_firm.rsplit("/", 1)[1], "why": "так"}
    answer = send(clerk, "/registers/offer/new", 422, **said, area="repair")
    assert code_of(answer) == ["unknown_choice"]
    row = add(clerk, "offer", **said, area="food")
    assert code_of(change(clerk, row, 422, area="repair")) == ["unknown_choice"]
    assert len(entries(district, row)) == 1
    assert '<option value="1" selected>Ромашка' in clerk.get(f"{row}/edit")


# ---------------------------------------------------------------- taking back


def test_a_change_is_taken_back_by_an_entry_of_its_own(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    change(clerk, row, address="ул. Победы, 7", area="repair", on=AUTUMN, basis="письмо № 1")
    change(clerk, row, address="ул. Новая, 3", on=WINTER)
    take_back(clerk, row)
    shown = clerk.get(f"{row}?on={WINTER}")
    assert re.search(r"<dt>Адрес</dt><dd>ул. Победы, 7", shown)
    assert "Отменена запись от 18.06.2026" in shown
    assert shown.count(">отменено<") == 1
    said = text_of(clerk.client.get(row))
    assert "Адрес: было ул. Новая, 3 → стало ул. Победы, 7" in said
    assert "Адрес — ул. Победы, 7" in clerk.get(row)  # what would be taken back next
    take_back(clerk, row)
    assert re.search(r"<dt>Адрес</dt><dd>ул. Мира, 1", clerk.get(f"{row}?on={WINTER}"))
    assert [one["values"] for one in entries(district, row)[3:]] == [{}, {}]


def test_an_end_and_a_new_row_are_taken_back_too(clerk):
    row = firm(clerk, address="ул. Мира, 1")
    finish(clerk, row)
    take_back(clerk, row)
    assert "ул. Мира, 1" in clerk.get(row)
    wrong = firm(clerk, "Рамашка", on=AUTUMN)
    take_back(clerk, wrong)
    assert "Рамашка" not in clerk.get(f"/registers/firm?on={WINTER}")
    assert "<h1>Рамашка</h1>" in clerk.get(wrong)
    assert "Внести снова" in clerk.get(wrong)
    back = send(clerk, "/registers/firm/new", 422, name="Рамашка", area="food", why="всё же")
    assert code_of(back) == ["row_ended"]
    assert "уже вносили, и она отменена" in back.get_data(as_text=True)
    send(clerk, "/registers/firm/new", page=back.get_data(as_text=True), _again="1")
    assert "Рамашка" in clerk.get("/registers/firm")


def test_what_cannot_be_taken_back_says_why(clerk, district):
    row = firm(clerk, address="ул. Мира, 1")
    by_order(district, row, dt.date(2026, 6, 1), area="repair")
    assert "Отменить запись" not in clerk.get(row)
    sent = {"_version": str(entries(district, row)[-1]["id"]), "why.reason": "ошибка"}
    answer = clerk.post(f"{row}/take-back", status=422, **sent)
    assert code_of(answer) == ["cannot_take_back"]
    sent["_version"] = str(entries(district, row)[0]["id"])
    assert code_of(clerk.post(f"{row}/take-back", status=409, **sent)) == ["changed_meanwhile"]
    kept = firm(clerk, "Лютик")
    deal = contract(clerk, kept)
    assert "Отменить запись" not in clerk.get(kept)
    finish(clerk, deal)
    finish(clerk, kept)
    assert "Отменить запись" not in clerk.get(deal)  # it would name a firm that ended


# ---------------------------------------------------------------- who, and what is typed


def test_who_does_not_write_finds_no_page_and_no_button(clerk, browser, district):
    row = firm(clerk)
    head = browser("P102")
    assert "Внести запись" not in head.get("/registers/firm")
    assert "Изменить" not in head.get(row)
    for path in (
        "/registers/firm/new",
        f"{row}/edit",
        f"{row}/end",
        "/registers/note/new",
        "/registers/nothing/new",
    ):
        head.get(path, status=404)
        head.post(path, status=404, **{"name": "Лютик", "area": "food", "why.reason": "так"})
    head.post(f"{row}/take-back", status=404, **{"why.reason": "так"})
    clerk.get("/registers/note/new", status=404)
    clerk.get("/registers/firm/999/edit", status=404)
    clerk.get("/registers/firm/999/end", status=404)
    clerk.get("/registers/firm/new?again=999", status=404)
    assert len(district.rows(RegisterEntry, register="firm")) == 1


def test_text_of_people_is_shown_as_they_typed_it(clerk):
    hostile = "<b>{reason} %s ${x}</b>"
    row = firm(clerk, hostile, address="=1+1", why=hostile, basis=hostile)
    page = clerk.get(row)
    assert "<b>{reason}" not in page
    assert page.count("&lt;b&gt;{reason} %s ${x}&lt;/b&gt;") >= 4
    answer = send(clerk, "/registers/firm/new", 422, name=hostile, area="food", why="так")
    assert "<b>{reason}" not in answer.get_data(as_text=True)
    contract(clerk, row)
    assert "<b>{reason}" not in clerk.get("/registers/contract/new")
    assert "<b>{reason}" not in clerk.get("/registers/contract/1/edit")


def test_a_day_without_the_row_leads_back_to_it(clerk):
    row = firm(clerk, on="2026-06-01")
    response = clerk.client.get(f"{row}/edit?on=2026-05-01")
    assert response.headers["Location"] == row


def test_fields_of_the_house_are_not_written(clerk, district):
    row = firm(clerk, id="77", valid_from="2020-01-01")
    (entry,) = entries(district, row)
    assert entry["values"] == {"area": "food"}
    answer = change(clerk, row, 422, name="Лютик", **{"_shown.name": "x"})
    assert code_of(answer) == ["identity_stays"]
    assert FIRMS.fields.keys() == {"name", "area", "address", "tax_number"}
