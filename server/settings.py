"""What the server is told when it starts: one frozen value, read once."""

from dataclasses import dataclass

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8700


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process serves.

    ``hosts`` are the names under which the server may be called (another Host header is refused, so that a foreign page
    cannot reach a server on loopback through DNS). ``queue_limit`` bounds the requests waiting for the recorder.
    """

    database_url: str
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    queue_limit: int = 4_000
    batch_limit: int = 256
    max_body_bytes: int = 512 * 1024
    caller_ttl_s: float = 2.0
