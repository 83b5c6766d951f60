"""A clerk writes into a register on a telephone, without scripts, and makes mistakes."""

import re

import pytest
from toy_registers import add_to


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district that keeps toy registers, too."""
    opened = sqlite_maker.open("2026-06-18")
    add_to(opened.container)
    yield opened
    opened.close()


def fits(page):
    """Nothing scrolls sideways, on the narrowest telephone either."""
    for width in (320, 1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, width


def fill(page, button="Записать", **said):
    for label, value in said.items():
        control = page.get_by_label(re.compile(rf"^\s*{label.replace('_', ' ')}"))
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(label=value)
        else:
            control.fill(value)
    page.get_by_role("button", name=button).click()


def said(page):
    return page.locator("main").inner_text()


@pytest.mark.long("a whole story in a browser")
def test_a_row_lives_from_its_first_mistake_to_its_end(window):
    page = window("P003", 360, scripts=False)
    page.goto("/registers/firm")
    page.get_by_role("link", name="Внести запись").click()
    fill(page, Название="Ромашка")
    assert "Заполните поле «Чем занята»" in said(page)
    fits(page)
    fill(page, Чем_занята="питание", Адрес="ул. Миро, 1", Почему="Начали закупать продукты")
    assert "Запись внесена." in said(page)
    fits(page)
    page.get_by_role("link", name="Изменить").click()
    page.get_by_label("Это исправление ошибки").check()
    fill(page, Адрес="ул. Мира, 1", Почему="Опечатка")
    page.goto("/registers/contract/new")
    fill(page, Номер_договора="1/26", С_кем="Ромашка", Вид="поставка", Почему="Подписан")
    page.goto("/registers/firm/1/end")
    assert page.get_by_role("link", name="договор 1/26").is_visible()
    fill(page, "Завершить запись", Почему="Закрылась")
    assert "Эту запись ещё называют: договор 1/26" in said(page)
    assert page.get_by_label("Почему").input_value() == "Закрылась"
    fits(page)
    page.get_by_role("link", name="договор 1/26").click()
    page.get_by_role("link", name="Завершить").click()
    fill(page, "Завершить запись", С_какого_дня_записи_нет="2026-07-01", Почему="Расторгнут")
    assert "Начало — 01.07.2026" in said(page)
    page.goto("/registers/firm/1/end")
    fill(page, "Завершить запись", С_какого_дня_записи_нет="2026-07-01", Почему="Закрылась")
    assert "Запись завершена." in said(page)
    page.locator("summary", has_text="Отменить последнюю запись").click()
    fill(page, "Отменить запись", Почему_отменяете="Не та фирма")
    assert "Последняя запись отменена." in said(page)
    assert "отменено" in page.locator("table").inner_text()
    fits(page)


def test_two_windows_on_one_row_lose_neither_text(window, barriers):
    mine, theirs = window("P003", 360), window("P003", 360)
    mine.visit("/registers/firm/new")
    fill(mine, Название="Лютик", Чем_занята="питание", Адрес="ул. Мира, 1", Почему="Внесли")
    row = mine.url
    for page in (mine, theirs):
        page.visit(f"{row}/edit")
    fill(theirs, Адрес="ул. Новая, 3", Почему="Переехали")
    fill(mine, Адрес="ул. Старая, 9", Почему="Уточнили")
    assert "«ул. Новая, 3». Ваше: «ул. Старая, 9»" in said(mine)
    assert mine.get_by_label("Адрес").input_value() == "ул. Старая, 9"
    fits(mine)
    assert barriers(mine) == []
    mine.get_by_role("button", name="Записать").click()
    assert "Изменение записано." in said(mine)
