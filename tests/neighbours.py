"""A second municipality in the same database, with people and cases of its own, all marked."""

import shutil

from district import District
from loading import bring
from sqlalchemy import String, insert, select, update
from stories import NOTE, complete_order, done

from workflow_app.services.accounts.access_changes import NewState, wish
from workflow_app.services.ports import new_file
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.documents import uploads
from workflow_app.store.messages import outbox
from workflow_app.store.models import Base
from workflow_app.store.models.accounts import AccessChange
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import (
    Organisation,
    OrganisationName,
    Person,
    Position,
    Substitution,
)
from workflow_app.store.models.instances import WorkItem
from workflow_app.store.models.messages import (
    Incident,
    Notice,
    OutboxMessage,
    Webhook,
    WebhookDelivery,
)
from workflow_app.store.operations.importing import SEEDS, import_directory
from workflow_app.store.registers import papers
from workflow_app.store.registers.listing import Asked
from workflows.registers.directions import of_year

MARK = "Зарубежье"
"""Stands in every name of the second municipality, and nowhere else."""

NAMES = frozenset(
    {
        "name",
        "short_name",
        "full_name",
        "title",
        "short_nom",
        "short_gen",
        "short_dat",
        "short_acc",
        "signature_name",
        "note",
        "basis",
        "evidence",
    }
)


class Neighbour(District):
    """The second district: the same codes, other people, schools and cases."""

    def __init__(self, container, folder):
        self.container = container
        self.municipality = _imported(container, folder)
        container.transact(self._mark)
        self.people, self.organisations = (
            {row["code"]: row["id"] for row in self.own(model)} for model in (Person, Organisation)
        )
        acts = container.tables["act"].rows
        own = select(acts).where(acts.c.municipality_id == self.municipality)
        self.acts = {
            row.code: row.id for row in self.read(lambda uow: [*uow.connection.execute(own)])
        }

    def own(self, model):
        """Return the second municipality's rows of a table."""
        return self.rows(model, municipality_id=self.municipality)

    def everything(self):
        """Return all rows that belong to the second municipality, its people or its cases."""
        cases = {row["id"] for row in self.instances(municipality_id=self.municipality)}
        people = set(self.people.values())
        return {
            model.__name__: [
                row
                for row in self.rows(model)
                if row.get("municipality_id") == self.municipality
                or row.get("instance_id") in cases
                or row.get("person_id") in people
            ]
            for model in (mapper.class_ for mapper in Base.registry.mappers)
        }

    def directions(self, year):
        return self.read(lambda uow: [*of_year(uow.facts(self.municipality), year)])

    def _mark(self, uow):
        declared = (each for one in uow.tables.values() for each in (one.rows, one.periods))
        for one in (*Base.metadata.sorted_tables, *declared):
            names = [c for c in one.c if c.name in NAMES and isinstance(c.type, String)]
            if names and "municipality_id" in one.c:
                values = {c: f"{MARK} " + c for c in names}
                where = one.c.municipality_id == self.municipality
                uow.connection.execute(update(one).where(where).values(values))

    def settle(self):
        """Play a proposal up to the order's draft; return the id of a row of every kind."""
        case = self.start(
            "P102",
            "network_proposal",
            name=f"{MARK}: читаем",
            school_year="2025-2026",
            context_note=f"{MARK}. {NOTE}",
            directions=self.directions("2025-2026")[:1],
            members=[
                {"school": self.school("S05"), "role": "supported"},
                {"school": self.school("S03"), "role": "partner"},
            ],
        ).instance_id
        for person, action, given in (
            ("P102", "invite", {}),
            ("P105", "agree", {}),
            ("P103", "agree", {}),
            ("P102", "submit", {}),
            ("P006", "endorse", {"conclusion": f"{MARK}: хорошо."}),
            ("P002", "approve", {}),
        ):
            done(self.act(person, case, action, **given))
        complete_order(self, self.child(case))
        self.carry_out()
        return {"case": case, "order": self.child(case), **self._ids(case)}

    def _ids(self, case):
        pdf = new_file(b"%PDF-1.4 theirs", "pdf")
        upload = self.container.transact(
            lambda uow: uploads.keep(uow, self.people["P102"], f"{MARK}.pdf", pdf)
        )
        closing = NewState(person_id=self.people["P001"], active=False)
        self.container.transact(
            lambda uow: wish(SqlAccessChanges(uow), uow.actor(self.people["P003"]), closing)
        )
        message = self.rows(OutboxMessage, instance_id=case)[0]["id"]
        self.container.transact(lambda uow: self._fail(uow, message))
        return {
            "document": self.documents(case)[0]["id"],
            "upload": upload,
            "network": self.networks(municipality_id=self.municipality)[0]["id"],
            "school": self.school("S05"),
            "person": self.people["P105"],
            "position": self.own(Position)[0]["id"],
            "incident": self.own(Incident)[0]["id"],
            "substitution": self.own(Substitution)[0]["id"],
            "work": self.own(WorkItem)[-1]["id"],
            "change": self.own(AccessChange)[0]["id"],
            "record": self.directions("2025-2026")[0],
            "import": self._brought(),
            "paper": self._asked(),
            "letter": self.own(Notice)[0]["id"],
            **self._webhook(),
            "name": self.rows(OrganisationName, organisation_id=self.school("S05"))[0]["id"],
        }

    def _webhook(self):
        """Let another program hear of an event that it does not take."""
        at = self.container.clock.now()
        values = {"municipality_id": self.municipality, "created_at": at}

        def tell(uow):
            hook = {"url": f"https://{MARK}.invalid/", "sealed_secret": "", "kinds": []}
            said = insert(table(Webhook)).values(**values, **hook, is_on=False)
            own = inserted_id(uow.connection.execute(said))
            sent = {"webhook_id": own, "event": "case.moved", "body": MARK, "state": "failed"}
            said = insert(table(WebhookDelivery)).values(**values, **sent, attempts=1, answer=MARK)
            return {"webhook": own, "delivery": inserted_id(uow.connection.execute(said))}

        return self.container.transact(tell)

    def _brought(self):
        """Bring a file for a register, and leave it there unwritten."""
        rows = [["school_year", "name", "state"], ["2025-2026", f"{MARK}: новое", "draft"]]
        who = self.people["P003"]
        return bring(self.container, "direction", self.municipality, who, rows, name=f"{MARK}.csv")

    def _asked(self):
        """Ask for a list as a document."""

        def ask(uow):
            register, asked = uow.tables["direction"].register, Asked(on=uow.today)
            return papers.ask(uow, register, self.municipality, self.people["P003"], asked)

        return self.container.transact(ask)

    def _fail(self, uow, message):
        box = table(OutboxMessage)
        uow.connection.execute(update(box).where(box.c.id == message).values(done_at=None))
        failed = uow.connection.execute(select(box).where(box.c.id == message)).one()
        outbox.fail(uow.connection, failed, f"{MARK}: нет шаблона", uow.now)


def _imported(container, folder):
    """Import the demonstration district a second time, under another name."""
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8").replace("@levokum.example", "@neighbour.example")
        text = text.replace("Левокумский муниципальный округ", f"{MARK} муниципальный округ")
        path.write_text(text, "utf-8")

    def work(uow):
        report = import_directory(uow, folder, as_of=uow.today)
        assert report.ok, list(report.lines())
        uow.session.flush()
        return report.municipality_id

    return container.transact(work)
