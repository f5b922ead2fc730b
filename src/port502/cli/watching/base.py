"""What both screens of ``watch`` have in common: how they look, how they end, what their keys are."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.theme import Theme

from port502.cli.exits import DONE, INTERRUPTED
from port502.cli.output import printable
from port502.cli.watching.dialogs import Help

TICK: Final = 0.5
"""Seconds between two looks at the ages."""

DARK: Final = Theme(
    name="watch-dark",
    primary="#8a9aa8",
    secondary="#6b7885",
    accent="#8a9aa8",
    warning="#d9b13b",
    error="#ff6b5e",
    success="#9aa5ae",
    foreground="#d6dade",
    background="#14171a",
    surface="#1b1f23",
    panel="#242a30",
    dark=True,
)
LIGHT: Final = Theme(
    name="watch-light",
    primary="#4a5a68",
    secondary="#6b7885",
    accent="#4a5a68",
    warning="#8a6100",
    error="#b3261e",
    success="#55626d",
    foreground="#1d2329",
    background="#fafafa",
    surface="#f0f2f4",
    panel="#e2e6ea",
    dark=False,
)
_LIGHT_GROUNDS = ("7", "15")
_ENDS = ("SIGTERM", "SIGHUP")


class WatchApp(App[int]):
    """A screen that goes on until somebody ends it, or after so many ``seconds``; its result is the exit code."""

    TITLE = "port502 watch"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = Path(__file__).with_name("look.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "Help"),
        Binding("q", "end", "Quit"),
        Binding("ctrl+c,ctrl+q", "interrupt", "End at once", show=False, priority=True),
        Binding("D", "shade", "Dark or light", show=False),
    ]
    HELP: ClassVar[str] = ""

    def __init__(self, seconds: float | None = None) -> None:
        super().__init__()
        self._seconds = seconds
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = (LIGHT if light_ground(os.environ.get("COLORFGBG", "")) else DARK).name

    def on_mount(self) -> None:
        """Begin to look."""
        if self._seconds is not None:
            self.set_timer(self._seconds, self.action_end)
        loop = asyncio.get_running_loop()
        for name in _ENDS:
            if hasattr(signal, name) and os.name != "nt" and not self.is_headless:
                loop.add_signal_handler(getattr(signal, name), self.action_end)

    def action_end(self) -> None:
        """The end that was wished."""
        self.exit(DONE)

    def action_interrupt(self) -> None:
        """Ctrl-C."""
        self.exit(INTERRUPTED)

    def action_shade(self) -> None:
        """The other ground."""
        self.theme = (LIGHT if self.theme == DARK.name else DARK).name

    def action_help(self) -> None:
        """What the keys do."""
        self.push_screen(Help(self.HELP))

    def tell(self, text: str, *, wrong: bool = False) -> None:
        """Say something in passing."""
        severity: Any = "error" if wrong else "information"
        self.notify(printable(text), severity=severity, markup=False, timeout=8 if wrong else 4)


async def every(
    seconds: Callable[[], float], work: Callable[[], Awaitable[bool]], wake: asyncio.Event
) -> None:
    """Do something again and again on a grid of time, at once when woken, until it says that it is over.

    ``seconds`` is asked each time; what takes longer leaves places of the grid out.
    """
    loop = asyncio.get_running_loop()
    due = loop.time()
    while not await work():
        now = loop.time()
        step = seconds()
        due = max(due + step, now) if due + step > now - step else now
        try:
            async with asyncio.timeout_at(due):
                await wake.wait()
        except TimeoutError:
            continue
        wake.clear()
        due = loop.time()


def light_ground(told: str) -> bool:
    """Whether a terminal's ``COLORFGBG`` (such as ``15;0``) tells of a light ground."""
    return told.rpartition(";")[2] in _LIGHT_GROUNDS
