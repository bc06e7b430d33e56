"""The networks a kit knows: the built-in table, those of installed packages, and the shop's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sharekit.exceptions import ConfigError, DeadNetworkError, InvalidValueError, UnknownNameError
from sharekit.networks.model import PSEUDO_NETWORKS, Network
from sharekit.networks.table import RENAMED, ROWS
from sharekit.plugins import Registry

GROUP = "sharekit.networks"
"""Entry point group in which packages offer networks: a :class:`Network`, or a list of them."""

_WHY = {
    "sdk_only": "has no share address, only a script of its own",
    "qr_only": "has no share address; people scan a code",
}


class Networks:
    """Networks by key. The shop's own win over those of packages, and both over the built-in ones of the same key.

    Parameters:
        own: networks of the shop's own.

    Raises:
        ConfigError: something among them is not a :class:`Network`, or takes the key of a control such as ``copy``.
    """

    def __init__(self, own: Iterable[Network] = ()) -> None:
        self._rows = {row.key: row for row in ROWS}
        for name, part in Registry("network", GROUP, {}).others():
            self._add(part, f"entry point {name!r} of {GROUP}")
        self._add(own, "networks")

    def get(self, name: str) -> Network:
        """The network of that key, to build links for.

        Raises:
            DeadNetworkError: it has closed, or has another name now; the message says when, and what to use.
            InvalidValueError: it exists but has no address to link to, and the message says what to use; or it is a
                control such as ``copy``.
            UnknownNameError: nobody registered the name.
        """
        network = self._rows.get(name) if isinstance(name, str) else None
        if network is not None and network.live:
            return network
        if not isinstance(name, str):
            raise InvalidValueError("networks", f"{name!r} is not the key of a network, such as 'whatsapp'.")
        if name in PSEUDO_NETWORKS:
            raise InvalidValueError("networks", f"{name!r} is a control of the share widget; it has no share address.")
        if network is None:
            if name in RENAMED:
                raise DeadNetworkError(f"network {name!r} is called {RENAMED[name]!r} now. Use that name.")
            raise UnknownNameError("network", name, (row.key for row in self.live()))
        if network.status == "dead":
            closed = network.died if network.died[:1].isdigit() else f"closed, {network.died or 'date not verified'}"
            hint = f" Use {network.instead!r} instead." if network.instead else ""
            raise DeadNetworkError(f"network {name!r} ({network.label}) is gone ({closed}).{hint}")
        hint = f" Use {network.instead!r} instead." if network.instead else ""
        raise InvalidValueError("networks", f"{name!r} ({network.label}) {_WHY[network.status]}.{hint}")

    def checked(self, name: str) -> str:
        """The name itself, when it may stand in a list of what to show: a live network, or a control such as ``copy``.

        Raises:
            DeadNetworkError, InvalidValueError, UnknownNameError: as :meth:`get`.
        """
        return name if name in PSEUDO_NETWORKS else self.get(name).key

    def __contains__(self, name: object) -> bool:
        """Whether :meth:`get` would answer."""
        network = self._rows.get(name) if isinstance(name, str) else None
        return network is not None and network.live

    def __iter__(self) -> Iterator[Network]:
        """Every row, dead ones too."""
        return iter(self._rows.values())

    def live(self) -> list[Network]:
        """Networks that a link can be built for, in the order of the table."""
        return [row for row in self if row.live]

    def dead(self) -> list[Network]:
        """Networks that have closed."""
        return [row for row in self if row.status == "dead"]

    def keys_for_events(self) -> frozenset[str]:
        """Every word that may stand in the ``network`` field of an event: all keys, dead ones included because old
        events name them, and the controls ``copy``, ``native``, ``print`` and ``qr``."""
        return frozenset({*self._rows, *PSEUDO_NETWORKS})

    def _add(self, part: Any, where: str) -> None:
        rows = (part,) if isinstance(part, Network) else part
        if isinstance(rows, str) or not isinstance(rows, Iterable):
            raise ConfigError(f"{where}: pass sharekit.networks.Network objects, not {rows!r}.")
        for row in rows:
            if not isinstance(row, Network):
                raise ConfigError(f"{where}: {row!r} is not a sharekit.networks.Network.")
            if row.key in PSEUDO_NETWORKS:
                raise ConfigError(f"{where}: {row.key!r} is a control of the share widget; choose another key.")
            self._rows[row.key] = row
