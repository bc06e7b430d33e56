"""What happened: events into the journal, and what became of them."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sharekit.events.model import Event, Item
from sharekit.events.orders import order_event
from sharekit.events.validation import check_event
from sharekit.events.visitor import Visitor
from sharekit.kit.base import KitBase
from sharekit.pipeline.pipeline import EXIT_DEADLINE, Status
from sharekit.web.http import Request


class Records(KitBase):
    """Recording, and the state of delivery."""

    def record(self, event: Event | str, /, **fields: Any) -> Event:
        """Keep an event. It is durable, at the level set for its name, when this returns.

        Parameters:
            event: an :class:`Event`, or its name with the other fields as keywords.

        Returns:
            The event, with its id.

        Raises:
            EventError: the name is unknown or a field has the wrong form.
            JournalError: it could not be kept; nothing was recorded.
        """
        event = self._checked(event, fields)
        self._pipeline.record(event)
        return event

    def record_many(self, events: Iterable[Event]) -> list[Event]:
        """Keep several events in one commit: all of them or, with an error, none."""
        kept = [self._checked(event, {}) for event in events]
        self._pipeline.record_many(kept)
        return kept

    async def arecord(self, event: Event | str, /, **fields: Any) -> Event:
        """:meth:`record` for coroutines: the event loop goes on while the event is written.

        What coroutines record at the same time is kept with one commit, by a thread that the first of them starts. One
        that is cancelled while it waits leaves its event to be kept, as a commit cannot be called back.
        """
        event = self._checked(event, fields)
        await self._pipeline.arecord_many((event,))
        return event

    async def arecord_many(self, events: Iterable[Event]) -> list[Event]:
        """:meth:`record_many` for coroutines."""
        kept = [self._checked(event, {}) for event in events]
        await self._pipeline.arecord_many(kept)
        return kept

    def _checked(self, event: Event | str, fields: Mapping[str, Any]) -> Event:
        if isinstance(event, str):
            event = Event(name=event, **fields)
        elif fields:
            event = replace(event, **fields)
        check_event(event, names=self._names, networks=self._event_networks)
        return event

    def record_purchase(
        self,
        *,
        order_id: str,
        value: Decimal | str | int,
        currency: str,
        items: Sequence[Item | Mapping[str, Any]] = (),
        visitor: Visitor | Request | None = None,
        share_id: str = "",
        **fields: Any,
    ) -> Event:
        """Keep a purchase. Call it where the order is known to be placed; recording an order again counts it once.

        Parameters:
            order_id: the shop's key of the order.
            value: what was paid, in ``currency``.
            items: lines of the order: :class:`Item`, or mappings of its fields.
            visitor: who bought, from :meth:`visitor` (or the request itself); it ties the order to the visit before it.
            share_id: the share the buyer came by, when the shop knows it better.
        """
        if isinstance(visitor, Request):
            fields.setdefault("gpc", visitor.header("sec-gpc") == "1")
            visitor = self.visitor(visitor)
        if visitor is not None:
            fields |= {"visitor": visitor.id, "previous_visitor": visitor.previous}
        fields["share_id"] = share_id
        return self.record(
            order_event("purchase", order_id=order_id, value=value, currency=currency, items=items, **fields)
        )

    def record_refund(
        self,
        *,
        order_id: str,
        value: Decimal | str | int,
        currency: str,
        items: Sequence[Item | Mapping[str, Any]] = (),
        **fields: Any,
    ) -> Event:
        """Keep that (part of) an order was paid back. Each refund is an event; an ``id`` makes it safe to repeat."""
        return self.record(
            order_event("refund", order_id=order_id, value=value, currency=currency, items=items, **fields)
        )

    def visitor(self, request: Request) -> Visitor:
        """The pseudonym of the day of whoever made the request; empty when the browser sent ``Sec-GPC: 1``."""
        return self._web.visitor(request)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until every sink has all that this process recorded; ``False`` when ``timeout`` seconds pass first."""
        return self._pipeline.flush(timeout)

    def flush_on_signals(
        self, signals: Iterable[signal.Signals] = (signal.SIGTERM,), *, timeout: float = EXIT_DEADLINE
    ) -> None:
        """Deliver what can be delivered when a signal ends the process. Call it in the main thread, after the server
        or framework has set its handlers.

        Python does nothing at the end of a process that a signal ends. Events of level ``process`` and ``disk`` are in
        the journal all the same, and wait there for the next process; those of level ``memory`` would be lost.

        Where a signal already has a handler, such as a server's that stops in its own time, events of level ``memory``
        are put into the journal and the handler is called; a signal that is ignored stays ignored.

        Parameters:
            signals: which.
            timeout: seconds that delivery may take where nobody else handles the signal.

        Raises:
            ConfigError: another thread than the main one calls it.
        """
        self._pipeline.flush_on_signals(signals, timeout)

    def status(self) -> Status:
        """Per sink: recorded, delivered, rejected, dropped, pending."""
        return self._pipeline.status()

    def close(self) -> None:
        """Deliver what can be delivered within two seconds and let go of files. The journal keeps the rest."""
        self._pipeline.close()
