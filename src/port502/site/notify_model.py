"""Who is told of alarms, in the site file: by webhook or by e-mail."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from port502.collect.alarms.settings import PRIORITIES
from port502.outputs.mail import Mail, mail_server
from port502.outputs.notice import EVENTS
from port502.outputs.notifier import Recipient, Way
from port502.outputs.webhook import Webhook, webhook_url
from port502.site.kinds import Line, Name, OneOf, Section, Text


class MailTo(Section):
    """An e-mail: from whom to whom, through which server."""

    model_config = ConfigDict(validate_by_alias=True, validate_by_name=False)

    server: Annotated[str, Text(300, mail_server)]
    sender: Line = Field(alias="from")
    to: Annotated[list[Line], Field(min_length=1, max_length=100)]
    user: Line | None = None
    password: Annotated[str, Text(1000)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("'user' and 'password' belong together")
        if self.password is not None and mail_server(self.server)[0] == "smtp+plain":
            raise ValueError("a password does not go over smtp+plain://: write smtps:// or smtp://")
        return self


class Notify(Section):
    """Somebody who is told of alarms: exactly one of ``webhook`` and ``mail``."""

    webhook: Annotated[str, Text(1000, webhook_url)] | None = None
    headers: dict[Line, Annotated[str, Text(1000)]] = Field(default_factory=dict)
    mail: MailTo | None = None
    events: Annotated[list[Annotated[str, OneOf("event", EVENTS)]], Field(min_length=1)] = Field(
        default_factory=lambda: ["raised", "cleared"]
    )
    priorities: Annotated[list[Annotated[str, OneOf("priority", PRIORITIES)]], Field(min_length=1)] = Field(
        default_factory=lambda: list(PRIORITIES)
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.webhook is None) == (self.mail is None):
            raise ValueError("exactly one of 'webhook' and 'mail' is needed")
        if self.headers and self.webhook is None:
            raise ValueError("'headers' belong to 'webhook'")
        return self


Notifies = dict[Name, Notify]


def recipients(notify: dict[str, Notify]) -> tuple[Recipient, ...]:
    """Who is told, ready to be told."""
    return tuple(
        Recipient(name, _way(one), frozenset(one.events), frozenset(one.priorities))
        for name, one in notify.items()
    )


def _way(one: Notify) -> Way:
    if one.mail is None:
        return Webhook(one.webhook or "", tuple(one.headers.items()))
    mail = one.mail
    return Mail(mail.server, mail.sender, tuple(mail.to), mail.user or "", mail.password or "")
