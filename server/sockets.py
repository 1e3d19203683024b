"""WebSockets whose reader has gone away without saying so are cut, not kept open until the operating system gives up.

uvicorn closes a connection by first sending what is left; to a reader that never reads this takes for ever, and each such
reader holds a file descriptor and a full buffer. Use it as uvicorn's ``ws="server.sockets:CuttingProtocol"``.
"""

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_S = 5.0


class CuttingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, but what has not been taken a few seconds after the end is thrown away with the connection."""

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The route has ended: give the last bytes a moment, then cut. Cutting what is closed already does nothing."""
        super().on_task_complete(task)
        self.loop.call_later(LINGER_S, self.transport.abort)
