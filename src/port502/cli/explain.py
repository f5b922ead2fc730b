"""``port502 explain``: what one wants to know about Modbus, offline."""

from __future__ import annotations

from typing import Annotated

import typer

from port502.cli import options
from port502.cli.output import console, put, put_json, put_table, table
from port502.commission.topics import all_topics, topic_of
from port502.discover.explain import Topic

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def explain(
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC]",
            help="A function or exception code (fc 3, 0x83, exception 0B), a finding, a field, a practice.",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Explain a function or exception code, a finding, a field of a frame, a practice; without a topic list them.

    Example:

        port502 explain exception 2

        port502 explain timeouts
    """
    if not topic:
        _list(json)
        return
    found = topic_of(" ".join(topic))
    if json:
        put_json(_fields(found))
    else:
        _show(found)


def _list(json: bool) -> None:
    known = all_topics()
    if json:
        put_json({"topics": [{"id": one.id, "title": one.title} for one in known]})
        return
    made = table("topic", "about")
    for one in known:
        made.add_row(one.id, one.title.removeprefix(f"{one.id}: "))
    put_table(made)


def _fields(topic: Topic) -> dict[str, object]:
    return {
        "id": topic.id,
        "title": topic.title,
        "text": topic.text,
        "commands": list(topic.commands),
        "see": list(topic.see),
    }


def _show(topic: Topic) -> None:
    """On a terminal as a page, elsewhere as Markdown."""
    out = console()
    if not out.is_terminal:
        put(topic.markdown())
        return
    from rich.markdown import Markdown

    width = min(out.width, 100)
    out.print(topic.title, style="bold")
    out.print()
    out.print(Markdown(topic.text, hyperlinks=False), width=width)
    if topic.commands:
        out.print("\nTry:\n")
        for one in topic.commands:
            out.print(f"    {one}", soft_wrap=True)
    if topic.see:
        out.print(f"\nSee also: {', '.join(topic.see)}", style="dim")
