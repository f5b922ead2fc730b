"""Doing something from a page: only while one's session stands, and what goes wrong is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from port502.errors import Port502Error
from port502.web.pages.frame import Visit
from port502.web.roles import Role


async def act(
    visit: Visit, role: Role, deed: Callable[[], object | Awaitable[object]], done: str = ""
) -> bool:
    """Do something that needs a role; True when it was done. What stood in the way is shown."""
    if not visit.stands(used=True):
        ui.notify("Your login has ended: log in again.", type="negative")
        return False
    if not visit.may(role):
        ui.notify(f"This needs the role {role.word}.", type="negative")
        return False
    try:
        result = deed()
        if isinstance(result, Awaitable):
            await result
    except Port502Error as error:
        ui.notify(str(error), type="negative", multi_line=True, timeout=8000)
        return False
    if done:
        ui.notify(done)
    return True
