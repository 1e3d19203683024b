"""The largest station of the country to a fresh table: from the first request to a register copy that finds a voter."""

import asyncio
import time
from pathlib import Path

from station_client.register_copy import open_copy
from station_client.server_link import ServerLink
from valgbord.bench.figures import Bar, BenchError, Figure
from valgbord.bench.municipality import make_municipality
from valgbord.bench.postgresql import Cluster
from valgbord.bench.server import RunningServer, running_server

VOTERS = 22_840
BAR = Bar(10, at_least=False)


def measure_package(cluster: Cluster, folder: Path, runs: int) -> list[Figure]:
    """By the table's own code, from a server on PostgreSQL."""
    place = make_municipality(cluster.create_database("package"), folder, stations=1, voters_each=VOTERS, tables_each=1)
    table, card = place.tables[0], place.cards[place.tables[0].station_id][0]
    with running_server(place.database_url, folder) as server:
        seconds = [_fetch(server, table.token, card, folder / f"copy-{run}.sqlite3") for run in range(runs)]
    return [Figure("package_22840", "s", seconds, bar=BAR, meaning=f"{VOTERS:,} voters to a fresh table")]


def _fetch(server: RunningServer, token: str, card: str, path: Path) -> float:
    begun = time.perf_counter()
    asyncio.run(_fetch_package(server, token, path))
    copy = open_copy(path)
    found = copy is not None and copy.find(card) is not None
    seconds = time.perf_counter() - begun
    if copy is None or not found or copy.header.entries != VOTERS:
        raise BenchError("the table's copy does not hold its station")
    copy.close()
    return seconds


async def _fetch_package(server: RunningServer, token: str, path: Path) -> None:
    link = ServerLink(server.url, token, None)
    try:
        await link.fetch_package(path)
    finally:
        await link.close()
