"""What one wants to know about Modbus: codes, fields, practices, and what is found in devices and traffic."""

from __future__ import annotations

from contextlib import suppress

from nicegui import ui
from starlette.requests import Request

from port502.commission.topics import all_topics, topic_of
from port502.discover.explain import Topic
from port502.errors import UsageError
from port502.web.pages.frame import Visit, card, visit_of
from port502.web.pages.tooling import complaint, keep_in_url, tool

MOST_SHOWN = 300


@ui.page("/tools/explain")
def explain(request: Request) -> None:
    """A list to search, and the topic that was chosen beside it."""
    said = request.query_params
    _Explaining(visit_of(request), said.get("q", "")[:200], said.get("topic", "")[:200])


class _Explaining:
    def __init__(self, visit: Visit, words: str, topic: str) -> None:
        self._visit = visit
        self._topic = topic
        with tool(visit, "Explain"), ui.element("div").classes("p5-two" + (" has-choice" if topic else "")):
            with card("Topics"):
                self._words = ui.input(
                    "Search", value=words, placeholder="exception 2, timeouts, unit id ..."
                )
                self._words.props("outlined dense clearable debounce=200").classes("w-full")
                self._list = ui.element("div").classes("p5-list")
            self._shown = ui.column().classes("p5-found").props('aria-live="polite"')
        self._words.on_value_change(self._search)
        self._fill()
        with self._shown:
            _show(topic)

    def _search(self) -> None:
        keep_in_url(self._visit.path, {"q": self._words.value or "", "topic": self._topic})
        self._fill()

    def _fill(self) -> None:
        found = search(self._words.value or "")
        self._list.clear()
        with self._list:
            for one in found[:MOST_SHOWN]:
                link = ui.link(one.title, f"{self._visit.path}?topic={one.id}").classes("p5-item")
                if one.id == self._topic:
                    link.props('aria-current="true"')
            if not found:
                ui.label("No topic has these words.").classes("p5-quiet")


def search(words: str) -> list[Topic]:
    """The topics in which all of some words stand: first what is called so, then those with them in the title."""
    known = all_topics()
    wanted = words.lower().split()
    if not wanted:
        return known
    called = []
    with suppress(UsageError):
        called = [topic_of(words)]
    titled = [one for one in known if all(word in _title(one) for word in wanted)]
    others = [one for one in known if all(word in f"{_title(one)} {one.text.lower()}" for word in wanted)]
    return list({one.id: one for one in (*called, *titled, *others)}.values())


def _title(one: Topic) -> str:
    return f"{one.id} {one.title} {' '.join(one.names)}".lower()


def _show(words: str) -> None:
    if not words:
        with card("Explain"):
            ui.label("Choose a topic, or search for a code, a finding, a field or a word.").classes(
                "p5-quiet"
            )
        return
    try:
        topic = topic_of(words)
    except UsageError as error:
        complaint(error)
        return
    with card(topic.title):
        ui.markdown(topic.text).classes("p5-text")  # our own texts, which come with the package
        if topic.commands:
            ui.label("Try").classes("p5-title")
            for command in topic.commands:
                ui.label(command).classes("p5-mono p5-command")
        if topic.see:
            with ui.row().classes("items-baseline"):
                ui.label("See also").classes("p5-quiet")
                for other in topic.see:
                    ui.link(other, f"/tools/explain?topic={other}")
