"""An effect writes a field the form does not have; another begins a case with one."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Put, Start, says


@says("номер записан")
def number(_case: Case, _facts: Facts) -> Put:
    """Write where nothing is kept."""
    return Put({"name": "Приказ", "numbr": "13-од"})  # <- unknown_field


@says("начато другое дело")
def another(case: Case, _facts: Facts) -> Start:
    """Begin with what the other case does not keep."""
    return Start("other", {"titel": case.data.name})  # <- unknown_field


process, draft, done = small()
process.move("register", "Записать", draft, done, by=CLERK, do=[number, another], past="Сделано")
process.move(
    "wish", "Пожелать", draft, done, by=CLERK, do=[Put({"mood": "x"})], past="Сделано"
)  # <- unknown_field

other, _, _ = small("other", stop="finish")

processes = [process, other]
