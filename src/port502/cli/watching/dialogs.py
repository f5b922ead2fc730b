"""Small questions over the screen: a text, a yes, the list of keys. Escape is always no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from port502.cli.output import printable
from port502.errors import Port502Error


class AskText(ModalScreen[str | None]):
    """Asks for a text; ``check`` raises one of our errors for a text that will not do, which is said below it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "no", "Cancel")]

    def __init__(
        self,
        title: str,
        hint: str = "",
        value: str = "",
        *,
        check: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._value = value
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(printable(self._title), classes="title", markup=False)
            yield Input(self._value, select_on_focus=True)
            yield Static(printable(self._hint), classes="hint", markup=False)
            yield Static("", classes="fault", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A text that will do ends the question."""
        event.stop()
        try:
            if self._check is not None:
                self._check(event.value)
        except Port502Error as error:
            self.query_one(".fault", Static).update(printable(str(error)))
            return
        self.dismiss(event.value)

    def action_no(self) -> None:
        """No text."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Asks for a yes, which only ``y`` or the button gives; the other button is the one that stands ready."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
        Binding("left,right", "other", "Other button", show=False),
    ]

    def __init__(self, title: str, facts: Sequence[tuple[str, str]], yes: str) -> None:
        super().__init__()
        self._title = title
        self._facts = facts
        self._yes = yes

    def compose(self) -> ComposeResult:
        width = max((len(name) for name, _ in self._facts), default=0)
        with Vertical(classes="dialog"):
            yield Label(printable(self._title), classes="title", markup=False)
            yield Static(
                Text("\n".join(f"{name:<{width}}  {printable(value)}" for name, value in self._facts)),
                classes="facts",
            )
            with Horizontal(classes="buttons"):
                yield Button("No (n)", id="no")
                yield Button(f"{self._yes} (y)", id="yes", variant="warning")

    def on_mount(self) -> None:
        """No stands ready."""
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was chosen."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """A key was."""
        self.dismiss(answer)

    def action_other(self) -> None:
        """To the other button."""
        self.focus_next()


class Help(ModalScreen[None]):
    """What the keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1,enter", "leave", "Close")]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog help"):
            yield Static(self._text.strip("\n"), markup=False)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
