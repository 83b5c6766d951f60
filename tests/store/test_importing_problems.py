# ruff: noqa: E501 (a table of mistakes reads best with one mistake a line)
import pytest
from looking import TABLES, Cast, import_directory, indicators, rows_in
from sqlalchemy import select

from workflow_app.services.importing.reading import read_district
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.read_models import networks

ANY_DAY = "ожидается дата вида 2025-08-28"
LOOK = (
    "вид номера — текст с одним {n}, а перед ним, если нужен год, {year}; примеры: {n}-од, "
    "{year}/{n:03} (номер из трёх цифр)"
)

# One row a rule: file, what stands there, what a hand made of it, what the report says, its code.
MISTAKES = [
    (
        "people.csv",
        "p102@levokum.example",
        "p102",
        "people.csv, строка 11, столбец email: не похоже на адрес электронной почты",
        "bad_mail",
    ),
    (
        "people.csv",
        "p102@levokum",
        "p101@levokum",
        "people.csv, строка 11, столбец email: повторяет строку 10: p101@levokum.example",
        "repeated",
    ),
    (
        "people.csv",
        "Гриценко,Андрей",
        ",Андрей",
        "people.csv, строка 11, столбец last_name: значение обязательно",
        "value_missing",
    ),
    (
        "people.csv",
        "Дьяченко Олег Павлович,m",
        "Дьяченко Олег Павлович,ж",
        "people.csv, строка 3, столбец gender: допустимы только: 'f', 'm'",
        "not_a_choice",
    ),
    (
        "people.csv",
        "учитель математики,S10",
        "учитель пения,S10",
        "people.csv, строка 31, столбец position: падежей должности «учитель пения» нет в titles.csv",
        "unknown_title",
    ),
    (
        "people.csv",
        "математики,S10",
        "математики,S99",
        "people.csv, строка 31, столбец organisation_id: «S99» нет в organisations.csv",
        "unknown_reference",
    ),
    (
        "people.csv",
        "математики,S10,teacher",
        "математики,S10,school_head",
        "people.csv, строка 19, столбец role_code: у школы больше одного директора",
        "several_heads",
    ),
    (
        "people.csv",
        "P204,",
        "P203,",
        "people.csv, строка 31, столбец person_id: повторяет строку 30: P203",
        "repeated",
    ),
    (
        "schools.csv",
        "Заря,231,21,21",
        "Заря,много,21,21",
        "schools.csv, строка 6, столбец students_count: ожидается целое число",
        "not_a_number",
    ),
    (
        "schools.csv",
        "Заря,231,21,21",
        "Заря,231,-1,21",
        "schools.csv, строка 6, столбец teachers_count: число не может быть отрицательным",
        "number_negative",
    ),
    (
        "schools.csv",
        "Заря,231,21,21",
        "Заря,231,21,x",
        "schools.csv, строка 6, столбец grade9_count_2024_2025: ожидается целое число",
        "not_a_number",
    ),
    (
        "schools.csv",
        "Малосадового,23,4,0",
        "Малосадового,23,4,5",
        "schools.csv, строка 19, столбец grade9_count_2024_2025: в начальной школе нет 9 класса",
        "no_grade9_here",
    ),
    (
        "schools.csv",
        "нет,P118",
        "иногда,P118",
        "schools.csv, строка 19, столбец has_grade_11: ожидается «да» или «нет»",
        "not_yes_or_no",
    ),
    (
        "schools.csv",
        "нет,P118",
        "нет,P117",
        "schools.csv, строка 19, столбец head_person_id: P117 не директор этой школы",
        "not_head_here",
    ),
    (
        "schools.csv",
        "school18@levokum.example,Europe/Moscow",
        "school18@levokum.example,Europe/Levokum",
        "schools.csv, строка 19, столбец timezone: нет такого часового пояса",
        "unknown_timezone",
    ),
    (
        "schools.csv",
        "school18@levokum.example,Europe/Moscow",
        "school18@levokum.example,Asia/Omsk",
        "schools.csv, строка 19, столбец timezone: другой пояс, чем у муниципалитета: Europe/Moscow",
        "other_timezone",
    ),
    (
        "schools.csv",
        "\nS18,",
        "\nшкола 18,",
        "schools.csv, строка 19, столбец school_id: недопустимый вид значения",
        "bad_shape",
    ),
    (
        "orders.csv",
        "12-од,2026-01-19",
        "12-од,19.01.2026",
        f"orders.csv, строка 11, столбец reg_date: {ANY_DAY}",
        "bad_date",
    ),
    (
        "orders.csv",
        "12-од,2026-01-19",
        "12-од,1768780800",
        f"orders.csv, строка 11, столбец reg_date: {ANY_DAY}",
        "bad_date",
    ),
    (
        "orders.csv",
        "12-од,2026-01-19",
        "12-од,2026-02-30",
        "orders.csv, строка 11, столбец reg_date: такого дня нет в календаре",
        "no_such_day",
    ),
    (
        "orders.csv",
        "12-од,2026",
        "12/од,2026",
        "orders.csv, строка 11, столбец reg_number: не соответствует виду «{n}-од»",
        "number_of_other_look",
    ),
    (
        "orders.csv",
        "12-од,2026-01-19",
        "290-од,2025-08-29",
        "orders.csv, строка 11, столбец reg_number: номер года повторяется: строка 10",
        "number_repeated",
    ),
    (
        "orders.csv",
        "306-од,2024-08-29",
        "306-од,2024-08-28",
        "orders.csv, строка 5, столбец reg_date: дата раньше, чем у меньшего номера 305-од",
        "date_against_numbers",
    ),
    (
        "orders.csv",
        "NW2,P001,registered,приказы по основной",
        "NW2,P001,registered,приказы не по основной",
        "orders.csv, строка 5, столбец journal: журнала «приказы не по основной деятельности» нет в journals.csv",
        "unknown_journal",
    ),
    (
        "orders.csv",
        "2025/2026 учебный год,NW1;NW2;NW3,P002",
        "2025/2026 учебный год,NW1;NW2;NW3,P003",
        "orders.csv, строка 10, столбец signed_by_person_id: подписавший в этот день не был руководителем и не замещал его",
        "signer_without_right",
    ),
    (
        "orders.csv",
        "учебный год,NW1;NW2;NW3",
        "учебный год,NW1;NW9",
        "orders.csv, строка 10, столбец network_ids: «NW9» нет в networks.csv",
        "unknown_reference",
    ),
    (
        "school_statuses.csv",
        "ST025,S17,2025-2026",
        "ST025,S17,2025-2027",
        "school_statuses.csv, строка 26, столбец school_year: «2025-2027» не учебный год: ожидается вид 2025-2026",
        "bad_school_year",
    ),
    (
        "school_statuses.csv",
        "ST025,S17,2025-2026,adverse_social",
        "ST025,S17,2025-2026,brilliant",
        "school_statuses.csv, строка 26, столбец status_code: допустимы только: 'stable', 'low_results', 'adverse_social'",
        "not_a_choice",
    ),
    (
        "school_statuses.csv",
        "ST019,S10",
        "ST019,S01",
        "school_statuses.csv, строка 20, столбец status_code: в этом году у школы уже есть статус стабильных результатов",
        "stable_and_low",
    ),
    (
        "school_statuses.csv",
        "№ 271-од (демо),2025-08-21,да\nST025",
        "№ 999-од (демо),2025-08-21,да\nST025",
        "school_statuses.csv, строка 25, столбец basis_document: «приказ отдела образования от 21.08.2025 № 999-од (демо)» не найден в orders.csv",
        "unknown_order",
    ),
    (
        "school_statuses.csv",
        "(демо),2025-08-21,да\nST025",
        "(демо),2025-08-20,да\nST025",
        "school_statuses.csv, строка 25, столбец assigned_on: раньше приказа 271-од от 21.08.2025",
        "before_order",
    ),
    (
        "directions.csv",
        "среда,приказ № 287-од от 27.08.2025",
        "среда,приказ № 287-од от 28.08.2025",
        "directions.csv, строка 10, столбец basis_order: «приказ № 287-од от 28.08.2025» не найден в orders.csv",
        "unknown_order",
    ),
    (
        "networks.csv",
        "NW1,Математика: от дефицита к результату,S01",
        "NW1,Математика: от дефицита к результату,S02",
        "networks.csv, строка 2, столбец base_school_id: в network_members.csv у сети должна быть ровно эта базовая школа",
        "other_base",
    ),
    (
        "networks.csv",
        "D1;D5,2024-09-01,2026-08-31",
        "D1;D5,2024-09-01,2024-08-31",
        "networks.csv, строка 2, столбец valid_to: раньше начала периода 01.09.2024",
        "period_backwards",
    ),
    (
        "networks.csv",
        "D1;D5,2024-09-01",
        "D1;D5,2022-09-01",
        "networks.csv, строка 2, столбец base_school_id: у базовой школы нет статуса стабильных результатов в год создания",
        "base_not_stable",
    ),
    (
        "network_members.csv",
        "NW2,S05,supported,2026-01-19",
        "NW2,S05,supported,2026-01-18",
        "network_members.csv, строка 11, столбец joined_on: раньше приказа 12-од от 19.01.2026",
        "before_order",
    ),
    (
        "network_members.csv",
        "2026-01-19,O03,O08",
        "2026-01-18,O03,O08",
        "network_members.csv, строка 8, столбец left_on: раньше приказа 12-од от 19.01.2026",
        "before_order",
    ),
    (
        "network_members.csv",
        "2026-01-19,O03,O08",
        "2026-01-19,O03,",
        "network_members.csv, строка 8, столбец leave_order_id: выход из сети требует и даты, и приказа",
        "leaves_by_halves",
    ),
    (
        "substitutions.csv",
        "P106,P202",
        "P106,P106",
        "substitutions.csv, строка 3, столбец substitute_person_id: замещает сам себя",
        "own_substitute",
    ),
    (
        "substitutions.csv",
        "P106,P202,school_head",
        "P106,P202,clerk",
        "substitutions.csv, строка 3, столбец role_code: отсутствующий не занимает должность",
        "role_not_held",
    ),
    (
        "substitutions.csv",
        "2026-06-08,2026-06-28",
        "2026-06-28,2026-06-08",
        "substitutions.csv, строка 3, столбец ends_on: раньше начала периода 28.06.2026",
        "period_backwards",
    ),
    ("substitutions.csv", "SUB3,P006,P007,methodist", "SUB3,P106,P201,school_head", None, None),
    (
        "substitutions.csv",
        "SUB3,P006,P007,methodist,2026-02-02,2026-02-20",
        "SUB3,P106,P201,school_head,2026-06-20,2026-07-20",
        "substitutions.csv, строка 4, столбец starts_on: период пересекается со строкой 3",
        "periods_overlap",
    ),
    (
        "recommendations.csv",
        "R2,RP1,NW1",
        "R2,RP9,NW1",
        "recommendations.csv, строка 3, столбец report_id: «RP9» нет в reports.csv",
        "unknown_reference",
    ),
    (
        "recommendations.csv",
        "R2,RP1,NW1",
        "R2,RP1,NW2",
        "recommendations.csv, строка 3, столбец network_id: справка о другой сети",
        "report_of_other_network",
    ),
    (
        "recommendations.csv",
        "R2,RP1,NW1",
        "R2,RP4,NW1",
        "recommendations.csv, строка 3, столбец report_id: справка ещё не утверждена",
        "report_not_approved",
    ),
    (
        "recommendations.csv",
        "S12,P112,2025-10-01,accepted",
        "S12,P112,01.10.2025,accepted",
        f"recommendations.csv, строка 3, столбец due_on: {ANY_DAY}",
        "bad_date",
    ),
    (
        "recommendations.csv",
        "S12,P112,2025-10-01,accepted",
        "S12,P112,2025-10-01,maybe",
        "recommendations.csv, строка 3, столбец decision: допустимы только: 'accepted', 'declined'",
        "not_a_choice",
    ),
    (
        "recommendations.csv",
        "S12,P112",
        "S99,P112",
        "recommendations.csv, строка 3, столбец target_school_id: «S99» нет в schools.csv",
        "unknown_reference",
    ),
    (
        "indicator_catalog.csv",
        "I02,oge_rus_below_min",
        "I01,oge_rus_below_min",
        "indicator_catalog.csv, строка 3, столбец indicator_id: повторяет строку 2: I01",
        "repeated",
    ),
    (
        "indicator_catalog.csv",
        "I02,oge_rus_below_min",
        "I02,oge_math_below_min",
        "indicator_catalog.csv, строка 3, столбец code: повторяет строку 2: oge_math_below_min",
        "repeated",
    ),
    (
        "indicator_catalog.csv",
        "school,%,down,результаты ОГЭ,нет",
        "school,проценты,down,результаты ОГЭ,нет",
        "indicator_catalog.csv, строка 3, столбец unit: допустимы только: '%', 'чел.', 'ед.', 'балл'",
        "not_a_choice",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I99,41,121,33.9",
        "indicators.csv, строка 20, столбец indicator_id: «I99» нет в indicator_catalog.csv",
        "unknown_reference",
    ),
    (
        "indicators.csv",
        "NW1,S10,I03,41,121,33.9",
        "NW9,S10,I03,41,121,33.9",
        "indicators.csv, строка 20, столбец network_id: «NW9» нет в networks.csv",
        "unknown_reference",
    ),
    (
        "indicators.csv",
        "NW1,S10,I03,41,121,33.9",
        "NW1,S99,I03,41,121,33.9",
        "indicators.csv, строка 20, столбец school_id: «S99» нет в schools.csv",
        "unknown_reference",
    ),
    (
        "indicators.csv",
        "NW1,S10,I03,41,121,33.9",
        "NW1,S03,I03,41,121,33.9",
        "indicators.csv, строка 20, столбец school_id: школа не входила в сеть NW1 в этом году",
        "not_a_member",
    ),
    (
        "indicators.csv",
        "2024-2025,NW2,S16,I01",
        "2024-2025,NW2,S05,I01",
        "indicators.csv, строка 58, столбец school_id: школа не входила в сеть NW2 в этом году",
        "not_a_member",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,122,121,33.9",
        "indicators.csv, строка 20, столбец numerator: больше знаменателя 121",
        "numerator_too_large",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,-1,121,33.9",
        "indicators.csv, строка 20, столбец numerator: число не может быть отрицательным",
        "number_negative",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,41,,33.9",
        "indicators.csv, строка 20, столбец denominator: доле нужен знаменатель больше нуля",
        "denominator_missing",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,,121,33.9",
        "indicators.csv, строка 20, столбец numerator: доле нужны числитель и знаменатель",
        "numerator_missing",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,41,121,33.7",
        "indicators.csv, строка 20, столбец actual_value: по числителю и знаменателю выходит 33.9",
        "value_differs",
    ),
    ("indicators.csv", "S10,I03,41,121,33.9", "S10,I03,41,121,33.8", None, None),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I03,41,121,треть",
        "indicators.csv, строка 20, столбец actual_value: ожидается число",
        "not_a_number",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        ",I03,41,121,33.9",
        "indicators.csv, строка 20, столбец school_id: показатель школы: нужна школа",
        "school_missing",
    ),
    (
        "indicators.csv",
        "NW1,,N01,11,11,100.0",
        "NW1,S10,N01,11,11,100.0",
        "indicators.csv, строка 208, столбец school_id: показатель сети в целом: школа не указывается",
        "school_given",
    ),
    (
        "indicators.csv",
        "2025-2026,NW1,,N02,10,,10",
        "2025-2026,NW1,,N01,10,12,83.3",
        "indicators.csv, строка 215, столбец school_year: повторяет строку 214: NW1, N01, 2025-2026",
        "repeated",
    ),
    (
        "indicators.csv",
        "S10,I03,41,121,33.9",
        "S10,I02,41,121,33.9",
        "indicators.csv, строка 20, столбец school_year: повторяет строку 19: NW1, S10, I02, 2024-2025",
        "repeated",
    ),
    (
        "indicators.csv",
        "NW3,S18,I01,,,,,,",
        "NW3,S18,I01,,,,,10,",
        "indicators.csv, строка 202, столбец indicator_id: показатель I01 не применим к школе вида НОШ",
        "not_applicable",
    ),
    (
        "reports.csv",
        "RP2,NW2",
        "RP2,NW1",
        "reports.csv, строка 3, столбец school_year: повторяет строку 2: NW1, 2024-2025",
        "repeated",
    ),
    (
        "networks.csv",
        "active,O04",
        "busy,O04",
        "networks.csv, строка 4, столбец state: допустимы только: 'forming', 'active', 'suspended', 'closing', 'closed'",
        "not_a_choice",
    ),
    (
        "annual_plans.csv",
        "1,superseded",
        "1,active",
        "annual_plans.csv, строка 7, столбец state: действующий план этого года уже в строке 6",
        "several_plans",
    ),
    (
        "plan_activities.csv",
        "NW1,2024-2025,1,1",
        "NW1,2024-2025,7,1",
        "plan_activities.csv, строка 2, столбец plan_version: такого плана нет в annual_plans.csv",
        "unknown_plan",
    ),
    (
        "plan_activities.csv",
        "NW1,2024-2025,1,2,",
        "NW1,2024-2025,1,1,",
        "plan_activities.csv, строка 3, столбец number: повторяет строку 2: NW1, 2024-2025, 1, 1",
        "repeated",
    ),
    (
        "organisations.csv",
        "округа,2021-01-01",
        "округа,2020-12-31",
        "organisations.csv, строка 3, столбец valid_from: период пересекается со строкой 2",
        "periods_overlap",
    ),
    (
        "organisations.csv",
        "\nIMC,imc",
        "\nS03,imc",
        "organisations.csv, строка 4, столбец organisation_id: это код школы из schools.csv",
        "code_of_school",
    ),
    (
        "organisations.csv",
        "DEPT,imc@",
        "DEP,imc@",
        "organisations.csv, строка 4, столбец parent_id: «DEP» нет в organisations.csv",
        "unknown_reference",
    ),
    (
        "municipality.csv",
        "Левокумский муниципальный округ,Левокумского",
        ",Левокумского",
        "municipality.csv, строка 2, столбец name: значение обязательно",
        "value_missing",
    ),
    (
        "municipality.csv",
        "2021-08-01\n",
        "2021-08-01\nДругой,Другого,okrug,Край,,,2021-08-01\n",
        "municipality.csv, строка 3, столбец name: в папке может быть один муниципалитет",
        "several_municipalities",
    ),
    (
        "municipality.csv",
        "Левокумский муниципальный округ,Левокумского муниципального округа,okrug,Ставропольский край,с. Левокумское,Europe/Moscow,2021-08-01\n",
        "",
        "municipality.csv: нет строки муниципалитета",
        "no_municipality",
    ),
    (
        "journals.csv",
        "{n}-од",
        "{n}-{m}",
        f"journals.csv, строка 2, столбец pattern: {LOOK}",
        "bad_shape",
    ),
    (
        "journals.csv",
        "{n}-од",
        "{n:03}-од",
        "orders.csv, строка 11, столбец reg_number: не соответствует виду «{n:03}-од»",
        "number_of_other_look",
    ),
    (
        "journals.csv",
        "{n}-од",
        "од",
        f"journals.csv, строка 2, столбец pattern: {LOOK}",
        "bad_shape",
    ),
    (
        "people.csv",
        "Ковалевская,Ирина",
        "Ковалев\x00ская,Ирина",
        "people.csv, строка 2, столбец last_name: В тексте есть знак U+0000, который нельзя напечатать: уберите его",
        "bad_character",
    ),
    (
        "municipality.csv",
        "2021-08-01",
        "9999-12-31",
        "municipality.csv, строка 2, столбец positions_from: ожидается день с 1900-01-01 по 2199-12-31",
        "no_such_day",
    ),
    (
        "titles.csv",
        "position,методист,",
        "position,директор,",
        "titles.csv, строка 8, столбец nominative: повторяет строку 7: position, директор",
        "repeated",
    ),
]


def spoil(folder, file, before, after):
    path = folder / file
    text = path.read_text("utf-8")
    assert text.count(before) >= 1, before
    path.write_text(text.replace(before, after, 1), "utf-8")


def codes(folder):
    """Return what the report says → its code."""
    _, report = read_district(folder, None)
    return {str(problem): problem.code for problem in report.problems}


def problems(folder):
    return list(codes(folder))


@pytest.mark.parametrize(
    ("file", "before", "after", "said", "code"),
    MISTAKES,
    ids=[f"{m[0]}-{m[2][-25:]}" for m in MISTAKES],
)
def test_a_mistake_is_told_with_its_file_line_column_code_and_reason(
    folder, file, before, after, said, code
):
    spoil(folder, file, before, after)
    found = codes(folder)
    if said is None:
        assert found == {}
    else:
        assert found[said] == code


@pytest.mark.parametrize(
    ("content", "said", "code"),
    [
        (
            "substitution_id;absent_person_id\n1;2\n",
            "строка 1: столбцы разделяются запятой, а не точкой с запятой",
            "bad_delimiter",
        ),
        (
            "substitution_id,absent_person_id\n",
            "строка 1, столбец starts_on: нет обязательного столбца",
            "column_missing",
        ),
        ("", "строка 1, столбец starts_on: нет обязательного столбца", "column_missing"),
        ("HEADER,mood\n", "строка 1, столбец mood: неизвестный столбец", "column_unknown"),
        ("HEADER,line\n", "строка 1, столбец line: неизвестный столбец", "column_unknown"),
        ("HEADER,basis\n", "строка 1, столбец basis: столбец повторяется", "column_repeated"),
        ("HEADER\nSUB1,P001\n", "строка 2: ожидается столбцов: 8, в строке: 2", "wrong_cell_count"),
        (
            'HEADER\n\nSUB1,P001,P002,department_head,2025-08-18,2025-08-31,"не закрыто,да\n',
            "строка 3: строка не читается: проверьте кавычки",
            "bad_quotes",
        ),
    ],
)
def test_a_broken_file_is_told_at_the_line_where_it_breaks(folder, content, said, code):
    path = folder / "substitutions.csv"
    header = path.read_text("utf-8").splitlines()[0]
    path.write_text(content.replace("HEADER", header), "utf-8")
    assert codes(folder)[f"substitutions.csv, {said}"] == code


def test_a_quoted_line_break_does_not_shift_the_line_of_the_next_mistake(folder):
    spoil(folder, "substitutions.csv", "приказ школы об исполнении", '"приказ школы\nоб исполнении')
    spoil(folder, "substitutions.csv", "(демо),да\nSUB3,P006", '(демо)",да\nSUB3,P999')
    assert "substitutions.csv, строка 5, столбец absent_person_id: «P999» нет в people.csv" in (
        problems(folder)
    )


def test_a_file_in_another_encoding_is_told_at_its_line(folder):
    path = folder / "substitutions.csv"
    path.write_bytes(path.read_text("utf-8").encode("cp1251"))
    assert codes(folder) == {"substitutions.csv, строка 2: текст не в кодировке UTF-8": "not_utf8"}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(folder):
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert problems(folder) == []


def test_a_missing_file_is_told(folder):
    (folder / "people.csv").unlink()
    assert codes(folder) == {"people.csv: файла нет в папке": "file_missing"}


def test_all_mistakes_are_told_at_once_and_nothing_is_written(session, folder):
    spoil(folder, "schools.csv", "Заря,231", "Заря,много")
    spoil(folder, "network_members.csv", "2026-01-19,O03,O08", "2026-01-18,O03,O08")
    spoil(folder, "people.csv", "p102@levokum.example", "p102")
    before = rows_in(session)
    report = import_directory(session, folder)
    said = list(report.lines())
    assert said == [
        "Ошибок: 3. Ничего не записано.",
        "schools.csv, строка 6, столбец students_count: ожидается целое число",
        "people.csv, строка 11, столбец email: не похоже на адрес электронной почты",
        "network_members.csv, строка 8, столбец left_on: раньше приказа 12-од от 19.01.2026",
    ]
    assert rows_in(session) == before


def test_one_unread_row_is_told_once_and_not_by_everything_that_names_it(folder):
    spoil(folder, "orders.csv", "O02,305-од,2024-08-29", "O02,305-од,вчера")
    assert problems(folder) == [f"orders.csv, строка 4, столбец reg_date: {ANY_DAY}"]
    # Nor does it silence what names a row that is nowhere.
    spoil(folder, "networks.csv", "active,O03", "active,O99")
    assert problems(folder)[1:] == [
        "networks.csv, строка 3, столбец founding_order_id: «O99» нет в orders.csv"
    ]


def test_an_address_of_another_municipality_is_refused_before_anything_is_written(session, folder):
    import_directory(session)
    before = rows_in(session)
    spoil(folder, "municipality.csv", "Левокумский муниципальный округ", "Соседний округ")
    report = import_directory(session, folder)
    assert [problem.code for problem in report.problems] == ["address_taken"] * 31
    assert str(report.problems[0]) == (
        "people.csv, строка 2, столбец email: адрес уже принадлежит другому человеку"
    )
    assert rows_in(session) == before


def test_a_registered_order_is_not_rewritten_by_an_import(district, folder):
    spoil(folder, "orders.csv", "О внесении изменений в состав", "О внесении поправок в состав")
    report = import_directory(district, folder)
    assert [(problem.code, str(problem)) for problem in report.problems] == [
        ("already_different", "orders.csv, строка 11: в базе уже иначе: title")
    ]
    entry = district.scalars(select(JournalEntry).where(JournalEntry.code == "O08")).one()
    assert entry.title.startswith("О внесении изменений")


def test_a_membership_of_the_past_is_not_rewritten_by_an_import(district, folder):
    spoil(folder, "network_members.csv", "M12,NW3,S09,partner", "M12,NW3,S09,resource")
    report = import_directory(district, folder)
    assert [str(problem) for problem in report.problems] == [
        "network_members.csv, строка 13: в базе уже иначе: role"
    ]
    roles = [said["role"] for said in networks.written(district.connection())]
    assert roles.count("partner") == 3


def test_a_network_founded_here_keeps_its_name_from_the_files(district, folder):
    for rows in (TABLES["network"].rows, TABLES["network"].periods):
        district.execute(rows.update().where(rows.c.code == "NW1").values(code="Д-7"))
    report = import_directory(district, folder)
    found = {str(problem): problem.code for problem in report.problems}
    assert found["networks.csv, строка 2: сеть с таким названием уже есть"] == "name_taken"


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (
            "schools.csv",
            "с.,Левокумское,Левокумского,615",
            "с.,Левокумское,Левокумска,615",
            "schools.csv, строка 3: противоречит строке 2: name_gen",
        ),
        (
            "organisations.csv",
            "DEPT,department,отдел образования,",
            "DEPT,department,отдел,",
            "organisations.csv, строка 3: противоречит строке 2: short_name",
        ),
    ],
)
def test_two_lines_that_contradict_each_other_are_told(session, folder, file, before, after, said):
    spoil(folder, file, before, after)
    report = import_directory(session, folder)
    assert [(problem.code, str(problem)) for problem in report.problems] == [
        ("contradicts_line", said)
    ]


def test_an_office_that_no_process_knows_is_told_with_those_there_are(folder):
    spoil(folder, "people.csv", "S10,teacher", "S10,techer")
    _, report = read_district(folder, None, {"school_head": {"school": "в школе"}, "teacher": {}})
    said = {str(one) for one in report.problems if one.column == "role_code"}
    assert (
        "people.csv, строка 31, столбец role_code: такой роли нет; есть: school_head, teacher"
        in said
    )


def test_an_office_that_is_not_given_in_such_an_organisation_is_told(folder):
    _, report = read_district(folder, None, {"teacher": {"imc": "в методическом центре"}})
    said = {str(one) for one in report.problems if one.code == "role_elsewhere"}
    assert (
        "people.csv, строка 31, столбец role_code: эту роль дают только в методическом центре"
        in said
    )


def test_a_district_may_have_schools_of_every_kind(session, folder):
    for before, after in (
        ("Заря,231", "лицей"),
        ("Малосадового,23", "Начальная школа — детский сад"),
    ):
        text = (folder / "schools.csv").read_text("utf-8")
        line = next(one for one in text.splitlines() if before in one)
        kind = "НОШ" if "НОШ" in line.split(",") else "СОШ"
        spoil(folder, "schools.csv", line, line.replace(f",{kind},", f",{after},", 1))
    report = import_directory(session, folder)
    assert report.ok, list(report.lines())
    known = indicators(session, Cast(session).municipality)
    assert "лицей" in known["I05"].school_types
    assert "Начальная школа — детский сад" not in known["I05"].school_types
    assert "Начальная школа — детский сад" in known["I06"].school_types
