"""An action begins with the present value of a field the case does not have."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Form, Line, field


class Renamed(Form):
    """A new name, beside an old one nobody keeps."""

    name: Line = field("Новое название", present=True)
    nickname: Line = field("Прозвище", present=True)


process, draft, done = small()
process.move(
    "rename", "Назвать иначе", draft, done, by=CLERK, form=Renamed, past="Сделано"
)  # <- unknown_field

processes = [process]
