"""A report as one HTML file that needs nothing else: no script, no image, no other file."""

from __future__ import annotations

from html import escape

from port502.discover.pages.page import Page, Section

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --fault: #b3261e; --notice: #8a6100; --fine: #1b7a3d }
@media (prefers-color-scheme: dark) { :root { --fault: #ff8a80; --notice: #ffc857; --fine: #6fd08c } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2.5rem auto; padding: 0 1rem }
h1 { font-size: 1.05rem; font-weight: 500; opacity: .75; margin: 0 }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .4rem }
.verdict { font-size: 1.5rem; line-height: 1.3; margin: .6rem 0 }
.code { font: 600 .85rem ui-monospace, monospace; padding: .15rem .5rem; border-radius: .3rem; background: var(--soft) }
.fault .code { color: var(--fault) } .notice .code { color: var(--notice) } .fine .code { color: var(--fine) }
.fix { border-left: 3px solid var(--line); padding-left: 1rem; margin: 1rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th { text-align: left; font-weight: 500; opacity: .6 } th, td { padding: .3rem .8rem .3rem 0; vertical-align: top }
td { border-top: 1px solid var(--line); overflow-wrap: anywhere; white-space: pre-line }
code { font: .85rem ui-monospace, monospace } footer { margin-top: 2.5rem; opacity: .6; font-size: .85rem }
@media print { body { margin: 0; font-size: 11pt } h2 { break-after: avoid } tr { break-inside: avoid } }
"""

_COMMANDS = frozenset(("Linux", "Windows"))


def html(made: Page) -> str:
    """The whole page; what devices said stands there as text and nothing else."""
    sections = "\n".join(_section(one) for one in made.sections)
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(made.code)}: {escape(made.title)}</title>
<style>{_STYLE}</style>
<main class="{escape(made.level)}">
<h1>{escape(made.title)}</h1>
<p class="verdict">{escape(made.verdict)}</p>
<p><span class="code">{escape(made.code)}</span> {escape(made.confidence)}</p>
<p class="fix">{escape(made.fix)}</p>
{sections}
</main>
<footer>{escape(made.foot)}</footer>
</html>
"""


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.heading)}</h2>"]
    if section.text:
        parts.append(f"<p>{escape(section.text)}</p>")
    if section.rows:
        heads = "".join(f"<th>{escape(one)}</th>" for one in section.columns)
        parts.append(f"<table><tr>{heads}</tr>")
        parts += [f"<tr>{_cells(section.columns, row)}</tr>" for row in section.rows]
        parts.append("</table>")
    return "\n".join(parts)


def _cells(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    made = []
    for column, cell in zip(columns, row, strict=True):
        text = escape(cell)
        made.append(f"<td><code>{text}</code></td>" if column in _COMMANDS else f"<td>{text}</td>")
    return "".join(made)
