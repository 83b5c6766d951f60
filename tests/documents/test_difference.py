"""What changed between two Word files, words told apart and the rest put aside."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from starter import starter_docx
from word_pieces import p, repacked, row, table

from workflow_app.documents import TemplateError
from workflow_app.documents.difference import MOST_BLOCKS, MOST_OF_ONE, Changed, Same, difference


def told(before: str, after: str) -> list[object]:
    """The difference in short: a number of blocks that stayed, or cells with marks of wdiff."""
    marks = {"": "{}", "ins": "[+{}+]", "del": "[-{}-]"}
    found: list[object] = []
    for one in difference(starter_docx(before), starter_docx(after)):
        if isinstance(one, Same):
            found.append(len(one.blocks))
        else:
            cells = ["".join(marks[e.mark].format(e.text) for e in cell) for cell in one.cells]
            found.append(cells if one.is_row else cells[0])
    return found


def test_words_are_marked_where_they_stand_and_what_stayed_is_counted() -> None:
    start, end = p("Приказываю:") + p("1. Создать сеть."), p("Начальник")
    old = p("2. Срок до 31 мая ", "2026 года.")
    new = p("2. Срок до 31 августа 2026 года и далее.")
    assert told(start + old + end, start + new + end) == [
        2,
        "2. Срок до 31 [-мая -][+августа +]2026 года[+ и далее+].".replace("года[+ и", "года [+и"),
        1,
    ]


def test_paragraphs_that_came_and_went_are_marked_as_wholes() -> None:
    before = p("Один") + p("Второй уходит") + p("Три")
    after = p("Один") + p("Три") + p("Четвёртый пришёл")
    assert told(before, after) == [1, "[-Второй уходит-]", 1, "[+Четвёртый пришёл+]"]


def test_what_went_stands_before_what_came_in_its_place() -> None:
    before = p("Один") + p("С актом ознакомлен") + p("Пункт два старый")
    after = p("Один") + p("Новое слово") + p("Пункт два новый")
    assert told(before, after) == [
        *(1, "[-С актом ознакомлен-]", "[+Новое слово+]", "Пункт два [-старый-][+новый+]")
    ]


def test_a_row_is_compared_cell_by_cell() -> None:
    before = table(row("Школа", "Роль"), row("СОШ № 5", "опорная школа"))
    after = table(row("Школа", "Роль"), row("СОШ № 5", "базовая школа"), row("СОШ № 7", ""))
    assert told(before, after) == [
        *(1, ["СОШ № 5", "[-опорная -][+базовая +]школа"]),
        ["[+СОШ № 7+]", ""],
    ]


def test_the_same_text_in_other_runs_and_spaces_is_the_same() -> None:
    assert told(p("Приказ  о ", "сети"), p("При", "каз о сети ")) == [1]
    assert told(p("Было"), p("")) == ["[-Было-]"]


def test_text_of_a_fallback_and_of_a_deletion_is_not_read_twice() -> None:
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:r><mc:AlternateContent {}><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback>"
    inner = f"<w:txbxContent>{p('в рамке')}</w:txbxContent>"
    body = "<w:p>" + box.format(mc, inner, inner) + "</mc:AlternateContent><w:t>рядом</w:t></w:r>"
    gone = "<w:del><w:r><w:delText>нет</w:delText></w:r></w:del></w:p>"
    assert told(body + gone, p("в рамке") + p("рядом")) == [2]


@pytest.mark.parametrize(
    "spoiled", [b"PK no archive", b"", repacked(starter_docx(p("а")), {"word/document.xml": b"<"})]
)
def test_a_file_that_cannot_be_read_is_refused_in_words(spoiled: bytes) -> None:
    with pytest.raises(TemplateError) as refusal:
        difference(starter_docx(p("а")), spoiled)
    assert all(each.message for each in refusal.value.findings)


def test_too_long_a_document_is_sent_to_word_itself() -> None:
    long = "".join(p(f"Пункт {n}") for n in range(MOST_BLOCKS + 2))
    other = "".join(p(f"Статья {n}") for n in range(MOST_BLOCKS + 2))
    for before, after in ((long, other), (p("а"), p("а" * 2_100_000))):
        with pytest.raises(TemplateError, match="слишком длинный"):
            difference(starter_docx(before), starter_docx(after))
    assert len(told(long, long + p("Ещё"))) == 2


@pytest.mark.parametrize(
    "texts",
    [
        [" ".join(f"с{(n * k) % 97}" for n in range(MOST_OF_ONE - 1)) for k in (5, 7)],
        [" ".join(f"{k}{n}" for n in range(15_000)) for k in "аб"],
    ],
)
def test_it_takes_little_time_and_memory_however_the_texts_differ(texts: list[str]) -> None:
    before, after = ("".join(p(text) for _ in range(4)) for text in texts)
    began = time.process_time()
    tracemalloc.start()
    found = difference(starter_docx(before), starter_docx(after))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert any(isinstance(one, Changed) for one in found)
    assert peak < 100 * 2**20
    assert time.process_time() - began < 5
