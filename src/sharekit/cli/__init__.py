"""The command ``sharekit-web``, also ``python -m sharekit``."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence

from sharekit.cli.output import USAGE_ERROR, complain, guard_streams, silence_stdout
from sharekit.cli.parser import parse
from sharekit.exceptions import ConfigError, DeadNetworkError, InvalidValueError, ShareKitError, UnknownNameError

__all__ = ["main"]

INTERRUPTED = 130
"""Exit code of a command stopped by Ctrl+C: 128 and the number of the signal, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters:
        arguments: what stands behind the command's name; of this process when left out.

    Returns:
        The exit code: 0 when all is well, 1 when it failed (or ``doctor`` found a fault), 2 when an option or a
        setting was wrong, 130 when interrupted.
    """
    guard_streams()
    try:
        options = parse(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except SystemExit as end:  # of argparse, after --help, --version or a wrong option
        return end.code if isinstance(end.code, int) else 1
    except BrokenPipeError:
        silence_stdout()  # the reader has seen enough, as in `... | head`
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ConfigError, DeadNetworkError, InvalidValueError, UnknownNameError) as error:
        complain(str(error))
        return USAGE_ERROR
    except (ShareKitError, OSError, sqlite3.Error) as error:
        complain(str(error))
        return 1
    return code
