"""In the practice district everything may be tried, and nothing of it reaches a real row."""

import hashlib
import re
from dataclasses import replace
from io import BytesIO

import pytest
from browsing import Browser
from docx import Document
from sqlalchemy import MetaData, select

from workflow_app import practice as service
from workflow_app.app import create_app, with_practice
from workflow_app.engine.roles import POST
from workflow_app.practice import PATH, STAMP, take
from workflow_app.services.letters import FILED
from workflow_app.store.models.accounts import SignInSession
from workflow_app.store.models.messages import Notice
from workflow_app.web.cookies import COOKIE
from workflows import FRAME, PROCESSES

pytestmark = [
    pytest.mark.shipped,
    pytest.mark.long("the first of them waits for the year to be played"),
]


def rows(container):
    """Return the hash of every row of a database."""
    with container.database.reading() as connection:
        known = MetaData()
        known.reflect(connection)
        told = hashlib.sha256()
        for one in known.sorted_tables:
            told.update(f"{one.name} {sorted(map(repr, connection.execute(select(one))))}".encode())
        return told.hexdigest()


def test_a_head_answers_in_the_practice_and_no_real_row_changes(practice):
    head = practice.visitor("P105")
    before, begun = rows(practice.district.container), rows(practice.container)
    page = head.get(f"{PATH}/parts")
    assert page.index("Как у вас") < page.index("директор") < page.index("Другая сторона")
    desk = head.play("Кузьмина-Лозовая")
    assert "<title>Учебный · " in desk
    assert "Вы здесь —</span> Кузьмина-Лозовая Т.О.;" in desk
    case = head.case(desk, "Сеть «Математика для всех»")
    asked = head.get(f"{case}/actions/agree")
    assert "Учебный пароль: demo-2025" in asked
    hidden = dict(re.findall(r'type="hidden" name="(_?\w+)" value="([^"]*)"', asked))
    said = head.send(asked, f"{case}/actions/agree", **hidden, password="demo-2025")
    assert "Согласие" in head.follow(said)
    practice.keeper.tick()
    assert rows(practice.container) != begun
    assert rows(practice.district.container) == before


def test_a_paper_of_the_practice_says_what_it_is_and_its_letters_stay(practice):
    clerk = practice.visitor("P004")
    case = clerk.case(clerk.play("Рябова"), "")
    asked = clerk.get(f"{case}/actions/register")
    hidden = dict(re.findall(r'type="hidden" name="(_?\w+)" value="([^"]*)"', asked))
    clerk.follow(clerk.send(asked, f"{case}/actions/register", **hidden))
    practice.keeper.tick()
    found = re.findall(rf'href="({PATH}/documents/\d+/content)"', clerk.get(case))
    paper = clerk.client.get(found[-1])
    assert paper.headers["Content-Disposition"].startswith('attachment; filename="UChEBNYI ')
    sections = Document(BytesIO(paper.data)).sections
    headers = [(one.header, one.first_page_header) for one in sections]
    for section, (usual, first) in zip(sections, headers, strict=True):
        assert STAMP in usual.paragraphs[0].text
        assert STAMP in first.paragraphs[0].text or not section.different_first_page_header_footer
    container = practice.container
    answers = container.read(
        lambda uow: uow.session.scalars(
            select(Notice.answer).where(Notice.letter_state == "sent")
        ).all()
    )
    assert set(answers) == {FILED}
    assert not list(practice.place.folder.rglob("*.eml"))
    assert container.settings.smtp_url is None


def test_a_visit_here_is_no_visit_there(practice):
    head = practice.visitor("P105")
    head.play("Кузьмина-Лозовая")
    played = head.client.get_cookie(f"practice_{COOKIE}", path=PATH).value
    stranger = Browser(practice.app, practice.district)
    stranger.client.set_cookie(COOKIE, played)
    assert "/sign-in" in stranger.client.get("/").location
    assert stranger.client.get(f"{PATH}/").location == "/help/practice"
    real = Browser(practice.app, practice.district, "P105")
    visit = real.client.get_cookie(COOKIE).value
    real.client.set_cookie(f"practice_{COOKIE}", visit, path=PATH)
    assert real.client.get(f"{PATH}/").location == "/help/practice"
    here = practice.container.read(lambda uow: uow.session.query(SignInSession).count())
    assert here == 1
    left = head.send(head.get(f"{PATH}/"), f"{PATH}/sign-out")
    assert left.location == "/help/practice"
    assert head.get("/")  # her real visit goes on
    assert head.client.get(f"{PATH}/parts").location == "/help/practice"


def test_a_ticket_lets_in_once_and_soon(practice, monkeypatch):
    settings, place = practice.container.settings, practice.place
    ticket = place.ticket(["school_head"])
    assert take(settings, ticket) == ["school_head"]
    assert take(settings, ticket) is None
    assert take(settings, f"{ticket}x") is None
    assert take(settings, service._signer("x" * 40).dumps(["word", "school_head"])) is None
    fresh = place.ticket([])
    monkeypatch.setattr(service, "TICKET_SECONDS", -1)
    assert take(settings, fresh) is None
    stranger = Browser(practice.app, practice.district)
    assert stranger.client.get(f"{PATH}/enter/{fresh}").location == "/help/practice"


def test_what_leads_outside_or_shuts_others_out_is_not_there(practice):
    officer = practice.visitor("P003")
    page = officer.play("Тимофеева")
    for path in ("/account/second-factor", "/admin/webhooks"):
        assert "В учебном районе этого нет" in officer.get(f"{PATH}{path}", 403)
    officer.get(f"{PATH}/api/v1/me", 404)
    for path in ("/sign-in", "/forgot"):
        assert officer.client.get(f"{PATH}{path}").location == f"{PATH}/parts"
    sent = {"password": "demo-2025", "new": "другой-пароль-1", "again": "другой-пароль-1"}
    assert officer.send(page, f"{PATH}/account/password", **sent).status_code == 403


def test_what_does_not_work_in_the_practice_is_not_offered(practice):
    head = practice.visitor("P105")
    head.play("Кузьмина-Лозовая")
    account, calendar = head.get(f"{PATH}/account"), head.get(f"{PATH}/calendar")
    for action in ("/account/password", "/account/tokens", "/account/email", "second-factor"):
        assert f'{action}"' not in account
    assert "не меняют ни почту, ни пароль" in account
    assert "Подписаться" not in calendar
    assert "отправлено на почту" not in head.get(f"{PATH}/notices")


def test_a_full_practice_is_only_looked_at(practice, monkeypatch):
    head = practice.visitor()
    page = head.play("Белая")
    monkeypatch.setattr(service, "MOST_BYTES", 0)
    answer = head.send(page, f"{PATH}/notices/read")
    assert answer.status_code == 503
    assert "кончилось место" in answer.text
    assert head.get(f"{PATH}/")


def test_where_it_is_off_there_is_no_such_page(practice):
    container = practice.district.container
    settings = container.settings.model_copy(update={"practice": False})
    app = with_practice(create_app(replace(container, settings=settings)))
    head = Browser(app, practice.district, "P105")
    head.get("/help/practice", 404)
    head.get(f"{PATH}/parts", 404)
    head.post("/help/practice", status=404)
    assert "Учебный район" not in head.get("/help")


def test_every_part_has_somebody_to_play_and_something_to_do(practice):
    held = {role.held_by for process in PROCESSES for role in process.roles()}
    offices = {kind for one in FRAME.parts for kind in (one.role, *one.alike)}
    assert held - offices <= {POST, "system"}
    page = practice.visitor("P004").get(f"{PATH}/parts")
    assert page.index("Рябова Н.Ф.") < page.index("Другая сторона")
    for one in FRAME.parts:
        told = next(part for part in page.split("Попробуйте:")[1:] if one.tries[0] in part)
        assert 'name="person"' in told
        assert re.search("дел[оа]? жд[её]т|дел[а]? ждут", told) or one.role == "teacher", (
            "she is free to join what others began"
        )


def test_before_it_is_built_its_page_says_so(practice):
    (practice.place.folder / "current").unlink()
    head = Browser(practice.app, practice.district, "P105")
    assert "Подготовить учебный район" not in head.get("/help/practice")
    assert "готовится" in head.get("/help/practice")
    assert head.client.get(f"{PATH}/parts").location == "/help/practice"
