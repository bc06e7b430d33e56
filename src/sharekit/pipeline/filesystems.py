"""Which file system a directory lies on: the journal's memory map and locks work within one host only.

SQLite's write-ahead log "does not work over a network filesystem" (https://www.sqlite.org/wal.html), and neither does
the lease between hosts. On such a file system events would seem to be kept, and now and then be lost.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
NETWORKED = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.cephfs", "fuse.davfs2", "fuse.gcsfuse",
    "fuse.glusterfs", "fuse.goofys", "fuse.grpcfuse", "fuse.juicefs", "fuse.mount-s3", "fuse.osxfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "fuse.weed", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4", "orangefs",
    "pvfs2", "smb2", "smb3", "smbfs",
})  # fmt: skip
"""Types, as Linux names them, that more than one host may have mounted."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_type(directory: Path) -> str:
    """The type of the network file system that a directory lies on, or will when it is made; ``""`` for a local one.

    Only Linux tells; elsewhere the answer is ``""``.
    """
    kind = _type_of(os.path.realpath(directory))
    return kind if kind in NETWORKED else ""


def _type_of(path: str) -> str:
    try:
        lines = MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # Spaces and the like are written as octal numbers (fstab(5)). Of two mounts on one place the later is seen.
        point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1]).rstrip("/")
        if len(point) >= len(best) and (path == point or path.startswith(point + "/")):
            best, kind = point, fields[2]
    return kind
