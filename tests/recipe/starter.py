"""A small clean Word file to begin a template with: GOST page, page numbers, the house styles."""

from __future__ import annotations

from starter_theme import FONTS, THEME, THEME_TYPE

from workflow_app.documents.archive import packed_member, write_zip
from workflow_app.documents.names import (
    CORE,
    EXTENDED,
    FOOTER,
    HEADER,
    MAIN,
    RELATIONS,
    TYPES,
    R,
    W,
)

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NS = f'xmlns:w="{W}" xmlns:r="{R}"'
_DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PAGE_NUMBER = (
    '<w:p><w:pPr><w:pStyle w:val="a3"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
_RELATED = {
    "rIdStyles": ("styles", "styles.xml", f"{_WORD}.styles+xml"),
    "rIdFonts": ("fontTable", "fontTable.xml", f"{_WORD}.fontTable+xml"),
    "rIdTheme": ("theme", "theme/theme1.xml", THEME_TYPE),
    "rIdSettings": ("settings", "settings.xml", f"{_WORD}.settings+xml"),
    "rIdHeader": ("header", "header1.xml", HEADER),
    "rIdFirst": ("header", "header2.xml", HEADER),
    "rIdFooter": ("footer", "footer1.xml", FOOTER),
}


def starter_docx(
    body: str = "<w:p/>",
    *,
    header: str = PAGE_NUMBER,
    footer: str = "<w:p/>",
    title: str = "",
    author: str = "",
    subject: str = "",
    left_mm: int = 20,
) -> bytes:
    """A .docx whose body, header and footer are the given paragraphs and tables (Word XML)."""
    text = f"{body}{_page(left_mm)}"
    first = '<w:p><w:pPr><w:pStyle w:val="a3"/></w:pPr></w:p>'
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _root_relations(),
        "word/document.xml": f"<w:document {_NS}><w:body>{text}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(),
        "word/styles.xml": _styles(left_mm),
        "word/fontTable.xml": FONTS,
        "word/theme/theme1.xml": THEME,
        "word/settings.xml": _SETTINGS,
        "word/header1.xml": f"<w:hdr {_NS}>{header}</w:hdr>",
        "word/header2.xml": f"<w:hdr {_NS}>{first}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {_NS}>{footer}</w:ftr>",
        "docProps/core.xml": _core(title, author, subject),
        "docProps/app.xml": _app(author),
    }
    return write_zip(packed_member(name, (_XML + xml).encode()) for name, xml in parts.items())


def _twips(millimetres: int) -> int:
    return round(millimetres * 1440 / 25.4)


def _page(left_mm: int) -> str:
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>'
        '<w:headerReference w:type="first" r:id="rIdFirst"/>'
        '<w:footerReference w:type="default" r:id="rIdFooter"/>'
        '<w:footerReference w:type="first" r:id="rIdFooter"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        f'<w:pgMar w:top="1134" w:right="567" w:bottom="1134" w:left="{_twips(left_mm)}" '
        'w:header="567" w:footer="454" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )


def _content_types() -> str:
    parts = {f"/word/{target}": kind for _, target, kind in _RELATED.values()}
    parts |= {"/word/document.xml": MAIN, "/docProps/core.xml": CORE, "/docProps/app.xml": EXTENDED}
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items()
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = (
        f'<Default Extension="rels" ContentType="{rels}"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="{TYPES}">{defaults}{overrides}</Types>'


def _root_relations() -> str:
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    return (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_DOC}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="rId2" Type="{core}" Target="docProps/core.xml"/>'
        f'<Relationship Id="rId3" Type="{_DOC}/extended-properties" Target="docProps/app.xml"/>'
        "</Relationships>"
    )


def _relations() -> str:
    entries = "".join(
        f'<Relationship Id="{key}" Type="{_DOC}/{kind}" Target="{target}"/>'
        for key, (kind, target, _) in _RELATED.items()
    )
    return f'<Relationships xmlns="{RELATIONS}">{entries}</Relationships>'


def _core(title: str, author: str, subject: str) -> str:
    spaces = (
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return (
        f"<cp:coreProperties {spaces}>"
        f"<dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject>"
        f"<dc:creator>{author}</dc:creator><dc:language>ru-RU</dc:language></cp:coreProperties>"
    )


def _app(company: str) -> str:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'<Properties xmlns="{space}"><Company>{company}</Company></Properties>'


def _style(key: str, name: str, paragraph: str = "", run: str = "", based: str = "a") -> str:
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _builtin(key: str, name: str, paragraph: str, run: str) -> str:
    return _style(key, name, paragraph, run).replace(' w:customStyle="1"', "")


_FLAT = '<w:spacing w:before="0" w:after="0"/>'
_BOLD = "<w:b/><w:bCs/>"
_JUSTIFIED = '<w:ind w:firstLine="709"/><w:jc w:val="both"/>'
_CENTER, _RIGHT = '<w:jc w:val="center"/>', '<w:jc w:val="right"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _styles(left_mm: int) -> str:
    font = "Times New Roman"
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>'
    line = '<w:spacing w:before="0" w:after="0" w:line="259" w:lineRule="auto"/>'
    return (
        f"<w:styles {_NS}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}{_size(28)}"
        '<w:lang w:val="ru-RU"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
        f"<w:qFormat/><w:pPr>{line}</w:pPr></w:style>"
        '<w:style w:type="table" w:default="1" w:styleId="a1"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr>'
        '<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="108" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        f"{_TABLE_GRID}{_text_styles()}{_paper_styles(_twips(210 - left_mm - 10))}</w:styles>"
    )


def _text_styles() -> str:
    heading = '<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:jc w:val="center"/>'
    section = '<w:keepNext/><w:spacing w:before="240" w:after="60"/><w:outlineLvl w:val="1"/>'
    return (
        _builtin("1", "heading 1", f'{heading}<w:outlineLvl w:val="0"/>', _BOLD)
        + _builtin("2", "heading 2", section, _BOLD)
        + _builtin("a3", "header", _FLAT + _CENTER, _size(24))
        + _builtin("a4", "footer", _FLAT, '<w:color w:val="595959"/>' + _size(16))
        + _style("body", "Текст документа", f"{_FLAT}{_JUSTIFIED}")
        + _style("plain", "Без отступа", _FLAT)
        + _style("center", "По центру", _FLAT + _CENTER)
        + _style("right", "Справа", _FLAT + _RIGHT)
        + _style("cell", "Ячейка", _FLAT, _size(24))
        + _style("cellc", "Ячейка по центру", _CENTER, based="cell")
        + _style("th", "Заголовок таблицы", f"<w:keepNext/>{_CENTER}", _BOLD, based="cell")
        + _style("small", "Мелкий текст", _FLAT, _size(20))
    )


def _paper_styles(width: int) -> str:
    right = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    tabs = f"<w:keepNext/>{right}"
    air = '<w:spacing w:before="120" w:after="120"/>'
    gap = '<w:spacing w:before="480" w:after="0"/>'
    return (
        _style("org", "Организация", f"{_FLAT}{_CENTER}", _BOLD + "<w:caps/>" + _size(26))
        + _style(
            "kind",
            "Вид документа",
            f'<w:spacing w:before="360" w:after="240"/>{_CENTER}',
            _BOLD + '<w:spacing w:val="60"/>' + _size(32),
        )
        + _style(
            "title",
            "Заголовок к тексту",
            f'<w:keepLines/><w:spacing w:before="240" w:after="240"/>{_CENTER}',
            _BOLD,
        )
        + _style(
            "draft",
            "Проект",
            '<w:spacing w:before="0" w:after="120"/>' + _RIGHT,
            _BOLD + '<w:spacing w:val="40"/>',
        )
        + _style("annex", "Отметка приложения", '<w:ind w:left="5103"/>', _size(24))
        + _style("numbers", "Дата и номер", f"{right}{_FLAT}")
        + _style("command", "Приказываю", f"<w:keepNext/>{air}", _BOLD)
        + _style("after", "Текст после таблицы", f"{air}{_JUSTIFIED}")
        + _style("address", "Адресат", '<w:ind w:left="5103"/>')
        + _style("mark", "Отметка", _FLAT, _size(19))
        + _style("sign", "Подпись", tabs + gap)
        + _style("signnext", "Подпись, продолжение", tabs + _FLAT)
    )


_EDGES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_TABLE_GRID = (
    '<w:style w:type="table" w:styleId="grid"><w:name w:val="Table Grid"/><w:basedOn w:val="a1"/>'
    f"<w:tblPr><w:tblBorders>{_EDGES}</w:tblBorders><w:tblCellMar>"
    '<w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    "</w:tblCellMar></w:tblPr></w:style>"
)
_SETTINGS = (
    f'<w:settings {_NS}><w:defaultTabStop w:val="709"/>'
    '<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting '
    'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="ru-RU"/></w:settings>'
)
