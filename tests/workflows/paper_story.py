"""The story whose papers these tests read: the district on 28.08.2025, played by its people."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.services.cases.acting import Done, Intent, act, start
from workflow_app.services.cases.drafts import save_draft
from workflow_app.store.database import Database
from workflow_app.store.models import Base
from workflow_app.store.models.directory import Municipality, Organisation, Person
from workflow_app.store.models.documents import Document
from workflow_app.store.operations.importing import SEEDS, import_directory
from workflow_app.store.registers import shapes
from workflow_app.store.registers.tables import make_tables
from workflow_app.store.unit_of_work import SqlUnitOfWork, Surroundings
from workflows import PROCESSES, REGISTERS
from workflows.registers.acts import ACTS
from workflows.registers.directions import of_year

NETWORK = "Математика рядом: от дефицита к результату"


class Story:
    """The district on 28.08.2025 with a clock that moves a minute at each step."""

    def __init__(self, url):
        self.database = Database(url)
        Base.metadata.create_all(self.database.engine)
        self.now = dt.datetime(2025, 8, 28, 6, 0, tzinfo=dt.UTC)
        processes = {process.key: process for process in PROCESSES}
        tables = make_tables(REGISTERS)
        self.around = Surroundings(processes, {}, ZoneInfo("Europe/Moscow"), tables=tables)
        with self.database.writing() as connection:
            shapes.bring_up(connection, tables)
            uow = SqlUnitOfWork(connection, self.around, self.now)
            session = uow.session
            assert import_directory(uow, SEEDS, as_of=dt.date(2025, 8, 28)).ok
            session.flush()
            self.people = dict(session.execute(select(Person.code, Person.id)).all())
            self.places = dict(session.execute(select(Organisation.code, Organisation.id)).all())
            municipality = session.scalars(select(Municipality.id)).one()
            acts = uow.facts(municipality).of(ACTS).find()
            self.acts = {act.code: act.id for act in acts}
            self.directions = [*of_year(uow.facts(municipality), "2025-2026")]
            session.commit()

    def does(self, service, who, *intent):
        """Let a person do something one minute later."""
        self.now += dt.timedelta(minutes=1)
        return self.database.transact(
            lambda connection: service(
                SqlUnitOfWork(connection, self.around, self.now), self.people[who], *intent
            )
        )

    def acts_on(self, case, who, action, **values):
        """Take an action that is expected to succeed."""
        done = self.does(act, who, Intent(case, action, values))
        assert isinstance(done, Done), (who, action, done)
        return done

    def issued(self):
        """Return every document as it was issued."""
        with self.database.reading() as connection, Session(connection) as session:
            return list(session.scalars(select(Document).order_by(Document.id)))


def propose(story):
    """S02 proposes, invited schools agree, ИМЦ endorses, the acting head approves."""
    members = [
        {
            "school": story.places["S05"],
            "role": "supported",
            "need": "подготовка к ОГЭ по математике",
        },
        {"school": story.places["S03"], "role": "partner"},
    ]
    proposal = {
        "name": NETWORK,
        "members": members,
        "context_note": "До школы № 5 далеко, поэтому занятия идут дистанционно",
        "directions": story.directions[:2],
        "resources": "Шесть учителей математики, студия видеосвязи",
    }
    case = story.does(start, "P102", "network_proposal", proposal).instance_id
    story.acts_on(case, "P102", "invite")
    story.acts_on(case, "P105", "agree")
    story.acts_on(case, "P103", "agree_with_conditions", reason="Только дистанционно")
    story.acts_on(case, "P102", "accept_conditions")
    story.acts_on(case, "P102", "submit")
    story.acts_on(
        case,
        "P006",
        "endorse",
        conclusion="Сеть нужна району",
        notes="Указать телефон координатора",
    )
    story.acts_on(case, "P002", "approve")
    return case


def order_of(story, case):
    """Fill in and register the order that the approval started."""
    with story.database.reading() as connection:
        order = SqlUnitOfWork(connection, story.around, story.now).children(case)[0]
    fields = {
        "acts": [story.acts["A11"], story.acts["A14"]],
        "coordinator": story.people["P102"],
        "curator": story.people["P006"],
        "control": story.people["P002"],
    }
    assert isinstance(story.does(save_draft, "P003", order.id, fields, order.version), Done)
    story.acts_on(order.id, "P003", "send")
    story.acts_on(order.id, "P005", "visa")
    story.acts_on(order.id, "P002", "sign")
    return order.id
