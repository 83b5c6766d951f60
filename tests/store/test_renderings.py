"""PDF beside a document: asked for once, made once, never a version of the document."""

import itertools

import pytest
from sqlalchemy import select
from stories import done, propose

from workflow_app.documents import PdfFailed, PdfUnavailable
from workflow_app.store import schema
from workflow_app.store.documents import renderings
from workflow_app.store.messages import outbox
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.tasks import effects


class PdfPress:
    """Makes other bytes each time, as LibreOffice does, or breaks off when told to."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.made = itertools.count(1)

    def __call__(self, docx):
        assert docx.startswith(b"PK")
        if self.failures:
            raise self.failures.pop(0)
        return b"%PDF-1.7 " + str(next(self.made)).encode()


@pytest.fixture
def district(open_district):
    """Return the district with a rendered paper and a machine that makes PDF."""
    opened = open_district("2025-08-28")
    case = done(propose(opened, "P102", {"S05": "supported"})).instance_id
    done(opened.act("P102", case, "invite"))
    done(opened.act("P105", case, "agree"))
    opened.carry_out()
    opened.container.__dict__["pdf_maker"] = PdfPress()
    (opened.paper,) = [
        row["id"] for row in opened.documents(case) if row["paper"] == "consent_protocol"
    ]
    return opened


def ask(district):
    return district.container.transact(
        lambda uow: renderings.ask(uow, uow.session.get_one(Document, district.paper))
    )


def row(district):
    (found,) = district.rows(Document, id=district.paper)
    return found


def messages(district):
    return [one for one in district.rows(OutboxMessage) if one["kind"] == "pdf"]


def test_asking_twice_makes_one_pdf_and_no_version(district):
    before = row(district)
    assert (ask(district), ask(district)) == (True, False)
    district.carry_out()
    assert ask(district) is False
    after = row(district)
    (kept,) = district.rows(StoredFile, kind="application/pdf")
    assert (after["pdf_sha256"], kept["content"]) == (kept["sha256"], b"%PDF-1.7 1")
    assert len(messages(district)) == 1
    asked = {"pdf_sha256", "pdf_asked_at"}
    assert {k: v for k, v in after.items() if k not in asked} == {
        k: v for k, v in before.items() if k not in asked
    }


def test_a_worker_that_dies_after_the_conversion_leaves_it_to_the_next(district):
    ask(district)
    (message,) = messages(district)
    begun = district.container.tell(lambda uow: effects.begin(uow, "pdf", message["id"]))
    effects.EFFECTS["pdf"](district.container, begun)  # made, and then the lights go out
    assert row(district)["pdf_sha256"] is None
    assert effects.carry_out(district.container, message["id"], "pdf") == "done before"
    district.container.clock.advance(outbox.LEASE)
    assert effects.carry_out(district.container, message["id"], "pdf") == "done"
    assert effects.carry_out(district.container, message["id"], "pdf") == "done before"
    assert [one["content"] for one in district.rows(StoredFile, kind="application/pdf")] == [
        b"%PDF-1.7 2"
    ]


def test_two_workers_at_once_keep_one_pdf(district):
    ask(district)
    (message,) = messages(district)
    begun = district.container.tell(lambda uow: effects.begin(uow, "pdf", message["id"]))
    slow = effects.EFFECTS["pdf"](district.container, begun)
    district.container.clock.advance(outbox.LEASE)
    district.carry_out()
    late = district.container.tell(lambda uow: effects._finished(uow, begun, slow, goes_on=True))
    assert late == ("done before", None)
    assert len(district.rows(StoredFile, kind="application/pdf")) == 1


def test_a_document_without_a_file_has_no_pdf(district):
    district.container.transact(
        lambda uow: uow.connection.execute(
            Document.__table__.update().values(file_sha256=None, rendered_at=None)
        )
    )
    assert ask(district) is False


def test_a_pdf_that_did_not_come_may_be_asked_for_again(district):
    ask(district)
    district.container.clock.advance(renderings.PATIENCE)
    assert not district.read(
        lambda uow: renderings.is_coming(uow.session.get_one(Document, district.paper), uow.now)
    )
    assert ask(district) is True
    district.carry_out()
    assert len(district.rows(StoredFile, kind="application/pdf")) == 1


def test_a_conversion_broken_off_is_tried_again_and_a_missing_program_is_an_incident(district):
    district.container.__dict__["pdf_maker"] = PdfPress(PdfFailed("не уложился"))
    ask(district)
    (message,) = messages(district)
    assert effects.carry_out(district.container, message["id"], "pdf") == "postponed"
    district.container.__dict__["pdf_maker"] = None
    assert effects.carry_out(district.container, message["id"], "pdf") == "failed"
    (incident,) = district.rows(Incident, kind="pdf")
    assert PdfUnavailable.__name__ in incident["message"]


def test_the_documents_of_a_running_district_survive_the_revision_both_ways(district):
    before = row(district)
    database = district.container.database
    schema.downgrade(database, "0001")
    with database.reading() as connection:
        query = select(Document.__table__.c.file_sha256)
        assert before["file_sha256"] in connection.execute(query).scalars().all()
    schema.upgrade(database)
    later = {"history_seq": before["history_seq"]}  # a later revision's, lost on the way down
    assert row(district) | later == before
    assert schema.differences(database) == []
