"""A report as a PDF of a page or two, made with reportlab where that is installed."""

from __future__ import annotations

import io
from html import escape
from typing import Any

from port502.discover.pages.page import Page, Section
from port502.errors import UsageError

_INSTALL = "a PDF report needs the package reportlab: pip install 'port502[report]' (or write .html or .md)"
_WIDE = 482.0


def pdf(made: Page) -> bytes:
    """The whole document; raises UsageError where reportlab is not installed."""
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph, SimpleDocTemplate
    except ImportError:
        raise UsageError(_INSTALL) from None
    text = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12, spaceAfter=4)
    head = ParagraphStyle(
        "head", parent=text, fontName="Helvetica-Bold", fontSize=10, spaceBefore=10, leading=14
    )
    large = ParagraphStyle("large", parent=text, fontName="Helvetica-Bold", fontSize=14, leading=18)
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        margin=56,
        title=f"{made.code}: {made.title}",
        author="port502",
        leftMargin=56,
        rightMargin=56,
    )
    parts: list[Any] = [
        Paragraph(_text(made.title), text),
        Paragraph(_text(made.verdict), large),
        Paragraph(f"<b>{_text(made.code)}</b>, {_text(made.confidence)}", text),
        Paragraph(f"<b>Do:</b> {_text(made.fix)}", text),
    ]
    for section in made.sections:
        parts.append(Paragraph(_text(section.heading), head))
        parts += _body(section, text)
    parts.append(
        Paragraph(_text(made.foot), ParagraphStyle("foot", parent=text, fontSize=7.5, spaceBefore=14))
    )
    document.build(parts)
    return out.getvalue()


def _body(section: Section, style: Any) -> list[Any]:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Table, TableStyle

    parts: list[Any] = [Paragraph(_text(section.text), style)] if section.text else []
    if section.rows:
        rows = [[Paragraph(_text(cell), style) for cell in row] for row in section.rows]
        table = Table(rows, colWidths=_widths(len(section.columns)))
        table.setStyle(
            TableStyle(
                [
                    ("LINEABOVE", (0, 0), (-1, -1), 0.25, colors.lightgrey),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("TOPPADDING", (0, 0), (-1, -1), 2),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ]
            )
        )
        parts.append(table)
    return parts


def _widths(columns: int) -> list[float]:
    shares = {3: (0.28, 0.44, 0.28), 2: (0.35, 0.65)}[columns]
    return [_WIDE * share for share in shares]


def _text(text: str) -> str:
    """Text for a paragraph, in characters that the standard fonts have."""
    plain = escape(text.replace("≈", "~").encode("latin-1", "replace").decode("latin-1"))
    return "<br/>".join(plain.splitlines())
