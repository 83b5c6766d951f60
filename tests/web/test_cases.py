"""A case on its page: drafts, conflicts, answers, files, and what strangers never see."""

import hashlib
import io
import re
from urllib.parse import urlsplit

import pytest
from browsing import field, form_of
from change_story import decree, register
from sqlalchemy import insert
from stories import PROPOSAL, done, mend, propose
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from workflow_app.store.models.directory import Municipality, Person, Setting
from workflow_app.store.models.documents import Upload
from workflow_app.store.models.instances import Deadline, History, VoteRow, WorkItem
from workflow_app.store.models.registers import JournalEntry


def test_a_draft_of_another_school_does_not_exist_for_reading_or_any_action(browser, draft, app):
    stranger = browser("P106")
    process = app.extensions["container"].processes[PROPOSAL]
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
    head.post(f"/cases/{draft}/draft", **form_of(head.get(f"/cases/{draft}?show=all")))
    assert district.case(draft).version == before.version


LONG = "9" * 5_000
"""A number that Python does not read."""


def test_a_number_no_row_has_is_refused_like_any_other(browser, draft):
    head = browser("P102")
    page = form_of(head.get(f"/cases/{draft}?show=all"))
    head.post(f"/cases/{draft}/draft", **{**page, "_version": LONG})
    head.post(f"/cases/{draft}/draft", status=422, **{**page, "members.0.school": LONG})
    head.post(f"/cases/{draft}/draft", status=422, **{**page, "members.0.school": "²"})


def test_two_editors_of_different_fields_both_succeed(browser, district, draft):
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}?show=all")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, "name": "Имя от первого"})
    two.post(f"/cases/{draft}/draft", **{**second, "resources": "Кабинет от второго"})
    data = district.case(draft).data
    assert (data.name, data.resources) == ("Имя от первого", "Кабинет от второго")


@pytest.mark.shipped
def test_a_field_both_left_empty_is_no_conflict(browser, district, in_review):
    done(district.act("P002", in_review, "approve"))
    order = district.child(in_review)
    one, two = browser("P003"), browser("P003")
    first, second = (form_of(b.get(f"/cases/{order}?show=all")) for b in (one, two))
    people = [str(district.people[code]) for code in ("P102", "P006")]
    one.post(f"/cases/{order}/draft", **{**first, "coordinator": people[0]})
    two.post(f"/cases/{order}/draft", **{**second, "curator": people[1]})
    data = district.case(order).data
    assert [str(data.coordinator), str(data.curator)] == people


def test_of_one_field_the_second_editor_sees_both_texts(browser, draft):
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}?show=all")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, "name": "Имя от первого"})
    answer = two.post(f"/cases/{draft}/draft", status=422, **{**second, "name": "Имя от второго"})
    page = answer.get_data(as_text=True)
    assert "тем временем изменили в другом окне или другой человек: Имя от первого" in page
    assert 'value="Имя от второго"' in page


@pytest.mark.parametrize(
    ("theirs", "mine", "said"),
    [
        (
            {"members.0.need": "Помощь от первого"},
            {"members.0.need": "Помощь от второго"},
            "другой человек: МКОУ СОШ № 5 п. Заря, поддерживаемая школа, Помощь от первого",
        ),
        ({"members.0._remove": "on"}, {"members.0.need": "Помощь от второго"}, "убрано строк: 1"),
        ({"valid_to": "2026-07-01"}, {"valid_to": "2026-07-31"}, ": 01.07.2026"),
        ({"directions": []}, {"directions": "all"}, ": пусто"),
    ],
)
@pytest.mark.shipped
def test_of_rows_and_lists_the_second_editor_sees_the_others_in_words(
    browser, district, draft, theirs, mine, said
):
    if "directions" in mine:
        mine = {"directions": [str(key) for key in district.directions("2025-2026")]}
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}?show=all")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, **theirs})
    answer = two.post(f"/cases/{draft}/draft", status=422, **{**second, **mine})
    assert said in answer.get_data(as_text=True)


@pytest.mark.shipped
def test_what_came_back_as_it_is_stored_is_no_conflict(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    mine = {**sent, "name": "Имя", "valid_to": "2026-07-31", "members.0.need": "Помощь"}
    head.post(f"/cases/{draft}/draft", **mine)
    again = {**mine, "members.0.need": "Помощь ", "resources": "Кабинет"}
    head.post(f"/cases/{draft}/draft", **again)
    assert district.case(draft).data.resources == "Кабинет"


@pytest.mark.shipped
def test_a_conflict_of_many_rows_is_told_by_the_first_of_them(browser, district, draft):
    first, second = browser("P102"), browser("P102")
    put = [{"school": district.school(f"S{n:02}")} for n in (5, 6, 7, 8, 9)]
    done(district.edit("P102", draft, members={"put": put}))
    one, two = (form_of(each.get(f"/cases/{draft}?show=all")) for each in (first, second))
    needs = {f"members.{place}.need": "Помощь" for place in range(5)}
    first.post(f"/cases/{draft}/draft", **{**one, **needs})
    needs = dict.fromkeys(needs, "Другая помощь")
    answer = second.post(f"/cases/{draft}/draft", status=422, **{**two, **needs})
    page = answer.get_data(as_text=True)
    assert page.split('id="reasons"')[1].split("</div>")[0].count("и ещё строк: 2. Ниже") == 1


@pytest.mark.shipped
def test_reasons_are_said_once_on_the_page_that_refuses(browser, draft):
    author = browser("P102")
    sent = form_of(author.get(f"/cases/{draft}?show=all")) | {
        "context_note": "",
        "_action": "invite",
    }
    page = author.post(f"/cases/{draft}/draft", status=422, **sent).get_data(as_text=True)
    assert "причины выше" in page
    assert page.count('data-code="field_required"') == 1
    assert "причины выше" not in author.get(f"/cases/{draft}?show=all")


@pytest.mark.shipped
def test_who_is_asked_about_an_order_opens_its_paper_from_the_answer(browser, district, order):
    done(district.act("P003", order, "send"))
    district.carry_out()
    page = browser("P005").get(f"/cases/{order}/actions/visa")
    assert re.search(r'href="/documents/\d+">Приказ о создании сети</a>', page)


def test_what_is_known_of_schools_cites_no_clause_of_its_own(browser, collecting):
    page = browser("P102").get(f"/cases/{collecting}?show=all")
    assert "<summary>Характеристика школ</summary>" in page


@pytest.mark.clause("1.2")
def test_errors_stand_beside_their_fields_and_in_a_summary_with_links(browser, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    sent |= {"context_note": "", "_action": "invite"}
    page = head.post(f"/cases/{draft}/draft", status=422, **sent).get_data(as_text=True)
    summary = page.split('id="reasons"')[1].split("</ul>")[0]
    assert 'href="#f-context_note"' in summary
    assert 'id="f-context_note-error"' in page
    assert 'aria-invalid="true"' in page


def test_what_was_written_survives_an_action_that_is_refused(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    sent |= {"context_note": "", "name": "Написано перед отказом", "_action": "invite"}
    head.post(f"/cases/{draft}/draft", status=422, **sent)
    assert district.case(draft).data.name == "Написано перед отказом"
    assert district.state(draft) == "draft"


UNREAD = "31.02.2026"


@pytest.mark.shipped
def test_a_draft_takes_what_is_unfinished_and_shows_it_marked_until_it_is_sent(
    browser, district, draft
):
    head, second = browser("P102"), browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    typed = {"members.2.need": "Помощь без школы", "valid_to": UNREAD, "name": "Имя рядом"}
    head.post(f"/cases/{draft}/draft", **{**sent, **typed})
    assert district.case(draft).data.name == "Имя рядом"
    page = second.get(f"/cases/{draft}?show=all")
    again = form_of(page)
    assert (again["members.2.need"], again["valid_to"]) == (["Помощь без школы"], [UNREAD])
    assert page.count("не выбрано «Школа»") == 1 + 1, "at its field, and why it is not sent"
    before = district.case(draft)
    second.post(f"/cases/{draft}/draft", **again)
    assert district.case(draft).version == before.version, "an unchanged page changes nothing"
    refused = second.post(f"/cases/{draft}/draft", status=422, **again, _action="invite")
    assert 'href="#f-members-~2"' in refused.get_data(as_text=True)
    assert district.state(draft) == "draft"
    mended = again | {"members.2.school": str(district.school("S06")), "valid_to": "2026-08-31"}
    second.post(f"/cases/{draft}/draft", **mended)
    after = district.case(draft)
    assert after.typed == {}
    assert after.data.members.get(district.school("S06")).need == "Помощь без школы"


@pytest.mark.shipped
def test_every_mistake_of_a_saved_draft_is_named_and_marked(browser, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
    typed = {"members.2.need": "Помощь без школы", "valid_from": "скоро", "valid_to": UNREAD}
    head.post(f"/cases/{draft}/draft", **{**sent, **typed})
    page = head.get(f"/cases/{draft}?show=all")
    said, text = page.split('class="case-form"')
    marked = re.findall(r'class="field-error"[^>]*>([^<]+)<', text)
    assert len(marked) == 3
    flashed = re.search("До отправки допишите: [^<]*", said)[0]
    assert [one for one in marked if one not in flashed] == []


@pytest.mark.shipped
def test_of_what_was_typed_two_editors_of_different_fields_both_succeed(browser, district, draft):
    one, two = browser("P102"), browser("P102")
    first, second = (form_of(b.get(f"/cases/{draft}?show=all")) for b in (one, two))
    one.post(f"/cases/{draft}/draft", **{**first, "valid_to": UNREAD})
    two.post(f"/cases/{draft}/draft", **{**second, "valid_from": "скоро"})
    assert district.case(draft).typed == {"valid_to": UNREAD, "valid_from": "скоро"}
    answer = two.post(f"/cases/{draft}/draft", status=422, **{**second, "valid_to": "2026-07-31"})
    assert f"тем временем изменили в другом окне или другой человек: {UNREAD}" in (
        answer.get_data(as_text=True)
    )


def test_a_row_is_removed_by_its_tick_and_added_by_a_blank_line(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all"))
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
    page = head.get(f"/cases/{draft}?show=all")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_consent_is_two_steps_from_the_letter_and_needs_the_password(
    browser, district, collecting
):
    head = browser("P105")
    page = head.get(f"/cases/{collecting}?show=all")
    act = page.index('class="act')
    link = re.search(rf"/cases/{collecting}/actions/agree\?voter=\d+", page)
    assert link
    assert act < link.start() < page.index('class="main-column"')
    form = head.get(link[0])
    text = form[form.index("Текст, под которым ставится подпись") : form.index("Ваш пароль")]
    assert '<details class="block" open>' in form
    assert "СОШ № 5" in text
    sent = {name: field(form, name) for name in ("_version", "_seen", "_voter")}
    path = f"/cases/{collecting}/actions/agree"
    nothing = head.post(path, status=422, **sent).get_data(as_text=True)
    assert re.search("Введите (свой )?пароль", nothing)
    wrong = head.post(path, status=422, password="не тот", **sent)
    assert "Пароль не подходит" in wrong.get_data(as_text=True)
    head.post(path, password="demo-2025", **sent)
    assert district.statuses(collecting, "consents")["S05"] == "agreed"


@pytest.mark.shipped
def test_a_consent_is_signed_by_a_scan_of_the_paper_instead_of_the_password(
    browser, district, collecting
):
    head = browser("P105")
    form = head.get(f"/cases/{collecting}/actions/agree")
    assert 'name="password"' in form
    assert 'name="scan"' in form
    path = f"/cases/{collecting}/actions/agree"
    sent = {name: field(form, name) for name in ("_version", "_seen", "_voter")}
    wrong = head.post(path, status=422, scan=(io.BytesIO(b"not a scan"), "скан.pdf"), **sent)
    assert 'id="f-scan-error"' in wrong.get_data(as_text=True)
    head.post(path, status=422, scan="нет", **sent)
    theirs = bring(browser("P103"))["id"]
    head.post(path, status=422, scan=str(theirs), **sent)
    assert district.statuses(collecting, "consents")["S05"] == "pending"
    head.post(path, scan=(io.BytesIO(PDF), "согласие.pdf"), **sent)
    assert district.statuses(collecting, "consents")["S05"] == "agreed"
    page = browser("P003").get(f"/cases/{collecting}?show=all")
    link = re.search(r'<a href="(/files/\d+)">скан бумажного согласия</a>', page)
    assert browser("P103").client.get(link[1]).data == PDF
    browser("P106").get(link[1], 404)
    line = district.rows(History, instance_id=collecting)[-1]
    assert line["form"]["_signature"]["kind"] == "paper_scan"
    assert line["form"]["_signature"]["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.shipped
def test_a_scan_that_came_stays_with_the_form_when_something_else_is_missing(
    browser, district, collecting
):
    head = browser("P105")
    path = f"/cases/{collecting}/actions/decline"
    scan = (io.BytesIO(PDF), "отказ.pdf")
    page = head.post(path, status=422, scan=scan, reason="").get_data(as_text=True)
    head.post(path, scan=field(page, "scan"), reason="нет кадров")
    assert district.statuses(collecting, "consents")["S05"] == "declined"


@pytest.mark.shipped
def test_only_the_kinds_of_signature_the_municipality_accepts_are_offered_and_taken(
    browser, district, collecting
):
    accept_only(district, "simple")
    head, path = browser("P105"), f"/cases/{collecting}/actions/agree"
    assert 'name="scan"' not in head.get(path)
    head.post(path, status=422, scan=(io.BytesIO(PDF), "согласие.pdf"))
    assert bring(head)["id"]
    head.post(path, status=422, password="demo-2025", scan=str(bring(head)["id"]))
    accept_only(district, "paper_scan")
    assert 'name="password"' not in head.get(path)
    refused = head.post(path, status=422, password="demo-2025").get_data(as_text=True)
    assert "Принимается: скан бумажного согласия" in refused
    assert district.statuses(collecting, "consents")["S05"] == "pending"


def accept_only(district, *kinds):
    def work(uow):
        municipality = uow.session.query(Municipality).one().id
        uow.session.query(Setting).filter_by(key="A-14").delete()
        values = {"municipality_id": municipality, "key": "A-14", "value": {"consent": kinds}}
        uow.session.add(Setting(**values))
        uow.session.flush()

    district.container.transact(work)


@pytest.mark.shipped
def test_accepting_the_terms_of_a_school_leaves_its_own_signature_in_place(
    browser, district, collecting
):
    head, path = browser("P105"), f"/cases/{collecting}/actions/agree_with_conditions"
    head.post(path, scan=(io.BytesIO(PDF), "согласие.pdf"), reason="Только дистанционно")
    voter = str(district.school("S05"))
    done(district.act("P102", collecting, "accept_conditions", voter=voter))
    vote = next(row for row in district.rows(VoteRow) if row["voter"] == voter)
    assert (vote["status"], vote["signature_kind"]) == ("agreed", "paper_scan")
    assert vote["evidence_upload_id"]
    assert (vote["person_id"], vote["acting_as"]) == (district.people["P105"], "директор")


def test_every_way_to_answer_is_offered_also_those_that_ask_for_a_reason(browser, collecting):
    page = browser("P105").get(f"/cases/{collecting}?show=all")
    for action in ("agree", "agree_with_conditions", "decline"):
        assert f"/cases/{collecting}/actions/{action}?voter=" in page
    assert "/actions/revoke" not in page
    assert "/actions/agree" not in browser("P003").get(f"/cases/{collecting}?show=all")


def test_a_signature_cannot_be_slipped_in_as_a_draft_button_or_a_batch(
    browser, district, collecting
):
    head = browser("P105")
    head.post("/bulk", status=422, action=f"{PROPOSAL}/agree", case=f"{collecting}:1")
    head.post("/bulk", action=f"{PROPOSAL}/agree", case=f"{collecting}:1", password="demo-2025")
    assert "не подходит" in " ".join(head.says())
    assert district.statuses(collecting, "consents")["S05"] == "pending"


def test_an_answer_to_a_text_that_changed_is_asked_again(browser, collecting):
    head = browser("P105")
    path = f"/cases/{collecting}/actions/agree"
    answer = head.post(path, status=409, password="demo-2025", _seen="0" * 64)
    assert "изменилось" in answer.get_data(as_text=True)


def test_the_page_says_why_not_and_what_others_do(browser, submitted):
    page = browser("P102").get(f"/cases/{submitted}?show=all")
    assert "Что здесь делают другие" in page
    assert 'data-code="not_your_role"' in page
    assert "Чего ждём" in page
    assert re.search(r"осталось \d+ рабочих дн", page)


def test_remarks_of_a_return_stand_beside_their_fields(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    page = browser("P102").get(f"/cases/{submitted}?show=all")
    assert 'id="f-goal-remark"' in page
    goal = page.split('name="goal"')[1][:900]
    assert "Цель не отличается от типовой" in goal


@pytest.mark.shipped
def test_a_returned_case_says_so_and_who_looks_again_sees_her_remark(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    head, methodist = browser("P102"), browser("P006")
    assert "Исправить замечания и отправить снова" in head.get("/")
    sent = form_of(head.get(f"/cases/{submitted}?show=all")) | {"goal": "Сдать ОГЭ без двоек"}
    said = head.post(f"/cases/{submitted}/draft", status=422, **sent, _action="resend")
    assert "«Цель не отличается от типовой»: отметьте" in said.get_data(as_text=True)
    sent = form_of(head.get(f"/cases/{submitted}?show=all")) | {
        "remarks.0.answer": "Цель названа числом"
    }
    head.post(f"/cases/{submitted}/draft", **sent, _action="resend")
    assert ">Подать снова</button>" in head.get(f"/cases/{submitted}?show=all")
    done(district.act("P102", submitted, "submit"))
    district.carry_out()
    assert "Дать заключение (представлено снова)" in district.notices("P006")[-1]
    again = methodist.get(f"/cases/{submitted}")
    part = again.split('id="u-directions"')[1].split("</section>")[0]
    assert part.index("Цель не отличается от типовой") < part.index("Сдать ОГЭ без двоек")
    for page in (part, methodist.get(f"/cases/{submitted}/actions/endorse")):
        assert "Цель названа числом" in page
    done(district.act("P006", submitted, "return", remarks=[{**remarks[0], "about": "name"}]))
    returned = head.get(f"/cases/{submitted}?show=all")
    assert 'name="remarks.0.answer"' in returned
    assert 'name="remarks.1.answer"' not in returned
    assert "Цель названа числом" in returned


def test_a_reviewer_gets_more_rows_for_remarks_without_a_script(browser, submitted):
    page = f"/cases/{submitted}/actions/return"
    methodist = browser("P006")
    assert 'name="_more"' in methodist.get(page)
    said = {f"remarks.{n}.text": f"замечание номер {n}" for n in range(3)}
    wider = methodist.post(page, status=200, _more="1", **said).get_data(as_text=True)
    assert all(text in wider for text in said.values())
    assert 'name="remarks.5.text"' in wider


def test_the_next_reviewer_sees_what_changed_by_field_and_by_row(browser, district, submitted):
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", submitted, "return", remarks=remarks))
    rows = {"put": [{"school": district.school("S06"), "role": "supported"}], "remove": []}
    done(district.edit("P102", submitted, goal="Сдать ОГЭ без двоек", members=rows))
    mend(district, "P102", submitted)
    done(district.act("P102", submitted, "resend"))
    page = browser("P006").get(f"/cases/{submitted}?show=all").split("Что изменилось с прошлой")[1]
    table = page.split("</table>")[0]
    assert "Сдать ОГЭ без двоек" in table
    assert "добавлено" in table
    assert "СОШ № 6" in table
    assert "Учёт особенностей" not in table


@pytest.mark.shipped
def test_a_step_is_taken_back_from_the_page_until_somebody_acted(browser, district, submitted):
    head = browser("P102")
    assert "Отменить мой последний шаг" in head.get(f"/cases/{submitted}?show=all")
    head.post(f"/cases/{submitted}/take-back")
    assert district.state(submitted) == "ready"
    papers = head.get(f"/cases/{submitted}?show=all").split("Документы</h2>")[1].split("</div>")[0]
    assert re.findall(r"отменённые.*?Заявка о создании сети.*?отменён<", papers, re.DOTALL)
    assert papers.count("отменён<") == 1
    head.post(f"/cases/{submitted}/take-back", status=422)


def test_idle_writing_is_saved_by_the_script_without_leaving_the_page(browser, district, draft):
    head = browser("P102")
    sent = form_of(head.get(f"/cases/{draft}?show=all")) | {"name": "Само сохранилось"}
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
    made = bring(head, name="scan.exe")["id"]
    answer = head.client.get(f"/files/{made}")
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=scan.exe.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    browser("P106").get(f"/files/{made}", 404)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><script>", "file_kind"),
        (b"MZ\x90", "file_kind"),
        (b"", "file_empty"),
        (b"PK\x03\x04 not a document", "file_kind"),
    ],
)
def test_a_file_is_judged_by_its_bytes_and_not_by_its_name(browser, content, code):
    assert bring(browser("P102"), content, "отчёт.pdf", 422)["code"] == code


@pytest.mark.shipped
def test_a_file_that_is_too_large_is_refused_beside_what_was_typed(browser, collecting):
    head = browser("P105")
    large = FileStorage(io.BytesIO(PDF + b"0" * (22 << 20)), "съёмка.pdf")
    sent = {"reason": "Нет связи со школой", "scan": large}
    mark, body = encode_multipart({"csrf_token": head.token(), **sent})
    kind = f"multipart/form-data; boundary={mark}"
    asked = f"/cases/{collecting}/actions/decline"
    page = head.client.post(asked, data=body, content_type=kind).text
    assert "Файл «съёмка.pdf» больше 20 МБ" in page
    assert "Нет связи со школой" in page


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
    assert "скан.pdf" in clerk.get(f"/cases/{order}?show=all")


@pytest.mark.shipped
def test_the_address_of_a_published_order_is_a_link_on_its_page(browser, district, order):
    row = {"municipality_id": 1, "key": "A-16", "value": {"within": 10, "required": True}}
    district.container.transact(lambda uow: uow.connection.execute(insert(Setting).values(row)))
    for person, action in (
        ("P003", "send"),
        ("P005", "visa"),
        ("P002", "sign"),
        ("P004", "register"),
    ):
        done(district.act(person, order, action))
    specialist, path = browser("P003"), f"/cases/{order}/actions/publish"
    assert path in specialist.get(f"/cases/{order}?show=all")
    specialist.post(path, status=422, link="на сайте")
    specialist.post(path, link="https://levokum.example/orders/291-od?a=1&b=2")
    page = specialist.get(f"/cases/{order}?show=all")
    assert '<a href="https://levokum.example/orders/291-od?a=1&amp;b=2"' in page
    assert path not in page


@pytest.mark.shipped
def test_the_page_of_a_beginning_says_why_not_and_leads_to_what_is_begun(browser, draft):
    page = browser("P102").get("/start/network_proposal")
    assert f'<a href="/cases/{draft}">Открыть это дело</a>' in page
    assert "Начать черновик" not in page
    page = browser("P108").get("/start/network_proposal")
    assert "нет статуса «стабильные результаты»" in page
    assert "Начать черновик" not in page


@pytest.mark.shipped
def test_the_page_of_a_beginning_says_which_year_is_opened(browser):
    page = browser("P003").get("/start/year_cycle")
    assert "Дело «2025/2026 учебный год» откроется сразу" in page
    assert "будет видно заранее: «Переход сетей в новый год»" in page


@pytest.mark.shipped
def test_a_revoked_order_says_so_with_a_link_and_asks_nobody_any_more(browser, district, order):
    register(district, order, head="P002")
    done(district.act("P102", order, "acknowledge"))
    head, path = browser("P105"), f"/cases/{order}"
    assert f"{path}/actions/acknowledge" in head.get(path)
    (entry,) = district.rows(JournalEntry, instance_id=order)
    revoking = decree(
        district,
        "revoke_order",
        head="P002",
        revoked=str(entry["id"]),
        reason="Приказ зарегистрирован ошибочно.",
    )
    page = head.get(path)
    said = page[page.index("отменён приказом") :]
    assert said.startswith(
        f'отменён приказом <a href="/cases/{revoking}">№ 292-од от 28.08.2025</a>'
    )
    assert f"{path}/actions/acknowledge" not in page
    assert "ответа нет" in page
    assert not [row for row in district.rows(Deadline, instance_id=order) if not row["closed_at"]]
    assert not [row for row in district.rows(WorkItem, instance_id=order) if not row["closed_at"]]
    assert f'href="{path}"' not in head.get("/")
    assert f'отменён приказом <a href="/cases/{revoking}">' in head.get("/orders")


@pytest.mark.shipped
def test_whoever_reads_the_code_of_an_order_learns_its_number_and_nothing_more(
    browser, district, order
):
    stranger = browser()
    text = district.case(order).text_hash
    assert "документа с такой контрольной суммой в системе нет" in stranger.get(
        f"/verify/{text}", 404
    )
    for person, action in (
        ("P003", "send"),
        ("P005", "visa"),
        ("P002", "sign"),
        ("P004", "register"),
    ):
        done(district.act(person, order, action))
    paper = [d for d in district.documents(order) if d["paper"] == "order_create"][-1]
    address = paper["field_values"]["проверка"]["адрес"]
    assert address.startswith(district.container.settings.public_url)

    page = stranger.get(urlsplit(address).path)

    assert "Документ зарегистрирован" in page
    assert "291-од" in page
    assert "28.08.2025" in page
    for person in district.rows(Person):
        assert person["last_name"] not in page
    assert district.case(order).data.network_name not in page


@pytest.mark.parametrize("asked", ["0" * 64, "x", "' OR 1=1 --", "а" * 64, "9" * 500])
def test_an_unknown_code_is_a_sentence(browser, asked):
    assert "Зарегистрированного документа" in browser().get(f"/verify/{asked}", 404)


def test_a_draft_cannot_be_given_away_to_another_school(district):
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    refusal = district.edit("P102", case, base=district.school("S01"))
    assert refusal.code == "would_lose_access"
    assert district.case(case).data.base == district.school("S02")


def test_a_tab_opened_again_finds_the_page_of_its_case(browser, draft):
    head = browser("P102")
    for step in ("draft", "take-back"):
        answer = head.client.get(f"/cases/{draft}/{step}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{draft}")
    head.get(f"/cases/{draft}/nothing", status=404)
