"""Imports a register file into an election: all of it, or nothing."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Engine

from domain.danish_import import FileProblem
from domain.elections import Election, ElectionKind, StationState
from server.actions.package_hash import package_hash_from_rows
from server.actions.register_order import (
    ImportOrder,
    ImportRefusal,
    ImportRefusedError,
    ImportReport,
    Progress,
    RegisterFileError,
)
from server.actions.register_prepare import Prepared, PreparePlan, Work
from server.actions.register_store import RegisterStore
from server.actions.register_workers import prepare_all
from server.card_numbers import CardNumbers
from server.cpr_seal import load_or_make_key
from server.db import read_only
from server.package_rows import election_hash
from server.queries import register_indexes as indexes
from server.queries import register_setup as queries
from server.queries.elections import find_election
from server.queries.heads import lock_heads
from server.queries.register_load import CardTakenError, prepare_load, write_rows
from server.queries.stations import list_stations
from server.register_csv.block import District
from server.register_csv.manifest import read_manifest
from server.register_csv.problems import EnoughProblemsError, Problems
from server.register_csv.reader import RegisterFile

BIG_FILE_BYTES = 32 * 1024**2
MAX_WORKERS = 2


def import_register(engine: Engine, order: ImportOrder, progress: Progress) -> ImportReport:
    """Import a register in one transaction.

    ``ImportRefusedError`` when the election cannot take one, ``RegisterFileError`` when the file is not right.
    """
    problems = Problems()
    manifest = read_manifest(order.manifest_path, problems)
    with _transaction(engine, dry_run=order.dry_run) as conn:
        election = _admit(conn, order)
        if manifest is None:
            raise RegisterFileError(problems)
        districts = [District(station.key, at) for at, station in list_stations(conn, order.election_id).items()]
        file = RegisterFile(order.path, manifest, districts, problems)
        columns = file.read_order()
        if columns is None:
            raise RegisterFileError(problems)
        plan = PreparePlan(
            order=columns,
            station_ids={(str(each.key.municipality_code), str(each.key.number)): each.station_id for each in districts},
            contests=election.contests,
            aliases=election.card_aliases,
            day=election.day,
            election_id=order.election_id,
            postgresql=conn.dialect.name == "postgresql",
            cpr_key=None if order.dry_run else load_or_make_key(order.cpr_key_path),
        )
        run = _Import(order, election, plan, file, problems, progress)
        return run.check(districts) if order.dry_run else run.load(conn, districts)


@contextmanager
def _transaction(engine: Engine, *, dry_run: bool) -> Iterator[Connection]:
    """A dry run needs no write lock and leaves nothing even by mistake."""
    if dry_run:
        with read_only(engine).connect() as conn:
            yield conn
    else:
        with engine.begin() as conn:
            yield conn


def _admit(conn: Connection, order: ImportOrder) -> Election:
    """The election, its stations locked as they are, if it may take a register now."""
    election = find_election(conn, order.election_id)
    if election is None:
        raise ImportRefusedError(ImportRefusal.UNKNOWN_ELECTION)
    if order.card_seed is not None and election.kind is ElectionKind.LIVE:
        raise ImportRefusedError(ImportRefusal.SEED_IN_LIVE)
    queries.lock_imports(conn)
    if queries.find_package_hash(conn, order.election_id) is None:
        return election
    if not order.replace:
        raise ImportRefusedError(ImportRefusal.ALREADY_LOADED)
    heads = lock_heads(conn, list_stations(conn, order.election_id))
    if any(head.state is not StationState.PREPARED for head in heads.values()):
        raise ImportRefusedError(ImportRefusal.STATION_OPENED)
    if queries.has_any_mark(conn, order.election_id):
        raise ImportRefusedError(ImportRefusal.HAS_MARKS)
    if not order.dry_run:
        queries.delete_sealed_cprs(conn, order.election_id)
        queries.delete_cards(conn, order.election_id)
        queries.delete_entries(conn, order.election_id)
    return election


@dataclass(frozen=True, slots=True)
class _Import:
    """One import under way."""

    order: ImportOrder
    election: Election
    plan: PreparePlan
    file: RegisterFile
    problems: Problems
    progress: Progress

    def check(self, districts: Sequence[District]) -> ImportReport:
        """Read the file and store nothing."""
        advance_votes = cprs = 0
        for prepared in self._prepared(0, CardNumbers(self.election.card_series)):
            advance_votes += sum(prepared.advance_votes.values())
            cprs += prepared.cprs
        self._refuse_problems()
        return ImportReport(sum(each.rows for each in districts), len(districts), advance_votes, cprs, "")

    def load(self, conn: Connection, districts: Sequence[District]) -> ImportReport:
        """Read the file and store it; the caller's transaction decides whether it stays."""
        rebuild = self.plan.postgresql and indexes.is_register_empty(conn)
        if rebuild:
            indexes.take_indexes_off(conn)
        prepare_load(conn)
        store = RegisterStore([each.station_id for each in districts], partial(write_rows, conn.connection.driver_connection))
        cprs = 0
        try:
            cards = _cards(self.election, self.order.card_seed)
            for prepared in self._prepared(queries.find_highest_entry_id(conn), cards):
                cprs += prepared.cprs
                if not self.problems.found:
                    store.add(prepared)
        finally:
            failure = store.finish()
        if isinstance(failure, CardTakenError) and not self.problems.found:
            self.problems.add(FileProblem.CARD_IN_OTHER_ELECTION)
        self._refuse_problems()
        if failure is not None:
            raise failure
        self.progress.indexing()
        if rebuild:
            indexes.put_indexes_back(conn)
        return _seal_package(conn, self.order.election_id, store, districts, cprs)

    def _prepared(self, highest_id: int, cards: CardNumbers) -> Iterator[Prepared]:
        """The file's portions, each noted; when there are too many problems, no more of them."""
        try:
            for prepared in prepare_all(self.plan, self._works(highest_id + 1, cards), _workers(self.order, self.plan)):
                self.file.note(prepared.facts)
                yield prepared
            self.file.finish()
        except EnoughProblemsError:
            return

    def _works(self, first_id: int, cards: CardNumbers) -> Iterator[Work]:
        for portion in self.file.portions(self.progress.read):
            yield Work(portion, first_id, "" if self.order.dry_run else "".join(cards.take(portion.lines)))
            first_id += portion.lines

    def _refuse_problems(self) -> None:
        if self.problems.found:
            raise RegisterFileError(self.problems)


def _workers(order: ImportOrder, plan: PreparePlan) -> int:
    """Other processes pay for PostgreSQL and a big file; SQLite's rows would cost more to send than to make."""
    if order.workers is not None:
        return order.workers
    if not plan.postgresql or order.path.stat().st_size < BIG_FILE_BYTES:
        return 0
    return min(MAX_WORKERS, os.cpu_count() or 1)


def _cards(election: Election, seed: int | None) -> CardNumbers:
    if seed is None:
        return CardNumbers(election.card_series)
    return CardNumbers(election.card_series, random.Random(f"cards {seed}").randbytes)  # noqa: S311 - a practice election's


def _seal_package(
    conn: Connection, election_id: int, store: RegisterStore, districts: Sequence[District], cprs: int
) -> ImportReport:
    """Save what the import says of each station, and the hash that makes these rows the election's register."""
    loaded, hashes = [], {}
    for district in districts:
        station = store.stations[district.station_id]
        found = station.package_hash.hexdigest() if station.in_order else package_hash_from_rows(conn, district.station_id)
        hashes[district.key] = found
        loaded.append(queries.LoadedStation(district.station_id, district.rows, station.advance_votes, found))
    queries.save_loaded_stations(conn, loaded)
    package_hash = election_hash(hashes)
    queries.save_package_hash(conn, election_id, package_hash)
    voters, advance_votes = sum(each.electorate for each in loaded), sum(each.advance_votes for each in loaded)
    return ImportReport(voters, len(loaded), advance_votes, cprs, package_hash)
