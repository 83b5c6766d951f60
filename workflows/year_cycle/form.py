"""What is known of a school year of the department."""

from workflow_app.engine import Choice, Form, Int, Network, Row, Rows, Text, field


class Practice(Row):
    """What of a network's year is worth repeating."""

    network: Network = field("Сеть")
    text: Text = field("Что получилось", minimum=20)


class SchoolYear(Form):
    """A school year: 1 September to 31 August, planned from July on."""

    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    attempts: Int = field("Запусков перехода", readonly=True, optional=True, default=0)
    practices: Rows[Practice] = field("Лучшие практики", optional=True, basis="4.3")
    remark: Text = field("С каким замечанием закрыт", readonly=True, optional=True)


def heading(data: SchoolYear) -> str:
    """Return how a year is called in lists."""
    return f"{data.school_year.replace('-', '/')} учебный год"
