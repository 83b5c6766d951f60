"""Letters that belong to no case: invitations and new passwords."""

import secrets

from sqlalchemy import insert, select

from workflow_app.store import outbox
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

_NOTICE = table(Notice)
_PERSON = table(Person)


def put_letter(uow: SqlUnitOfWork, person_id: int, subject: str, text: str) -> None:
    """Queue a letter to a person; its text is not shown as a notice."""
    query = select(_PERSON.c.municipality_id).where(_PERSON.c.id == person_id)
    municipality_id = int(uow.connection.execute(query).scalar_one())
    values = {
        "municipality_id": municipality_id, "person_id": person_id, "instance_id": None,
        "kind": "letter", "dedupe_key": f"letter:{secrets.token_hex(8)}", "subject": subject,
        "text": text, "created_at": uow.now, "read_at": uow.now, "bounced": "",
    }  # fmt: skip
    notice_id = inserted_id(uow.connection.execute(insert(_NOTICE).values(values)))
    payload = {"notice_id": notice_id}
    outbox.put(uow.connection, municipality_id, None, "mail", payload, uow.now)
