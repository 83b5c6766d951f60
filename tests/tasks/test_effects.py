"""Effects outside the transaction: papers, notices, letters; real broker, real mail server."""

import shutil

import docx
import pytest
from stories import done, propose, to_department, to_signature

from workflow_app.documents.papers import Papers
from workflow_app.notifications.mail import SmtpMailer, mailer_from
from workflow_app.store.documents import renderings
from workflow_app.store.messages import outbox
from workflow_app.store.models.directory import Person
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.messages import Notice, OutboxMessage
from workflow_app.store.models.registers import JournalEntry
from workflow_app.tasks import effects


@pytest.fixture
def district(sqlite_district):
    return sqlite_district("2025-08-28")


def with_mail(district, server):
    """Let letters go to a real mail server."""
    container = district.container
    container.__dict__["mailer"] = SmtpMailer(server.url, "house@levokum.example")
    return container


def invite(district):
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    done(district.act("P102", case, "invite"))
    return case


def test_every_kind_of_message_has_an_effect_and_a_task():
    assert effects.EFFECTS.keys() | effects.WITHIN.keys() == effects.TASKS.keys()


def test_invited_heads_get_a_letter_with_a_link_and_only_they(district, smtp_server):
    with_mail(district, smtp_server)
    case = invite(district)
    district.carry_out()
    to = sorted(address for group in smtp_server.recipients for address in group)
    assert to[-2:] == ["p103@levokum.example", "p105@levokum.example"]
    letter = smtp_server.messages[-1]
    for form in ("plain", "html"):
        said = letter.get_body((form,)).get_content()
        assert f"/cases/{case}" in said
        assert "Срок: до 4 сентября." in said
        assert "/account#letters" in said


def test_a_letter_repeated_after_a_crash_keeps_its_message_id(district, smtp_server):
    with_mail(district, smtp_server)
    invite(district)
    for message in effects.claim(district.container):
        effects.carry_out(district.container, *message)
    mails = [row for row in district.rows(OutboxMessage) if row["kind"] == "mail"]
    message = mails[0]
    begun = district.container.tell(lambda uow: effects.begin(uow, "mail", message["id"]))
    effects.EFFECTS["mail"](district.container, begun)  # sent, and then the lights go out
    district.container.clock.advance(outbox.LEASE)
    effects.carry_out(district.container, message["id"], "mail")
    ids = [m["Message-ID"] for m in smtp_server.messages]
    assert ids[-1] == ids[-2]
    notice = district.rows(Notice, id=message["payload"]["notice_id"])[0]
    dates = {m["Date"].datetime for m in smtp_server.messages[-2:]}
    assert dates == {notice["created_at"]}


def test_an_address_that_refuses_letters_shows_as_bounced(district, smtp_server):
    with_mail(district, smtp_server)
    smtp_server.refuse("550 no such user", at="p105@levokum.example")
    invite(district)
    try:
        for _ in range(6):  # once another letter left, what the server says of an address counts
            for message in effects.claim(district.container):
                effects.carry_out(district.container, *message)
            district.container.clock.advance(outbox.LEASE)
    finally:
        smtp_server.accept()
    person = district.rows(Person, id=district.people["P105"])[0]
    assert person["email_bounced_at"] is not None
    assert district.rows(Notice, person_id=district.people["P105"])[0]["bounced"]


def test_a_sender_with_a_name_sends(district, smtp_server):
    container = with_mail(district, smtp_server)
    sender = "Отдел образования <otdel@район.example>"
    container.__dict__["settings"] = container.settings.model_copy(update={"mail_from": sender})
    container.__dict__["mailer"] = mailer_from(
        container.settings.model_copy(update={"smtp_url": smtp_server.url})
    )
    invite(district)
    district.carry_out()
    letter = smtp_server.messages[-1]
    assert letter["From"] == "Отдел образования <otdel@xn--80asmdh.example>"
    assert letter["Message-ID"].endswith("@xn--80asmdh.example>")


def test_an_address_that_takes_a_letter_again_is_good_again(district, smtp_server):
    with_mail(district, smtp_server)
    head = district.people["P105"]

    def mark(uow):
        uow.session.get_one(Person, head).email_bounced_at = uow.now
        uow.session.flush()

    district.container.transact(mark)
    invite(district)
    district.carry_out()
    assert district.rows(Person, id=head)[0]["email_bounced_at"] is None


def test_rendering_twice_files_one_document_with_the_same_bytes(district):
    case = to_department(district)
    district.carry_out()
    document = district.documents(case)[0]
    stored = {row["sha256"]: row["content"] for row in district.rows(StoredFile)}
    again, _ = district.container.papers.render(document["template"], document["field_values"])
    assert stored[document["file_sha256"]] == again


@pytest.mark.clause("1.7-2")
@pytest.mark.shipped
def test_a_paper_keeps_its_bytes_when_its_template_is_written_anew(district, tmp_path):
    case = to_department(district)
    district.carry_out()
    before = district.rows(StoredFile)
    folder = shutil.copytree(district.container.papers.folder, tmp_path / "templates")
    template = docx.Document(folder / "proposal.docx")
    template.add_paragraph("Вторая редакция бланка")
    template.save(folder / "proposal.docx")
    object.__setattr__(district.container, "papers", Papers(folder))
    other = to_department(
        district, "P101", {"S10": "supported", "S12": "supported"}, ("P110", "P112")
    )
    district.carry_out()
    old, new = (
        one["template_sha256"]
        for number in (case, other)
        for one in district.documents(number)
        if one["paper"] == "proposal"
    )
    assert old != new
    assert [row for row in district.rows(StoredFile) if row in before] == before


@pytest.mark.deep
@pytest.mark.shipped
def test_a_paper_becomes_a_pdf_by_the_programs_of_this_machine(district):
    case = to_department(district)
    district.carry_out()
    paper = district.documents(case)[0]["id"]
    district.container.transact(
        lambda uow: renderings.ask(uow, uow.session.get_one(Document, paper))
    )
    district.carry_out()
    (row,) = district.rows(Document, id=paper)
    (pdf,) = district.rows(StoredFile, sha256=row["pdf_sha256"])
    assert pdf["content"].startswith(b"%PDF-")


@pytest.mark.shipped
@pytest.mark.long("a worker starts twice")
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(district, workers):
    case = to_department(district)

    def some_are_filed():
        return any(row["file_sha256"] for row in district.rows(Document, instance_id=case))

    first = workers.start()
    workers.relay(some_are_filed)
    workers.kill(first)
    district.container.clock.advance(outbox.LEASE * 2)
    workers.start()
    workers.relay_everything()
    documents = district.rows(Document, instance_id=case)
    assert all(row["file_sha256"] for row in documents)
    for row in documents:
        assert_undisturbed(district, row)
    keys = [row["dedupe_key"] for row in district.rows(Notice)]
    assert len(keys) == len(set(keys))


@pytest.mark.shipped
@pytest.mark.long("a worker starts twice")
def test_a_worker_killed_while_it_makes_an_order_leaves_one_order(district, workers, tmp_path):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    district.carry_out()
    before = {row["id"] for row in district.documents(order)}
    done(district.act("P004", order, "register"))
    made = [row for row in district.documents(order) if row["id"] not in before]
    (interrupted,) = [row for row in made if row["paper"] == "order_create"]
    sign = tmp_path / "hangs"
    hanging = {"HANG_IN": interrupted["template"], "HANG_MARK": str(sign)}
    first = workers.start("hanging_worker", **hanging)
    workers.relay(sign.exists)
    workers.kill(first)
    assert not district.rows(Document, id=interrupted["id"])[0]["file_sha256"]
    district.container.clock.advance(outbox.LEASE * 2)
    workers.start("hanging_worker", **hanging)
    workers.relay_everything()
    assert {row["id"] for row in district.documents(order)} == before | {row["id"] for row in made}
    for row in district.documents(order):
        assert_undisturbed(district, row)
    numbers = district.rows(JournalEntry, instance_id=order)
    assert [row["label"] for row in numbers] == [district.case(order).number]


def assert_undisturbed(district, document):
    """A paper's file is there once, with the bytes of a rendering nobody disturbed."""
    content, _ = district.container.papers.render(document["template"], document["field_values"])
    stored = district.rows(StoredFile, sha256=document["file_sha256"])
    assert [file["content"] for file in stored] == [content]
