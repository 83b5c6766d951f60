"""What stands in the rail of every page beside what the house itself puts there."""

from workflow_app.engine import Frame, Section
from workflows.regulation import CLAUSES
from workflows.roles import AUDITOR, DEPARTMENT, IMC, SCHOOL_PEOPLE
from workflows.simulation.practising import PARTS

ANSWER_FOR_ALL = tuple(role.held_by for role in (*DEPARTMENT, *IMC, AUDITOR))
OF_SCHOOLS = tuple(role.held_by for role in SCHOOL_PEOPLE)

FRAME = Frame(
    "Сети школ",
    "Предложения сетей, согласия школ и приказы",
    (
        Section("/dashboard", "Обзор сетей", "chart", of=ANSWER_FOR_ALL),
        Section("/schools/{organisation}", "Моя школа", "house", of=OF_SCHOOLS),
        Section("/organisations/{organisation}/teacher", "Педагоги", "people", of=("school_head",)),
        Section("/networks", "Сети", "net"),
        Section("/orders", "Приказы", "paper", is_whole=True),
        Section("/schools", "Школы", "house", is_whole=True),
        Section("/people", "Люди", "people", is_whole=True),
    ),
    CLAUSES,
    summary_for=("department_head", "imc_head"),
    parts=PARTS,
)
