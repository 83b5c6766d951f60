"""The last process of the tree to go: it stops the orphans of a supervisor that was killed.

Runs as a plain script on the standard library alone. Standard input carries "+group" and "-group"
lines; its end means that the supervisor is gone, in peace (no groups left) or not.
"""

import os
import signal
import sys
import time
from contextlib import suppress

GRACE = 3.0


def main() -> None:
    """Follow the groups until the supervisor goes, then stop those that are left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    stop(groups)


def stop(groups: set[int]) -> None:
    """Ask every group to end, then end those that did not listen."""
    left = {group for group in groups if _send(group, signal.SIGTERM)}
    end = time.monotonic() + GRACE
    while left and time.monotonic() < end:
        time.sleep(0.05)
        left = {group for group in left if _send(group, 0)}
    for group in left:
        _send(group, signal.SIGKILL)


def _send(group: int, signal_number: int) -> bool:
    """Signal a group; is anybody there?"""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal_number)
        return True
    return False


if __name__ == "__main__":
    main()
