"""The list of all cases: in every order, page by page, and as a file of what was looked at."""

import datetime as dt
import re
from io import BytesIO

import pytest
from python_calamine import load_workbook
from test_queue import copies

from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.web import case_list

pytestmark = pytest.mark.shipped


@pytest.fixture
def spread(district, in_review):
    """Four more cases, changed and due at different moments, one of them without a term."""
    copies(district, in_review, 4)

    def change(uow):
        for place, item in enumerate(uow.session.query(WorkItem).filter_by(closed_at=None)):
            item.due_at = None if place == 1 else uow.now + dt.timedelta(days=place % 2)
            case = uow.session.get_one(Instance, item.instance_id)
            case.changed_at = uow.now - dt.timedelta(hours=place % 2)

    district.container.transact(change)


def listed(page):
    """Return the cases of a page in their order."""
    return re.findall(r'<th scope="row"><a href="/cases/(\d+)"', page)


@pytest.mark.usefixtures("spread")
@pytest.mark.parametrize("order", ["new", "due", "changed"])
def test_the_list_of_cases_is_walked_page_by_page_in_every_order(browser, monkeypatch, order):
    reader, path = browser("P003"), f"/cases?order={order}"
    whole = listed(reader.get(path))
    assert len(whole) >= 5
    monkeypatch.setattr(case_list, "A_PAGE", 2)
    walked = []
    while path:
        page = reader.get(path)
        walked += listed(page)
        further = re.search(r'href="([^"]*after=[^"]*)"', page)
        path = further and further[1].replace("&amp;", "&")
    assert walked == whole


@pytest.mark.usefixtures("spread")
def test_what_is_due_next_stands_first_and_what_has_no_term_last(browser, district):
    items = [row for row in district.rows(WorkItem) if not row["closed_at"]]
    without = next(row["instance_id"] for row in items if row["due_at"] is None)
    found = listed(browser("P003").get("/cases?order=due"))
    dues = [
        min(row["due_at"] for row in items if row["instance_id"] == int(one))
        for one in found
        if int(one) != without and any(row["instance_id"] == int(one) for row in items)
    ]
    assert dues == sorted(dues)
    assert found.index(str(without)) > max(
        found.index(str(row["instance_id"])) for row in items if row["due_at"]
    )


def test_a_case_tells_what_it_waits_for_and_until_when(browser, submitted):
    page = browser("P003").get("/cases")
    row = re.search(rf'<a href="/cases/{submitted}".*?</tr>', page, re.DOTALL)[0]
    assert "Дать заключение: методист" in row
    assert 'class="pill ' in row


@pytest.mark.usefixtures("submitted")
def test_only_stages_with_cases_are_offered_and_those_of_the_chosen_process(browser):
    reader = browser("P003")
    offered = re.search(r'id="state".*?</select>', reader.get("/cases"), re.DOTALL)[0]
    assert offered.count("<option") < 5
    other = reader.get("/cases?process=annual_plan&state=council_vote")
    assert '<option value="annual_plan" selected>' in other
    assert '<option value="council_vote" selected>' in other


@pytest.mark.usefixtures("spread")
def test_what_was_looked_at_is_taken_along_as_a_workbook_and_csv(browser):
    reader = browser("P003")
    book = load_workbook(BytesIO(reader.client.get("/cases/rows.xlsx?order=due").data))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[-1] for row in rows[1:]] == [
        f"http://localhost/cases/{one}" for one in listed(reader.get("/cases?order=due"))
    ]
    text = reader.client.get("/cases/rows.csv?text=ничего-такого-нет").data.decode("utf-8-sig")
    assert text.count("\r\n") == 1


def test_a_file_holds_no_case_its_reader_does_not_see(browser, draft):
    assert f"/cases/{draft}" not in browser("P003").client.get("/cases/rows.csv").text
