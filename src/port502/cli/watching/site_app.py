"""The screen for a running site: points, connections, traffic and alarms, as its dashboard shows them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input, TabbedContent, TabPane

from port502.cli.board import count, duration
from port502.cli.output import printable
from port502.cli.watching.base import TICK, every
from port502.cli.watching.dialogs import AskText
from port502.cli.watching.grid import Grid
from port502.cli.watching.heard import SiteTap
from port502.cli.watching.points import PointsTable
from port502.cli.watching.site_feed import SiteFeed, shelf_in
from port502.cli.watching.site_tables import AlarmsTable, ConnectionsTable
from port502.cli.watching.traffic import TrafficTable
from port502.cli.watching.values_app import ValuesApp
from port502.collect.alarms.alarm import WAITING
from port502.errors import Port502Error

TABS = ("points", "connections", "traffic", "alarms")

HELP = """\
Watch a running site. Its devices are not asked: all that is shown is what the site knows.

  1 2 3 4     points, connections, traffic, alarms
  /           points: show only what contains a text; Escape shows all
  b           points: show only what is not good
  Space, c    points: mark it for the chart, draw the chart
  f           points: freeze the values, and go on
  l           points: write them down in a CSV file, or end that
  y           points: copy them as CSV to the clipboard
  Enter       connections: its traffic
  n           traffic: of the next connection
  a           alarms: acknowledge, with a comment
  s  u        alarms: shelve for a time, with a comment; off the shelf
  i           another interval
  D           dark or light
  q, Ctrl-C   end (exit code 0, 130)

Up, Down, Page up, Page down, Home, End and the mouse move.
● good   ◆ uncertain   ■ bad, the last known value struck through
"""
_BELONGS = {
    "points": ("filter", "bad", "mark", "chart", "freeze", "log", "copy", "all"),
    "connections": ("open",),
    "traffic": ("next_connection",),
    "alarms": ("acknowledge", "shelve", "unshelve"),
}


class SiteApp(ValuesApp):
    """Watches a running site."""

    HELP = HELP
    tabs: TabbedContent
    links: ConnectionsTable
    exchanges: TrafficTable
    alarms: AlarmsTable
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(at + 1), f"tab('{name}')", name.title(), show=False) for at, name in enumerate(TABS)),
        Binding("b", "bad", "Only bad"),
        Binding("f", "freeze", "Freeze"),
        Binding("enter", "open", "Its traffic"),
        Binding("n", "next_connection", "Next connection"),
        Binding("a", "acknowledge", "Acknowledge"),
        Binding("s", "shelve", "Shelve"),
        Binding("u", "unshelve", "Unshelve"),
    ]

    def __init__(
        self,
        feed: SiteFeed,
        *,
        interval: float = 1.0,
        samples: int | None = None,
        seconds: float | None = None,
    ) -> None:
        super().__init__(interval, samples, seconds)
        self.feed = feed
        self.frozen = False
        self.tap: SiteTap | None = None

    def compose(self) -> ComposeResult:
        self.table = PointsTable(id="values")
        self.links = ConnectionsTable(id="links")
        self.exchanges = TrafficTable(id="exchanges")
        self.alarms = AlarmsTable(id="alarm-list")
        yield self.text("head")
        yield self.text("fault")
        with TabbedContent(initial=TABS[0]) as self.tabs:
            with TabPane("1 Points", id="points"):
                yield Input(placeholder="show only what contains ...", id="filter", compact=True)
                yield self.table
                yield self.text("detail", "detail")
            with TabPane("2 Connections", id="connections"):
                yield self.links
                yield self.text("link-detail", "detail")
            with TabPane("3 Traffic", id="traffic"):
                yield self.text("which")
                yield self.exchanges
            with TabPane("4 Alarms", id="alarms"):
                yield self.alarms
                yield self.text("alarm-detail", "detail")
        yield Footer(compact=True)

    @property
    def tab(self) -> str:
        """The tab that is open."""
        return self.tabs.active

    def on_mount(self) -> None:
        """Begin to ask."""
        self._alarm_tab = self.tabs.get_tab("alarms")
        self.table.focus()
        self.run_worker(every(lambda: self.interval, self._turn, self._wake))
        self.set_interval(TICK, self._tick)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that belongs to a tab works there alone."""
        owners = [tab for tab, actions in _BELONGS.items() if action in actions]
        if not owners or not hasattr(self, "tabs"):
            return True
        return self.tab in owners

    # What goes on by itself

    async def _turn(self) -> bool:
        if not self.frozen:
            in_sight = [one.row.name for one in (*self.table.in_sight, *self.table.chosen())]
            changed = await self.feed.look(in_sight)
            if changed or len(self.feed.shown) != self.table.total:
                self.table.show(list(self.feed.shown.values()))
            if not self.feed.fault:
                self.write_down(one.row for one in self.table.shown)
        await self._listen()
        self._tick()
        return self.ends()

    async def _listen(self) -> None:
        """Hear what passes while the traffic is looked at."""
        if self.tab != "traffic" or self.feed.status is None:
            return
        names = [one.name for one in self.feed.status.collector.connections]
        if self.tap is None or self.tap.connection not in names:
            if not names:
                return
            self.tap = SiteTap(self.feed.control, self.links.current or names[0])
        self.say("which", printable(self.tap.connection))
        self.exchanges.show(await self.tap.look())

    def _tick(self) -> None:
        """Say what there is now."""
        self.say("head", self._head())
        self.say_fault(self.feed.fault)
        self.table.look_again()
        status = self.feed.status
        if status is not None and not self.frozen:
            self.links.show(status.collector.connections)
            self.alarms.show(self.feed.alarms)
        self._describe()
        waiting = sum(one.state in WAITING and not one.silent for one in self.feed.alarms)
        label = f"4 Alarms ({waiting})" if waiting else "4 Alarms"
        if self._alarm_tab.label_text != label:
            self._alarm_tab.label = label

    def _head(self) -> str:
        status = self.feed.status
        if status is None:
            return f"{self.feed.control}"
        qualities = [one.row.quality for one in self.feed.shown.values()]
        bad, good = qualities.count("bad"), qualities.count("good")
        held = "   FROZEN" if self.frozen else ""
        return printable(
            f"{status.site}   running {duration(status.collector.uptime)}   {count(len(qualities), 'point')}:"
            f" {good:,} good, {len(qualities) - good - bad:,} uncertain, {bad:,} bad{self.logged}{held}"
        )

    def _describe(self) -> None:
        """What is under the cursors, at length."""
        self.say_current()
        self.say("link-detail", self.links.detail)
        self.say("alarm-detail", self.alarms.detail)

    def on_grid_moved(self) -> None:
        """A cursor has moved."""
        self._describe()

    def on_tabbed_content_tab_activated(self) -> None:
        """What stands in a tab has the keys."""
        pane = self.tabs.active_pane
        if pane is not None and len(self.screen_stack) == 1:
            pane.query_one(Grid).focus()
        self.refresh_bindings()
        self._wake.set()

    # Keys

    def action_tab(self, name: str) -> None:
        """Open a tab."""
        self.tabs.active = name

    def action_freeze(self) -> None:
        """Hold everything as it is, or go on."""
        self.frozen = not self.frozen
        self.table.hold(self.frozen)
        self._wake.set()

    def action_open(self) -> None:
        """The traffic of the connection under the cursor."""
        if self.links.current:
            self.tap = SiteTap(self.feed.control, self.links.current)
            self.action_tab("traffic")

    def action_next_connection(self) -> None:
        """The traffic of another connection."""
        if self.feed.status is None or self.tap is None:
            return
        names = [one.name for one in self.feed.status.collector.connections]
        at = names.index(self.tap.connection) if self.tap.connection in names else -1
        self.tap = SiteTap(self.feed.control, names[(at + 1) % len(names)])
        self.exchanges.show(())
        self._wake.set()

    def action_acknowledge(self) -> None:
        """Say that the alarm was seen."""
        alarm = self.alarms.current
        if alarm is None:
            return

        def seen(comment: str | None) -> None:
            if comment is not None:
                self._do(self.feed.acknowledge(alarm.alarm, comment), f"{alarm.alarm} is acknowledged")

        self.push_screen(AskText(f"Acknowledge {alarm.alarm}", "a comment, or nothing; Enter does it"), seen)

    def action_shelve(self) -> None:
        """Keep the alarm silent."""
        alarm = self.alarms.current
        if alarm is None:
            return

        def shelved(text: str | None) -> None:
            if text is not None:
                seconds, comment = shelf_in(text)
                self._do(self.feed.shelve(alarm.alarm, seconds, comment), f"{alarm.alarm} is on the shelf")

        hint = "for how long, and why: 30m pump is being serviced"
        self.push_screen(AskText(f"Shelve {alarm.alarm}", hint, "30m", check=shelf_in), shelved)

    def action_unshelve(self) -> None:
        """Let the alarm be heard again."""
        alarm = self.alarms.current
        if alarm is not None:
            self._do(self.feed.shelve(alarm.alarm, None, ""), f"{alarm.alarm} is heard again")

    def _do(self, change: Coroutine[Any, Any, None], done: str) -> None:
        """Carry something out, and say what became of it."""
        self.run_worker(self._done(change, lambda: self.tell(done)))

    async def _done(self, change: Coroutine[Any, Any, None], told: Callable[[], None]) -> None:
        try:
            await change
        except Port502Error as error:
            self.tell(str(error), wrong=True)
        else:
            told()
        self._tick()
