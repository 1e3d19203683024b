"""Runs one ``valgbord`` command as a child that cannot outlive its parent, however the parent ends.

The parent holds the other end of standard input. When that end closes, even because the parent was killed, the child asks
itself to stop as if somebody had pressed Ctrl-C.
"""

import importlib
import os
import signal
import sys
import threading


def _stop_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Run the command in the arguments. Only its own part is loaded: a laptop has no time for the rest."""
    part = sys.argv.pop(1)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    importlib.import_module(f"valgbord.{part}").app(prog_name=f"valgbord {part}")


if __name__ == "__main__":
    main()
