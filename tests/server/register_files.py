"""Register files for tests: one good voter a line, and what a story changes about it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Engine

from domain.elections import CardAlias, Contest, Election, ElectionKind, Station, StationKey
from server.actions.election_setup import create_election
from server.actions.register_import import import_register
from server.actions.register_order import ImportOrder, ImportReport
from server.election_file import ElectionFile
from server.register_csv.contract import COLUMNS, HEADER, Column

MADE_AT = datetime(2025, 11, 10, 9, 0, tzinfo=UTC)
DAY = date(2025, 11, 18)
CONTESTS = (Contest("KV", "Kommunalvalg", "#ffffff"), Contest("RV", "Regionsrådsvalg", "#ffe566"))
STATIONS = tuple(
    Station(StationKey(151, number), f"Hal {number}", f"Hal {number}", f"Skolevej {number}, 2750 Ballerup", "Ballerup")
    for number in (1, 2)
)

_GOOD = {
    Column.MUNICIPALITY: "151",
    Column.DISTRICT: "1",
    Column.REGISTER_NUMBER: "1",
    Column.CPR: "7403680123",
    Column.LAST_NAME: "Sørensen",
    Column.FIRST_NAMES: "Anne Bøje",
    Column.BIRTH_DATE: "1968-03-14",
    Column.SEX: "K",
    Column.STREET: "Åvej 3, 1. tv",
    Column.POSTCODE: "2750",
    Column.CITY: "Ballerup",
    Column.PART: "H",
    Column.CONTESTS: "KV RV",
    Column.PROTECTED: "nej",
    Column.ADVANCE: "",
    Column.ADVANCE_DATE: "",
    Column.CARD: "",
    Column.REMARK: "",
}


def line(**changes: str) -> str:
    """A good voter's line with some columns changed, for example ``koen="Q"``."""
    return ";".join((_GOOD | {Column(name): value for name, value in changes.items()})[column] for column in COLUMNS)


def both_districts(*extra: str, count: int = 3) -> list[str]:
    """``count`` good voters in district 1 and one in district 2, and then the extra lines."""
    voters = [line(valgnummer=str(number)) for number in range(1, count + 1)]
    return [*voters, line(afstemningsomraade_nr="2"), *extra]


def write_file(
    folder: Path,
    lines: Iterable[str],
    *,
    header: str = HEADER,
    content: bytes | None = None,
    manifest: Mapping[str, object] | None = None,
) -> Path:
    """A register file and a manifest that fits it, unless ``manifest`` says otherwise."""
    lines = list(lines)
    path = folder / "register.csv"
    path.write_bytes(content if content is not None else "".join(f"{each}\n" for each in [header, *lines]).encode())
    counts: dict[str, int] = {}
    for each in lines:
        district = "-".join(each.split(";")[:2])
        counts[district] = counts.get(district, 0) + 1
    said: dict[str, object] = {
        "rows": len(lines),
        "rows_per_district": {key: count for key, count in counts.items() if key in {"151-1", "151-2"}},
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "extracted_at": "2025-11-10T08:00:00+01:00",
        "source": "test",
    }
    path.with_name("register.csv.manifest.json").write_text(json.dumps(said | dict(manifest or {})), encoding="utf-8")
    return path


def make_election(
    engine: Engine,
    *,
    kind: ElectionKind = ElectionKind.PRACTICE,
    series: str = "91",
    aliases: Sequence[CardAlias] = (),
    stations: Sequence[Station] = STATIONS,
) -> int:
    """An election with two districts of Ballerup and the contests KV and RV; its id."""
    election = Election(f"Valg {series}", DAY, time(8), time(20), kind, series, CONTESTS, tuple(aliases))
    with engine.begin() as conn:
        return create_election(conn, ElectionFile(election, (151,)), stations, MADE_AT)


@dataclass
class Watching:
    """A progress that remembers what it was told."""

    bytes_read: int = 0
    indexed: bool = False

    def read(self, count: int) -> None:
        self.bytes_read += count

    def indexing(self) -> None:
        self.indexed = True


def load(engine: Engine, path: Path, election_id: int, **options: object) -> ImportReport:
    """Import a file into an election; the CPR key lies beside the file."""
    order = ImportOrder(
        path,
        path.with_name("register.csv.manifest.json"),
        election_id,
        path.with_name("cpr.key"),
        **options,  # type: ignore[arg-type]  # a test's own options
    )
    return import_register(engine, order, Watching())
