"""Which file system a directory lies on: the journal's memory map and locks work within one host only.

SQLite's write-ahead log "does not work over a network filesystem" (https://www.sqlite.org/wal.html), and neither does
the lease between hosts. On such a file system events would seem to be kept, and now and then be lost.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK_FILE_SYSTEMS = frozenset({
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.cephfs", "fuse.davfs", "fuse.davfs2",
    "fuse.gcsfuse", "fuse.glusterfs", "fuse.goofys", "fuse.grpcfuse", "fuse.juicefs", "fuse.mount-s3", "fuse.osxfs",
    "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2",
    "orangefs", "pvfs2", "smb3", "smbfs", "virtiofs",
})  # fmt: skip
"""Types, in the words of Linux, that more than one host may have mounted."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network_type(directory: Path) -> str:
    """The type of the network file system that a directory lies on, or will when it is made; ``""`` for a local one.

    Only Linux tells; elsewhere the answer is ``""``.
    """
    kind = mounted_as(Path(os.path.realpath(directory)), MOUNTS)
    return kind if kind in NETWORK_FILE_SYSTEMS else ""


def mounted_as(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of file system a folder lies on, in the kernel's words; ``""`` when that cannot be seen.

    Parameters:
        folder: absolute, without symbolic links in it.
        mounts: a file in the form of ``/proc/self/mountinfo`` (proc(5)).
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    kind, depth = "", -1
    for line in lines:
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = Path(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4]))
        # A later mount at the same place hides an earlier one.
        if (folder == point or point in folder.parents) and len(point.parts) >= depth:
            kind, depth = after.split(" ")[0], len(point.parts)
    return kind
