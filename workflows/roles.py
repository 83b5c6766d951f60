"""The people of the Regulation, as roles of its processes (dossier 5)."""

from workflow_app.engine import AUTHOR, OfficeKind, Role

BASE_HEAD = Role("base_head", "директор базовой школы", "school_head", "base")
MEMBER_HEAD = Role("member_head", "директор школы-участницы", "school_head", "members")
PARTICIPANT_HEAD = Role(
    "participant_head", "директор школы-участницы", "school_head", "participants"
)
FORMER_HEAD = Role("former_head", "директор школы, вышедшей из сети", "school_head", "former")
ASKED_HEAD = Role("asked_head", "директор приглашённой школы", "school_head", "asked")
AUTHOR_HEAD = Role("author_head", "директор школы, подавшей предложение", "school_head", AUTHOR)
AUTHOR_SPECIALIST = Role(
    "author_specialist", "специалист, начавший предложение", "dept_specialist", AUTHOR
)
AUTHOR_TEACHER = Role("author_teacher", "педагог, начавший дело", "teacher", AUTHOR)
AUTHOR_STAFF = Role("author_staff", "сотрудник школы, начавший дело", "school_staff", AUTHOR)
AUTHOR_COORDINATOR = Role(
    "author_coordinator", "координатор, начавший дело", "network_coordinator", AUTHOR
)
COORDINATOR = Role("coordinator", "координатор базовой школы", "network_coordinator", "base")
SCHOOL_HEAD = Role("network_school_head", "директор школы сети", "school_head", "schools")
SCHOOL_COORDINATOR = Role(
    "network_school_coordinator", "координатор школы сети", "network_coordinator", "schools"
)
TEACHER = Role("network_teacher", "педагог школы сети", "teacher", "schools")
STAFF = Role("network_school_staff", "сотрудник школы сети", "school_staff", "schools")
SCHOOL_PEOPLE = (SCHOOL_HEAD, SCHOOL_COORDINATOR, TEACHER, STAFF)
"""Everybody of the schools that a case names as those of its networks."""
METHODIST = Role("methodist", "методист", "methodist")
IMC_HEAD = Role("imc_head", "руководитель методического центра", "imc_head")
SPECIALIST = Role("specialist", "специалист управления образованием", "dept_specialist")
DEPUTY = Role("deputy", "заместитель руководителя управления образованием", "department_deputy")
DEPARTMENT_HEAD = Role("department_head", "руководитель управления образованием", "department_head")
CLERK = Role("clerk", "делопроизводитель", "clerk")
ADMIN = Role("admin", "администратор", "admin")
AUDITOR = Role("auditor", "наблюдатель", "auditor")

DEPARTMENT = (SPECIALIST, DEPUTY, DEPARTMENT_HEAD, CLERK)
IMC = (METHODIST, IMC_HEAD)

IN_SCHOOL = {"school": "в школе"}
IN_CENTRE = {"imc": "в методическом центре"}
IN_DEPARTMENT = {"department": "в управлении образованием"}

OFFICES = (
    OfficeKind("school_head", invites=("teacher",), at=IN_SCHOOL),
    OfficeKind("network_coordinator", at=IN_SCHOOL),
    OfficeKind("teacher", "педагог", "педагоги", is_narrow=True, at=IN_SCHOOL),
    OfficeKind("school_staff", "сотрудник школы", "сотрудники школы", is_narrow=True),
    OfficeKind("methodist", at=IN_CENTRE | IN_DEPARTMENT),
    OfficeKind("imc_head", at=IN_CENTRE | IN_DEPARTMENT),
    OfficeKind("dept_specialist", at=IN_DEPARTMENT),
    OfficeKind("department_deputy", at=IN_DEPARTMENT),
    OfficeKind("department_head", at=IN_DEPARTMENT),
    OfficeKind("clerk", at=IN_DEPARTMENT | IN_CENTRE),
    OfficeKind("auditor", at=IN_DEPARTMENT | IN_CENTRE),
)
"""Offices that give more or less than their parts in processes, and where they are given.

A small district has its methodists in the department; whoever keeps the computers may sit anywhere.
"""
