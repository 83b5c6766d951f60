"""Pictures whose bytes come from a field: placed, left alone, refused, and QR codes."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import pytest
from starter import starter_docx
from word_pieces import TEMPLATES, opened, p, repacked

from workflow_app.documents import (
    BadValue,
    MissingField,
    TemplateError,
    compile_template,
    lint,
    preview_html,
    qr_png,
)
from workflow_app.documents.papers import Papers

OWN, OTHER = qr_png("образец"), qr_png("другой образец")
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
SPACES = {
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}


def picture(description: str, relation: str = "rIdA") -> str:
    """A paragraph with a picture of 25 mm."""
    spaces = " ".join(f'xmlns:{key}="{value}"' for key, value in SPACES.items())
    return (
        f'<w:p><w:r><w:drawing><wp:inline {spaces}><wp:extent cx="900000" cy="900000"/>'
        f'<wp:docPr id="1" name="1" descr="{description}"/><a:graphic>'
        f'<a:graphicData uri="{SPACES["pic"]}"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="1"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/></pic:blipFill>'
        '<pic:spPr><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def template(body: str, media: str = "a.png") -> bytes:
    """A template whose relations rIdA and rIdB lead to two pictures."""
    plain = starter_docx(body)
    with zipfile.ZipFile(io.BytesIO(plain)) as source:
        relations = source.read("word/_rels/document.xml.rels").decode()
        types = source.read("[Content_Types].xml").decode()
    links = "".join(
        f'<Relationship Id="{key}" Type="{IMAGE}" Target="media/{name}"/>'
        for key, name in (("rIdA", media), ("rIdB", "b.png"))
    )
    png = '<Default Extension="png" ContentType="image/png"/>'
    return repacked(
        plain,
        {
            "word/_rels/document.xml.rels": relations.replace("</Rel", f"{links}</Rel").encode(),
            "[Content_Types].xml": types.replace("<Default", f"{png}<Default", 1).encode(),
            f"word/media/{media}": OWN,
            "word/media/b.png": OTHER,
        },
    )


def shown(docx: bytes, name: str = "a.png") -> bytes:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return archive.read(f"word/media/{name}")


def test_the_picture_of_a_field_takes_the_place_of_the_drawn_one() -> None:
    compiled = compile_template(template(picture("Код {{ лист.код }} листа") + p("{{ имя }}")))
    drawn = qr_png("https://docs.example/verify/1")
    out = compiled.render({"лист": {"код": drawn}, "имя": "Лист"})
    assert compiled.fields == {"лист.код", "имя"}
    assert compiled.pictures == {"лист.код"}
    assert shown(out) == drawn
    assert shown(out, "b.png") == OTHER
    (inline,) = opened(out).inline_shapes
    assert (inline.width.mm, inline._inline.docPr.get("descr")) == (25.0, "Код листа")


@pytest.mark.parametrize("nothing", ["", b""])
def test_without_bytes_the_drawn_picture_stays(nothing: object) -> None:
    assert shown(compile_template(template(picture("{{ код }}"))).render({"код": nothing})) == OWN


def test_a_picture_in_a_block_that_is_left_out_is_not_on_the_page() -> None:
    body = p("{% если есть %}") + picture("{{ код }}") + p("{% конец %}") + p("текст")
    out = compile_template(template(body)).render({"есть": False, "код": ""})
    assert not opened(out).inline_shapes


@pytest.mark.parametrize("wrong", ["https://docs.example", b"GIF89a", 7])
def test_what_is_no_png_is_a_mistake_of_the_program(wrong: object) -> None:
    with pytest.raises(BadValue, match="код"):
        compile_template(template(picture("{{ код }}"))).render({"код": wrong})


def test_a_missing_picture_names_its_field() -> None:
    with pytest.raises(MissingField, match=r"лист\.код"):
        compile_template(template(picture("{{ лист.код }}"))).render({"лист": {}})


@pytest.mark.parametrize(
    ("body", "media", "code", "words"),
    [
        (picture("{{ код }}"), "a.jpeg", "picture", "не PNG"),
        (picture("{% если код %}"), "a.png", "picture", "только поле"),
        (picture("{{ код }} {{ имя }}"), "a.png", "picture", "одно поле"),
        (picture("{{ код }}", "rIdНет"), "a.png", "missing_relation", "никуда не ведёт"),
        (picture("{{ код }}") + picture("{{ имя }}"), "a.png", "picture", "другое поле"),
        (picture("{{ код }}") + picture("Герб"), "a.png", "picture", "нет поля"),
        (picture("{{ код }}") + p("{{ код }}"), "a.png", "picture_printed", "текст"),
        (picture("{{ koд }}"), "a.png", "latin_letter", "латинская"),
        (picture("{{ код }"), "a.png", "half_open", "не закрыты"),
    ],
)
def test_a_picture_drawn_wrong_is_named_in_words(
    body: str, media: str, code: str, words: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_template(template(body, media))
    found = [finding for finding in caught.value.findings if finding.code == code]
    assert words in found[0].message
    assert found[0].place


def test_two_pictures_may_show_one_field_and_a_third_its_own() -> None:
    body = picture("{{ код }}") + picture("{{ код }}") + picture("Герб", "rIdB")
    assert compile_template(template(body)).pictures == {"код"}


def test_the_linter_holds_pictures_against_the_promised_fields() -> None:
    data = template(picture("{{ код }}"))
    assert lint(data, {"код"}) == []
    assert [finding.code for finding in lint(data, {"кот"})] == ["unknown_field", "field_missing"]


def test_a_text_becomes_the_same_code_in_any_process() -> None:
    code = "from workflow_app.documents import qr_png; print(qr_png('приказ 291-од').hex())"
    run = [sys.executable, "-c", code]
    seeds = [{"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"} for seed in ("1", "2")]
    said = {subprocess.run(run, capture_output=True, check=True, env=env).stdout for env in seeds}
    assert said == {f"{qr_png('приказ 291-од').hex()}\n".encode()}


def test_the_house_draws_the_texts_of_picture_fields() -> None:
    from samples import HASH, ORDER  # noqa: PLC0415 - the sample stands beside this test

    address = f"https://docs.levokum.example/verify/{HASH}"
    values = {**ORDER, "проверка": {**ORDER["проверка"], "адрес": address}}
    out, _ = Papers(TEMPLATES).render("order_create", values)
    assert shown(out, "image1.png") == qr_png(address)
    assert values["проверка"]["адрес"] == address
    draft = {**ORDER, "проект": True, "проверка": {"адрес": "", "код": ""}}
    assert "doc-picture" not in preview_html(Papers(TEMPLATES).render("order_create", draft)[0])


def test_the_preview_shows_the_picture_with_its_words() -> None:
    page = preview_html(compile_template(template(picture("Код {{ код }}"))).render({"код": OTHER}))
    assert '<img class="doc-picture" src="data:image/png;base64,' in page
    assert 'alt="Код"' in page
