"""Second factors and recovery codes as rows."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update

from workflow_app.engine.roles import Capacity
from workflow_app.services.accounts.second_factor import Factor
from workflow_app.store.models.accounts import RecoveryCode, SecondFactor
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.unit_of_work import SqlUnitOfWork

FACTOR = table(SecondFactor)
_CODE = table(RecoveryCode)
_PERSON = table(Person)


class SqlFactors:
    """Second factors within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self._connection = uow.connection
        self.now = uow.now

    def factor(self, person_id: int) -> Factor | None:
        """Return a person's second factor, if she has one."""
        left = select(func.count()).where(_CODE.c.person_id == person_id).scalar_subquery()
        query = select(FACTOR, left.label("codes_left")).where(FACTOR.c.person_id == person_id)
        row = self._connection.execute(query).one_or_none()
        return Factor(row.secret, row.created_at, row.codes_left) if row else None

    def put_factor(
        self, person_id: int, secret: str, step: int, code_hashes: Sequence[str]
    ) -> None:
        """Insert a second factor whose code of a step was used already."""
        values = {
            "person_id": person_id,
            "secret": secret,
            "last_step": step,
            "created_at": self.now,
        }
        self._connection.execute(insert(FACTOR).values(values))
        rows = [{"person_id": person_id, "code_sha256": one} for one in code_hashes]
        self._connection.execute(insert(_CODE), rows)

    def take_step(self, person_id: int, step: int) -> bool:
        """Use up the codes until a step; False when that was done."""
        where = (FACTOR.c.person_id == person_id, FACTOR.c.last_step < step)
        taken = self._connection.execute(update(FACTOR).where(*where).values(last_step=step))
        return taken.rowcount == 1

    def use_recovery(self, person_id: int, code_hash: str) -> bool:
        """Use up a recovery code; False when there is none such."""
        where = (_CODE.c.person_id == person_id, _CODE.c.code_sha256 == code_hash)
        return self._connection.execute(delete(_CODE).where(*where)).rowcount == 1

    def drop_factor(self, person_id: int) -> bool:
        """Delete a person's second factor; False when she has none."""
        self._connection.execute(delete(_CODE).where(_CODE.c.person_id == person_id))
        where = FACTOR.c.person_id == person_id
        return self._connection.execute(delete(FACTOR).where(where)).rowcount == 1

    def record_of(self, person_id: int, action: str, title: str) -> None:
        """Write a line of the administration's history: what a person did about herself."""
        query = select(_PERSON.c.municipality_id, _PERSON.c.short_nom)
        person = self._connection.execute(query.where(_PERSON.c.id == person_id)).one()
        by = Capacity(person_id, "", 0, person.municipality_id)
        self._uow.record(by, action, f"{title}: {person.short_nom}", {"person_id": person_id})
