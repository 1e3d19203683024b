"""How long after a mark the living boards show it, with a thousand of them open and fifty dead."""

import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import httpx2

from domain.marks import MarkSource
from domain.wire import MarkRequest, RequestsIn
from server.clock import now
from valgbord.bench import board_readers
from valgbord.bench.figures import Bar, BenchError, Figure, percentile
from valgbord.bench.municipality import Municipality, make_municipality
from valgbord.bench.postgresql import Cluster
from valgbord.bench.server import RunningServer, running_server

LIVING, DEAD = 1_000, 50
MARKS_A_SECOND = 4
SECONDS = 10
AFTERGLOW_S = 3.0
"""How long the boards are watched after the last mark."""

STATIONS, VOTERS_EACH, TABLES_EACH = 9, 200, 4
BAR = Bar(500, at_least=False)


def measure_board(cluster: Cluster, folder: Path) -> list[Figure]:
    """From the moment a mark is sent to a board having it: the recording is part of it, so the limit is met strictly."""
    place = make_municipality(
        cluster.create_database("board"), folder, stations=STATIONS, voters_each=VOTERS_EACH, tables_each=TABLES_EACH
    )
    with running_server(place.database_url, folder) as server:
        plan = board_readers.Plan(port=server.port, living=LIVING, dead=DEAD, seconds=SECONDS + AFTERGLOW_S)
        with subprocess.Popen(
            [sys.executable, "-m", "valgbord.bench.board_readers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as readers:
            assert readers.stdin is not None  # noqa: S101 - both were asked for in the line above
            assert readers.stdout is not None  # noqa: S101 - as above
            readers.stdin.write(plan.model_dump_json().encode() + b"\n")
            readers.stdin.flush()
            if readers.stdout.readline() != b"ready\n":
                raise BenchError("the boards could not be opened")
            sent = _send_marks(server, place)
            result = board_readers.Result.model_validate_json(readers.stdout.readline())
    waits = [_first_shown(seen, count) - at for seen in result.seen for count, at in sent.items()]
    if result.lost or any(wait < 0 for wait in waits):
        raise BenchError(f"{result.lost} living boards were cut off; the others miss {sum(wait < 0 for wait in waits)} marks")
    in_ms = [wait * 1000 for wait in waits]
    meaning = f"{LIVING:,} boards and {DEAD} dead ones, {MARKS_A_SECOND} marks a second, from sending a mark to its arrival"
    return [
        Figure("board_p99", "ms", [percentile(in_ms, 0.99)], bar=BAR, meaning=meaning),
        Figure("board_p50", "ms", [percentile(in_ms, 0.50)]),
    ]


def _first_shown(seen: dict[int, float], count: int) -> float:
    """When a board first showed that many marks or more (a later frame holds the earlier marks); -inf when it never did."""
    return min((at for marks, at in seen.items() if marks >= count), default=float("-inf"))


def _send_marks(server: RunningServer, place: Municipality) -> dict[int, float]:
    """Mark voters at an even pace; when each was sent, by the number of marks there were then."""
    table = place.tables[0]
    headers = {"Authorization": f"Bearer {table.token}", "Content-Type": "application/json"}
    sent: dict[int, float] = {}
    begun = time.monotonic()
    with httpx2.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        for count, card in enumerate(place.take_cards(table.station_id, MARKS_A_SECOND * SECONDS), start=1):
            request = MarkRequest(
                request_id=uuid4(),
                epoch=1,
                package_hash=table.package_hash,
                card=card,
                source=MarkSource.SCANNED,
                official_id=table.official_id,
                made_at=now(),
            )
            time.sleep(max(0.0, begun + count / MARKS_A_SECOND - time.monotonic()))
            sent[count] = time.monotonic()
            answer = client.post("/api/table/requests", content=RequestsIn(requests=(request,)).model_dump_json())
            if '"accepted":true' not in answer.text:
                raise BenchError(f"a mark was not accepted: {answer.status_code}")
    return sent
