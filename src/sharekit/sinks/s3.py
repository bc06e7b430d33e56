"""The sink that writes files to S3, or whatever speaks its protocol (MinIO, Ceph, R2, Spaces)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.batch import lines, records
from sharekit.sinks.connections import Lasting
from sharekit.sinks.registry import positive

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

PREFIX = "events"
LINGER = 300
"""Seconds that events wait for others, so that a quiet shop makes a dozen files an hour and not one per event."""


class S3Sink(Sink):
    """Writes JSON Lines, compressed with gzip, in folders by hour (UTC): ``events/2026/11/21/13/….jsonl.gz``.

    A file is named by what is in it, so a batch that is repeated writes the same file again. After a crash a batch may
    be cut otherwise, and some events stand in two files: whoever reads them drops ids they have seen.

    Parameters:
        bucket: must be there.
        prefix: first folder.
        linger: seconds that events wait for others, so that files become large.
        options: of ``boto3.client``, such as ``endpoint_url`` and ``region_name``. Keys come from there or from where
            boto3 looks for them.
    """

    name = "s3"
    max_batch = 20_000
    max_bytes = 16_000_000

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = PREFIX,
        linger: float = LINGER,
        options: Mapping[str, Any] | None = None,
        name: str = "s3",
    ) -> None:
        self.name = name
        self.linger = timedelta(seconds=linger)
        self.bucket = bucket
        self.prefix = prefix.strip("/")
        settings = {"config": Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2})}
        self._client: Lasting[Any] = Lasting(lambda: boto3.client("s3", **(settings | dict(options or {}))))

    @classmethod
    def from_url(cls, url: SinkUrl) -> S3Sink:
        """``s3://bucket/prefix``, with keys as ``s3://KEY:SECRET@bucket`` or from where boto3 looks for them.

        Options: ``region``; ``endpoint``, the address of another service than Amazon's, with its scheme; ``linger``,
        seconds that events wait for others.
        """
        given = url.options(region=str, endpoint=str, linger=positive)
        if not url.host:
            raise ConfigError(f"{url.shown!r}: names no bucket; write s3://bucket/folder.")
        options = {"region_name": given.get("region"), "endpoint_url": given.get("endpoint")}
        if url.user:
            options |= {"aws_access_key_id": url.user, "aws_secret_access_key": url.password}
        return cls(
            url.host,
            prefix=url.path.strip("/") or PREFIX,
            linger=given.get("linger", LINGER),
            options={key: value for key, value in options.items() if value},
        )

    def write(self, batch: Sequence[Event]) -> None:
        """Write a file for each hour in which something of the batch happened."""
        hours: dict[str, list[tuple[str, str]]] = {}
        for record, line in zip(records(batch), lines(batch), strict=True):
            hours.setdefault(record["at"][:13], []).append((record["id"], line))  # 2026-11-21T13, in UTC
        try:
            with self._client.use() as client:
                for hour, pairs in hours.items():
                    mark = blake2b("\n".join(id_ for id_, _ in pairs).encode(), digest_size=8).hexdigest()
                    text = "".join(f"{line}\n" for _, line in pairs)
                    client.put_object(
                        Bucket=self.bucket,
                        Key=f"{self.prefix}/{hour[:10].replace('-', '/')}/{hour[11:]}/{pairs[0][0]}-{mark}.jsonl.gz",
                        Body=gzip.compress(text.encode(), compresslevel=6, mtime=0),
                        ContentType="application/x-ndjson",
                        ContentEncoding="gzip",
                    )
        except (ClientError, BotoCoreError) as error:
            raise Retry(f"{type(error).__name__}: {error}") from None

    def check(self) -> str | None:
        """Whether the bucket is there and we may use it."""
        try:
            with self._client.use() as client:
                client.head_bucket(Bucket=self.bucket)
        except (ClientError, BotoCoreError) as error:
            return f"the bucket {self.bucket!r} cannot be used: {error}"
        return None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()
