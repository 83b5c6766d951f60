"""Letters that belong to no case: links for a password, and news of one's own access."""

import secrets

from sqlalchemy import insert, select

from workflow_app.services.letters import ACCESS, PRIVATE
from workflow_app.store.messages import outbox
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

_NOTICE = table(Notice)
_PERSON = table(Person)


def put_letter(
    uow: SqlUnitOfWork,
    person_id: int,
    subject: str,
    text: str,
    *,
    kind: str = PRIVATE,
    to: str = "",
) -> None:
    """Queue a letter to a person, to an address she had before if one is given."""
    query = select(_PERSON.c.municipality_id).where(_PERSON.c.id == person_id)
    municipality_id = int(uow.connection.execute(query).scalar_one())
    values = {
        "municipality_id": municipality_id,
        "person_id": person_id,
        "instance_id": None,
        "kind": kind,
        "dedupe_key": f"letter:{secrets.token_hex(8)}",
        "subject": subject[:400],
        "text": text,
        "created_at": uow.now,
        "bounced": "",
        "read_at": None if kind == ACCESS else uow.now,
    }
    notice_id = inserted_id(uow.connection.execute(insert(_NOTICE).values(values)))
    payload = {"notice_id": notice_id, **({"to": to} if to else {})}
    outbox.put(uow.connection, municipality_id, None, "mail", payload, uow.now)
