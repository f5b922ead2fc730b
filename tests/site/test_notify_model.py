import pytest
from pydantic import ValidationError

from port502.outputs.mail import Mail
from port502.outputs.webhook import Webhook
from port502.site.notify_model import Notify, recipients


def test_a_webhook_and_a_mail() -> None:
    hook = Notify.model_validate({"webhook": "https://x.example/y", "headers": {"Authorization": "Bearer z"}})
    mail = Notify.model_validate(
        {
            "mail": {
                "server": "smtps://m.example",
                "from": "a@b",
                "to": ["c@d"],
                "user": "u",
                "password": "p",
            },
            "events": ["raised"],
            "priorities": ["critical"],
        }
    )
    first, second = recipients({"hook": hook, "mail": mail})
    assert first.way == Webhook("https://x.example/y", (("Authorization", "Bearer z"),))
    assert (first.events, len(first.priorities)) == ({"raised", "cleared"}, 4)
    assert second.way == Mail("smtps://m.example", "a@b", ("c@d",), "u", "p")
    assert (second.events, second.priorities) == ({"raised"}, {"critical"})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "exactly one of"),
        (
            {"webhook": "https://x", "mail": {"server": "smtps://m", "from": "a", "to": ["b"]}},
            "exactly one of",
        ),
        ({"webhook": "ftp://x"}, "no webhook"),
        (
            {"mail": {"server": "smtps://m", "from": "a", "to": ["b"]}, "headers": {"x": "y"}},
            "belong to 'webhook'",
        ),
        ({"mail": {"server": "smtps://m", "from": "a", "to": ["b"], "user": "u"}}, "belong together"),
        (
            {"mail": {"server": "smtp+plain://m", "from": "a", "to": ["b"], "user": "u", "password": "p"}},
            "does not go over",
        ),
        ({"webhook": "https://x", "events": ["everything"]}, "unknown event"),
    ],
)
def test_what_cannot_be_is_said(written: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Notify.model_validate(written)
    assert message in str(caught.value)
