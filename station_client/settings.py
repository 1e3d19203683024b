"""What a table process is told at start, and the limits it works within."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

CONFIRM_AFTER_MS = 400
"""A voter can be confirmed only this long after being shown: a late key from the scanner must not confirm anybody."""

DOUBLE_TRIGGER_S = 3.0
NAME_SHOWN_S = 60.0
REQUEST_TIMEOUT_S = 1.5
SLOW_REQUEST_TIMEOUT_S = 8.0
"""For sign-in and enrolment, where the server checks a PIN slowly on purpose."""

PACKAGE_TIMEOUT_S = 60.0
NEWS_EVERY_S = 5.0
SILENT_STREAM_S = 12.0
"""The server speaks at least every five seconds; a stream that is silent for longer is dead."""

SHORTEST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
MAX_FRAME_BYTES = 400_000
MAX_BODY_BYTES = 8_192
MAX_ANSWER_BYTES = 4_000_000
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the table keeps its files and where its page is. ``authority`` is the only CA whose servers are believed."""

    folder: Path
    port: int
    authority: Path | None = None

    @property
    def page(self) -> str:
        """The address of the table's own page."""
        return f"http://{LOOPBACK}:{self.port}/"


def is_trusted_address(server: str) -> bool:
    """Whether a server's address may be used: ``https``, or ``http`` on this machine; no path, no name and password."""
    try:
        parts = urlsplit(server)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.query or parts.fragment or parts.path not in {"", "/"}:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
