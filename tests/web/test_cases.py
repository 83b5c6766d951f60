"""A case on its page: drafts, conflicts, answers, files, and what strangers never see."""

import io
import re

import pytest
from browsing import field, form_of
from stories import PROPOSAL, done, propose

from workflow_app.store.models.documents import Upload


def test_a_draft_of_another_school_does_not_exist_for_reading_or_any_action(browser, draft, app):
    stranger = browser("P106")
    process = app.extensions["house"].processes[PROPOSAL]
    stranger.get(f"/cases/{draft}", 404)
    stranger.post(f"/cases/{draft}/draft", status=404, name="Чужое")
    stranger.post(f"/cases/{draft}/take-back", status=404)
    answers = [answer.key for ballot in process.ballots.values() for answer in ballot.answers]
    for action in {*answers, *(t.key for t in process.transitions), "нет-такого"}:
        stranger.get(f"/cases/{draft}/actions/{action}", 404)
        stranger.post(f"/cases/{draft}/actions/{action}", status=404)


def test_a_draft_does_not_show_in_anybody_elses_list(browser, draft):
    assert f"/cases/{draft}" in browser("P102").get("/cases")
    for person in ("P106", "P003", "P105"):
        assert f"/cases/{draft}" not in browser(person).get("/cases"), person


def test_an_unchanged_page_changes_nothing(browser, district, draft):
    head = browser("P102")
    before = district.case(draft)
    head.post(f"/cases/{draft}/draft", **form_of(head.get(f"/cases/{draft}")))
    assert district.case(draft).version == before.version


def test_two_editors_of_different_fields_both_succeed(browser, district, draft):
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, "name": "Имя от первого"})
    two.post(f"/cases/{draft}/draft", **{**second, "resources": "Кабинет от второго"})
    data = district.case(draft).data
    assert (data.name, data.resources) == ("Имя от первого", "Кабинет от второго")


@pytest.mark.shipped
def test_a_field_both_left_empty_is_no_conflict(browser, district, in_review):
    done(district.act("P002", in_review, "approve"))
    order = district.child(in_review)
    one, two = browser("P003"), browser("P003")
    first, second = (form_of(b.get(f"/cases/{order}")) for b in (one, two))
    people = [str(district.people[code]) for code in ("P102", "P006")]
    one.post(f"/cases/{order}/draft", **{**first, "coordinator": people[0]})
    two.post(f"/cases/{order}/draft", **{**second, "curator": people[1]})
    data = district.case(order).data
    assert [str(data.coordinator), str(data.curator)] == people


def test_of_one_field_the_second_editor_sees_both_texts(browser, draft):
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, "name": "Имя от первого"})
    answer = two.post(f"/cases/{draft}/draft", status=422, **{**second, "name": "Имя от второго"})
    page = answer.get_data(as_text=True)
    assert "тем временем изменил другой человек: Имя от первого" in page
    assert 'value="Имя от второго"' in page


def test_errors_stand_beside_their_fields_and_in_a_summary_with_links(browser, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}"))
    sent |= {"context_note": "", "_action": "invite"}
    page = head.post(f"/cases/{draft}/draft", status=422, **sent).get_data(as_text=True)
    summary = page.split('id="reasons"')[1].split("</ul>")[0]
    assert 'href="#f-context_note"' in summary
    assert 'id="f-context_note-error"' in page
    assert 'aria-invalid="true"' in page


def test_what_was_written_survives_an_action_that_is_refused(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}"))
    sent |= {"context_note": "", "name": "Написано перед отказом", "_action": "invite"}
    head.post(f"/cases/{draft}/draft", status=422, **sent)
    assert district.case(draft).data.name == "Написано перед отказом"
    assert district.state(draft) == "draft"


def test_a_row_without_its_school_is_shown_again_and_not_lost(browser, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}"))
    sent["members.2.need"] = "Помощь без названной школы"
    page = head.post(f"/cases/{draft}/draft", status=422, **sent).get_data(as_text=True)
    assert "Помощь без названной школы" in page
    assert "не выбрано «Школа»" in page


def test_a_row_is_removed_by_its_tick_and_added_by_a_blank_line(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}"))
    sent["members.1._remove"] = "on"
    sent["members.2.school"] = str(district.school("S06"))
    head.post(f"/cases/{draft}/draft", **sent)
    keys = district.case(draft).data.members.keys()
    assert keys == (str(district.school("S05")), str(district.school("S06")))


HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}",
    '"><img src=x onerror=1>',
    "]]>&amp;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_appears_literally(browser, district, draft, text):
    done(district.edit("P102", draft, name=f"Сеть {text}", context_note=f"Далеко ехать {text}"))
    head = browser("P102")
    for path in (f"/cases/{draft}", "/cases", "/"):
        page = head.get(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "Сеть 49" not in page
    district.act("P102", draft, "invite")
    page = head.get(f"/cases/{draft}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_consent_is_two_steps_from_the_letter_and_needs_the_password(
    browser, district, collecting
):
    head = browser("P105")
    page = head.get(f"/cases/{collecting}")
    act = page.index('class="act')
    link = re.search(rf"/cases/{collecting}/actions/agree\?voter=\d+", page)
    assert link
    assert act < link.start() < page.index('class="main-column"')
    form = head.get(link[0])
    sent = {name: field(form, name) for name in ("_version", "_seen", "_voter")}
    path = f"/cases/{collecting}/actions/agree"
    wrong = head.post(path, status=422, password="не тот", **sent)
    assert "Пароль не подходит" in wrong.get_data(as_text=True)
    head.post(path, password="demo-2025", **sent)
    assert district.statuses(collecting, "consents")["S05"] == "agreed"


def test_every_way_to_answer_is_offered_also_those_that_ask_for_a_reason(browser, collecting):
    page = browser("P105").get(f"/cases/{collecting}")
    for action in ("agree", "agree_with_conditions", "decline"):
        assert f"/cases/{collecting}/actions/{action}?voter=" in page
    assert "/actions/revoke" not in page
    assert "/actions/agree" not in browser("P003").get(f"/cases/{collecting}")


def test_a_signature_cannot_be_slipped_in_as_a_draft_button_or_a_batch(
    browser, district, collecting
):
    head = browser("P105")
    head.post("/bulk", action=f"{PROPOSAL}/agree", case=f"{collecting}:1")
    assert district.statuses(collecting, "consents")["S05"] == "pending"


def test_an_answer_to_a_text_that_changed_is_asked_again(browser, collecting):
    head = browser("P105")
    path = f"/cases/{collecting}/actions/agree"
    answer = head.post(path, status=409, password="demo-2025", _seen="0" * 64)
    assert "изменилось" in answer.get_data(as_text=True)


def test_the_page_says_why_not_and_what_others_do(browser, submitted):
    page = browser("P102").get(f"/cases/{submitted}")
    assert "Что здесь делают другие" in page
    assert 'data-code="not_your_role"' in page
    assert "Чего ждём" in page
    assert re.search(r"осталось \d+ рабочих дн", page)


def test_remarks_of_a_return_stand_beside_their_fields(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    page = browser("P102").get(f"/cases/{submitted}")
    assert 'id="f-goal-remark"' in page
    goal = page.split('name="goal"')[1][:900]
    assert "Цель не отличается от типовой" in goal


def test_the_next_reviewer_sees_what_changed_by_field_and_by_row(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    rows = {"put": [{"school": district.school("S06"), "role": "supported"}], "remove": []}
    done(district.edit("P102", submitted, goal="Сдать ОГЭ без двоек", members=rows))
    done(district.act("P102", submitted, "resend"))
    page = browser("P006").get(f"/cases/{submitted}").split("Что изменилось с прошлой")[1]
    table = page.split("</table>")[0]
    assert "Сдать ОГЭ без двоек" in table
    assert "добавлено" in table
    assert "СОШ № 6" in table
    assert "Учёт особенностей" not in table


def test_a_step_is_taken_back_from_the_page_until_somebody_acted(browser, district, submitted):
    head = browser("P102")
    assert "Отменить мой последний шаг" in head.get(f"/cases/{submitted}")
    head.post(f"/cases/{submitted}/take-back")
    assert district.state(submitted) == "ready"
    head.post(f"/cases/{submitted}/take-back", status=422)


def test_idle_writing_is_saved_by_the_script_without_leaving_the_page(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}")) | {"name": "Само сохранилось"}
    sent["csrf_token"] = head.token()
    answer = head.client.post(
        f"/cases/{draft}/draft", data=sent, headers={"X-Requested-With": "fetch"}
    )
    assert answer.json["version"] == str(district.case(draft).version)
    assert answer.json["saved"].startswith("Сохранено в")
    assert f"members.{district.school('S05')}" in answer.json["shown"]


PDF = b"%PDF-1.4 test"


def bring(head, content=PDF, name="скан приказа.pdf", status=201):
    sent = {"csrf_token": head.token(), "file": (io.BytesIO(content), name)}
    answer = head.client.post("/files", data=sent, content_type="multipart/form-data")
    assert answer.status_code == status, answer.json
    return answer.json


@pytest.mark.usefixtures("collecting")
def test_a_file_is_given_back_only_as_an_attachment_to_who_may_see_it(browser):
    head = browser("P102")
    made = bring(head)["id"]
    answer = head.client.get(f"/files/{made}")
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    browser("P106").get(f"/files/{made}", 404)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"<html><script>", "file_kind"), (b"MZ\x90", "file_kind"), (b"", "file_empty"),
     (b"PK\x03\x04 not a document", "file_kind")],
)  # fmt: skip
def test_a_file_is_judged_by_its_bytes_and_not_by_its_name(browser, content, code):
    assert bring(browser("P102"), content, "отчёт.pdf", 422)["code"] == code


@pytest.mark.shipped
def test_the_clerk_attaches_a_scan_by_the_form_and_nobody_elses_file(browser, district, order):
    for person, action in (
        ("P003", "send"),
        ("P005", "visa"),
        ("P002", "sign"),
        ("P004", "register"),
    ):
        done(district.act(person, order, action))
    clerk, stranger = browser("P004"), browser("P102")
    path = f"/cases/{order}/actions/upload_scan"
    theirs = bring(stranger)["id"]
    clerk.post(path, status=422, file=str(theirs))
    clerk.post(path, status=422, file=(io.BytesIO(b"plain text"), "скан.pdf"))
    clerk.post(path, file=(io.BytesIO(PDF), "скан.pdf"))
    attached = [row for row in district.rows(Upload) if row["instance_id"] == order]
    assert [row["name"] for row in attached] == ["скан.pdf"]
    assert "скан.pdf" in clerk.get(f"/cases/{order}")


def test_a_draft_cannot_be_given_away_to_another_school(district):
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    refusal = district.edit("P102", case, base=district.school("S01"))
    assert refusal.code == "would_lose_access"
    assert district.case(case).data.base == district.school("S02")
