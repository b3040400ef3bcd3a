"""The loop that delivers the outbox: each second one question, and for each lane with something due a thread.

Belongs here: when, in which thread, what is said about it, and what waits too long for a sender. Does not: which
senders there are (`senders.py`), tries and leases (`inventory_core/outbox/delivery.py`).

Any number of workers may run: a try is written down before it is made, so no two tell one message at once. An error
that no sender caused (the database is gone) ends the worker; `diaobo serve` starts it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_core.bootstrap import Core
from inventory_core.errors import Refused
from inventory_core.outbox.delivery import Sender, deliver_due
from inventory_core.outbox.model import PEOPLE, Message, MessageState
from pipelines.company import UnableToReadCompany, load_company
from pipelines.outbox.people import Clock, discarding
from pipelines.outbox.senders import Lanes, company_lanes

POLL_SECONDS = 1.0
REFRESH_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(hours=1)
# A worker that runs takes a message within seconds.
LEFT_OVER_AFTER = timedelta(minutes=2)


def system_clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Worker:
    """Delivers one company's outbox. `say` gets one line about everything that a person may want to know."""

    core: Core
    folder: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]
    clock: Clock = system_clock
    _lanes: Lanes = field(default_factory=dict)
    _keep: timedelta = timedelta(days=1)
    _refreshed_at: datetime | None = None
    _tidied_at: datetime | None = None
    _running: dict[str, Future[None]] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; then returns when the notifications that are on their way are told."""
        with ThreadPoolExecutor(thread_name_prefix="lane") as pool:
            try:
                while not stop.is_set():
                    self._every_minute()
                    self._start_lanes(pool, stop)
                    stop.wait(POLL_SECONDS)
                    self._collect(stop)
            finally:
                stop.set()  # after an error: the threads end after their message

    def sweep(self, stop: threading.Event) -> None:
        """Deliver what is due now; returns when nothing is any more, or soon after `stop` is set, and sets it."""
        with ThreadPoolExecutor(thread_name_prefix="lane") as pool:
            try:
                self._refresh()
                while not stop.is_set() and (self._start_lanes(pool, stop) or self._running):
                    stop.wait(POLL_SECONDS / 20)
                    self._collect(stop)
            finally:
                stop.set()

    def sweep_left_over(self, stop: threading.Event) -> str:
        """`sweep` when something was due for a while, which a worker that runs would have told; says what was done."""
        self._refresh()
        with self.core.storage.reading() as store:
            left = store.due_message(channels=self._channels(), at=self.clock() - LEFT_OVER_AFTER)
        if left is None:
            return "nothing is left over"
        self.sweep(stop)
        return f"swept up from {left.message_id} on: is `diaobo serve` running?"

    def _channels(self) -> list[str]:
        return [channel for senders in self._lanes.values() for channel in senders]

    def _every_minute(self) -> None:
        at = self.clock()
        if self._refreshed_at is None or at - self._refreshed_at >= REFRESH_EVERY:
            self._refresh()
            self._press_for_decisions(at)
        if self._tidied_at is None or at - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = at
            self._discard_what_nobody_can_tell(at)

    def _press_for_decisions(self, at: datetime) -> None:
        """Remind and escalate; a refusal (another worker was faster, a clock went back) is said and no more."""
        try:
            self.core.press_for_decisions(at=at)
        except Refused as refusal:
            self.say(f"reminders: {refusal}")

    def _refresh(self) -> None:
        """Read settings, secrets and people again; settings that are wrong leave those before in force."""
        self._refreshed_at = self.clock()
        try:
            company = load_company(self.folder, environ=self.environ)
        except UnableToReadCompany as error:
            self.say(f"settings are as before: {error}")
            return
        self._keep = timedelta(days=company.notifications.keep_days)
        self._lanes = company_lanes(company, self.core, environ=self.environ, clock=self.clock)

    def _start_lanes(self, pool: ThreadPoolExecutor, stop: threading.Event) -> bool:
        """Give each lane that has something due a thread; True when there was one."""
        idle = {
            channel: lane for lane, senders in self._lanes.items() if lane not in self._running for channel in senders
        }
        has_started = False
        while idle:
            with self.core.storage.reading() as store:
                due = store.due_message(channels=list(idle), at=self.clock())
            if due is None:
                break
            lane = idle[due.channel]
            self._running[lane] = pool.submit(self._deliver, self._lanes[lane], stop)
            idle = {channel: other for channel, other in idle.items() if other != lane}
            has_started = True
        return has_started

    def _deliver(self, senders: Mapping[str, Sender], stop: threading.Event) -> None:
        telling = {channel: Telling(sender=sender, say=self.say) for channel, sender in senders.items()}
        while not stop.is_set():
            # one at a time: the lease of each begins when it is tried, however long the one before took
            told = deliver_due(self.core.storage, telling, at=self.clock(), limit=1)
            if told.delivered_count + told.failed_count + told.parked_count == 0:
                return

    def _collect(self, stop: threading.Event) -> None:
        """Forget the threads that are done; raises what ended one of them."""
        for lane in [lane for lane, future in self._running.items() if future.done()]:
            future = self._running.pop(lane)
            future.result()
            if lane == PEOPLE:
                self._refresh()  # somebody new may be told

    def _discard_what_nobody_can_tell(self, at: datetime) -> None:
        """Messages of people that nothing can tell are given up in time: a new channel must not begin with them."""
        channels = self._channels()
        days = self._keep.days
        for message in self.core.queries.messages(state=MessageState.PENDING):
            is_for_people = message.channel.split("/", maxsplit=1)[0] == PEOPLE
            if not is_for_people or message.channel in channels or at - message.written_at <= self._keep:
                continue
            try:
                reason = f"no way to tell {message.channel} was set up for {days} days"
                self.core.execute(discarding(message, at=at, reason=reason))
            except Refused as refusal:
                self.say(str(refusal))  # somebody else told or discarded it at this moment


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A sender whose work is said aloud."""

    sender: Sender
    say: Callable[[str], None]

    def __call__(self, message: Message) -> None:
        """As the sender does."""
        name = f"{message.message_id} {message.kind} to {message.channel}"
        try:
            self.sender(message)
        except Exception as error:
            self.say(f"{name}, try {message.tries}: {error}")
            raise
        self.say(f"{name}: told")
