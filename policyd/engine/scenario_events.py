"""From the deeds of a test to events, as a bot would send them (§8)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from msgspec.structs import replace

from policyd.engine.scenario_past import Past
from policyd.engine.scenario_values import Misstated, count, lengths, seconds, text, texts, truth
from policyd.engine.scenario_world import World
from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Does, Expr, RawEvent
from policyd.model.codec import decode, encode
from policyd.model.event import (
    EVERY_GROUP,
    NOBODY,
    Appeal,
    Event,
    EventKind,
    Evidence,
    Join,
    Mark,
    Message,
    Notice,
    OutcomeReport,
    Report,
    Request,
    Sanction,
    SanctionAction,
    Submission,
    Verdict,
)

Fields = dict[str, Expr]


_MESSAGE: Final[dict[str, Callable[[Expr], Any]]] = {
    "id": text, "text": text, "images": count, "videos": lengths, "voices": lengths, "files": count, "mentions": count,
    "qr_codes": count, "forwarded": truth, "reply_to": text,
}  # fmt: skip
_JOIN: Final[dict[str, Callable[[Expr], Any]]] = {"source": text, "inviter": text}
_REPORT: Final[dict[str, Callable[[Expr], Any]]] = {"reason": text, "id": text}
_SANCTION: Final[dict[str, Callable[[Expr], Any]]] = {"reason": text, "seconds": seconds, "ladder": text}
_NOTICE: Final[dict[str, Callable[[Expr], Any]]] = {"text": text, "id": text, "members": texts}
_SUBMISSION: Final[dict[str, Callable[[Expr], Any]]] = {"evidence": texts, "ticket": text}
_VERDICT: Final[dict[str, Callable[[Expr], Any]]] = {"ticket": text, "reason": text}
_MARK: Final[dict[str, Callable[[Expr], Any]]] = {"as": text, "id": text}
_OUTCOME: Final[dict[str, Callable[[Expr], Any]]] = {"action": text, "ok": truth, "error": text}
_SANCTIONS: Final = frozenset({"warn", "mute", "remove", "ban", "pardon", "release"})
_EMPTY: Final = Message(images=0, videos=(), voices=(), files=0, mentions=0, qr_codes=0, forwarded=False)
"""A message that holds nothing."""


class Events:
    """Makes the events of one test. Ids that a test leaves out are numbered, in a form that no author would write."""

    def __init__(self, world: World, past: Past) -> None:
        self._world = world
        self._past = past
        self._count = 0
        self._messages: dict[str, Message] = {}

    def of(self, step: Does) -> Event:
        """Raises `Misstated`."""
        fields = dict(step.fields)
        place = text(fields.pop("group")) if "group" in fields else None
        self._world.go(step.about or step.actor, place)
        if step.verb in _SANCTIONS:
            return self._sanction(step, fields)
        make: Callable[[Does, Fields], Event] = {
            "message": self._message, "edit": self._edit, "join": self._join, "leave": self._leave,
            "request": self._request, "profile": self._profile, "report": self._report, "notice": self._notice,
            "submission": self._submission, "appeal": self._appeal, "approve": self._verdict, "refuse": self._verdict,
            "mark": self._mark, "outcome": self._outcome, "tick": self._tick,
        }[step.verb]  # fmt: skip
        return make(step, fields)

    def raw(self, step: RawEvent) -> Event:
        """The event as it is written; id, time and group are put in where they are left out. Raises `EventError`."""
        try:
            written = json.loads(step.json)
        except ValueError:
            return decode(step.json.encode())
        if not isinstance(written, dict):
            return decode(step.json.encode())
        self._count += 1
        self._world.go("")
        self._world.start()
        group = self._world.group()
        usual = {
            "id": self._event_id(),
            "time": datetime.fromtimestamp(self._world.now / 1000, UTC).isoformat(),
            "group": {"id": group.id, "tags": group.tags},
        }
        return decode(encode(usual | written))

    def fresh(self, member: str, said: str) -> Event:
        """A message of a member who has done nothing yet."""
        self._world.go(member)
        return self._say(member, replace(_EMPTY, id=self._message_id(), text=said))

    def _event(self, kind: EventKind, member: str, **part: Any) -> Event:
        """About a member, "" for nobody."""
        self._count += 1
        about = self._world.member(member) if member else NOBODY
        return Event(self._event_id(), kind, self._world.group(), about, self._world.now, **part)

    def _event_id(self) -> str:
        return f"event #{self._count}"

    def _message_id(self) -> str:
        return f"message #{self._count + 1}"

    def _say(self, member: str, message: Message, kind: EventKind = "message") -> Event:
        self._messages[member] = message
        return self._event(kind, member, message=message)

    def _message(self, step: Does, fields: Fields) -> Event:
        usual = replace(_EMPTY, id=self._message_id())
        return self._say(step.actor, replace(usual, **_read(fields, _MESSAGE)))

    def _edit(self, step: Does, fields: Fields) -> Event:
        """Of the message that is named, else of the member's last one; what is not written stays as it was."""
        before = self._messages.get(step.actor, replace(_EMPTY, id=self._message_id()))
        return self._say(step.actor, replace(before, **_read(fields, _MESSAGE)), "edit")

    def _join(self, step: Does, fields: Fields) -> Event:
        self._world.joins(step.actor)
        return self._event("join", step.actor, join=Join(**_read(fields, _JOIN)))

    def _leave(self, step: Does, fields: Fields) -> Event:
        return self._event("leave", step.actor, join=Join(**_read(fields, _JOIN)))

    def _request(self, step: Does, fields: Fields) -> Event:
        answers = {key.removeprefix("answer:"): text(value) for key, value in fields.items() if key[:7] == "answer:"}
        said = _read({key: value for key, value in fields.items() if key[:7] != "answer:"}, {"text": text})
        return self._event("request", step.actor, request=Request(answers=answers, **said))

    def _profile(self, step: Does, fields: Fields) -> Event:
        self._world.rename(step.actor, _read(fields, {"name": text})["name"])
        return self._event("profile", step.actor)

    def _report(self, step: Does, fields: Fields) -> Event:
        """About the other member; the message is the one named, else their last one."""
        assert step.about is not None
        values = _read(fields, _REPORT)
        last = self._messages.get(step.about, _EMPTY).id
        part = Report(step.actor, values.get("reason"), values.get("id", last))
        return self._event("report", step.about, report=part)

    def _sanction(self, step: Does, fields: Fields) -> Event:
        assert step.about is not None
        values = _read(fields, _SANCTION)
        if "seconds" in values:
            values["seconds"] = int(values["seconds"])
        action = cast(SanctionAction, step.verb)
        return self._event("sanction", step.about, sanction=Sanction(by=step.actor, action=action, **values))

    def _notice(self, step: Does, fields: Fields) -> Event:
        return self._event("notice", "", notice=Notice(step.actor, **_read(fields, _NOTICE)))

    def _submission(self, step: Does, fields: Fields) -> Event:
        values = _read(fields, _SUBMISSION)
        evidence = tuple(Evidence(kind) for kind in values.get("evidence", ()))
        return self._event("submission", step.actor, submission=Submission(values.get("ticket"), evidence))

    def _appeal(self, step: Does, fields: Fields) -> Event:
        """Against the newest decision about the member that can be appealed against."""
        decided = self._past.appealable(self._world.place, step.actor)
        if decided is None:
            en = f"nothing was done to `{step.actor}` that can be appealed against"
            raise Misstated(Phrase(en, f"还没有对 `{step.actor}` 作出可以申诉的处理"))
        return self._event("appeal", step.actor, appeal=Appeal(decided, **_read(fields, {"text": text})))

    def _verdict(self, step: Does, fields: Fields) -> Event:
        """On the ticket that is named, else on the newest open one about the member."""
        values = _read(fields, _VERDICT)
        ticket = values.pop("ticket", None) or self._past.open_ticket(self._world.place, step.about or "")
        if ticket is None:
            raise Misstated(Phrase(f"no ticket about `{step.about}` is open", f"没有关于 `{step.about}` 的待处理工单"))
        decision = cast(Literal["approve", "refuse"], step.verb)
        role = self._world.told_role(step.actor)
        return self._event("verdict", "", verdict=Verdict(ticket, step.actor, decision, role, **values))

    def _mark(self, step: Does, fields: Fields) -> Event:
        """About the message that is named, else the member's last one."""
        assert step.about is not None
        values = _read(fields, _MARK)
        message = values.get("id", self._messages.get(step.about, _EMPTY).id)
        return self._event("mark", step.about, mark=Mark(values["as"], step.actor, message))

    def _outcome(self, step: Does, fields: Fields) -> Event:
        """Of the event before."""
        values = _read(fields, _OUTCOME)
        action = values["action"].replace(" ", "_")
        part = OutcomeReport(self._past.last_event or "?", action, values["ok"], values.get("error"))
        return self._event("outcome", "", outcome=part)

    def _tick(self, step: Does, fields: Fields) -> Event:
        """Of the group that is named, else of all."""
        _read(fields, {})
        group = self._world.group() if any(key == "group" for key, _ in step.fields) else EVERY_GROUP
        self._count += 1
        return Event(self._event_id(), "tick", group, NOBODY, self._world.now)


def _read(fields: Fields, readers: dict[str, Callable[[Expr], Any]]) -> dict[str, Any]:
    """Raises `Misstated`."""
    for name in fields:
        if name not in readers:
            known = ", ".join(readers)
            en = f"such an event does not carry `{name}`; it carries {known}"
            raise Misstated(Phrase(en, f"这类事件没有 `{name}`,可以写:{known}"))
    return {name: readers[name](value) for name, value in fields.items()}
