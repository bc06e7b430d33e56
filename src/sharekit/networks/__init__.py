"""Where people share to: networks as data, and how to build a link to each."""

from __future__ import annotations

from sharekit.networks.links import LinkBuilder, Message, tracked_url
from sharekit.networks.model import PSEUDO_NETWORKS, Network
from sharekit.networks.registry import Networks

__all__ = ["PSEUDO_NETWORKS", "LinkBuilder", "Message", "Network", "Networks", "tracked_url"]
