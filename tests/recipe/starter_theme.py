"""The two parts every Word file must carry though no paper of ours uses them: fonts and theme."""

from __future__ import annotations

from workflow_app.documents.names import W

THEME_TYPE = "application/vnd.openxmlformats-officedocument.theme+xml"
_COLOURS = {
    "dk1": "000000",
    "lt1": "FFFFFF",
    "dk2": "44546A",
    "lt2": "E7E6E6",
    "accent1": "4472C4",
    "accent2": "ED7D31",
    "accent3": "A5A5A5",
    "accent4": "FFC000",
    "accent5": "5B9BD5",
    "accent6": "70AD47",
    "hlink": "0563C1",
    "folHlink": "954F72",
}
_FONT = '<a:latin typeface="Times New Roman"/><a:ea typeface=""/><a:cs typeface=""/>'
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FORMAT = (
    f'<a:fmtScheme name="Простая"><a:fillStyleLst>{_FILL * 3}</a:fillStyleLst>'
    f"<a:lnStyleLst>{f'<a:ln>{_FILL}</a:ln>' * 3}</a:lnStyleLst>"
    f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
    f"<a:bgFillStyleLst>{_FILL * 3}</a:bgFillStyleLst></a:fmtScheme>"
)
THEME = (
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Простая">'
    '<a:themeElements><a:clrScheme name="Простая">'
    + "".join(f'<a:{key}><a:srgbClr val="{rgb}"/></a:{key}>' for key, rgb in _COLOURS.items())
    + f'</a:clrScheme><a:fontScheme name="Простая"><a:majorFont>{_FONT}</a:majorFont>'
    f"<a:minorFont>{_FONT}</a:minorFont></a:fontScheme>{_FORMAT}</a:themeElements></a:theme>"
)
FONTS = (
    f'<w:fonts xmlns:w="{W}"><w:font w:name="Times New Roman"><w:charset w:val="CC"/>'
    '<w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>'
)
