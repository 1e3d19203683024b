"""Imports a register file into an election: all of it, or nothing."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

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
from server.actions.register_store import RegisterStore
from server.card_numbers import CardNumbers
from server.cpr_seal import CprSeal, load_or_make_key
from server.db import read_only
from server.package_rows import election_hash
from server.queries import register_indexes as indexes
from server.queries import register_setup as queries
from server.queries.elections import find_election
from server.queries.heads import lock_heads
from server.queries.register_load import CardTakenError, loader_for
from server.queries.stations import list_stations
from server.register_csv.block import District
from server.register_csv.converters import converters_for
from server.register_csv.manifest import read_manifest
from server.register_csv.problems import Problems
from server.register_csv.reader import RegisterReader


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
        converters = converters_for(election.contests, election.card_aliases, election.day)
        reader = RegisterReader(order.path, manifest, districts, converters, problems)
        if order.dry_run:
            return _check_only(reader, districts, progress)
        return _load(conn, order, election, reader, districts, progress)


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


def _check_only(reader: RegisterReader, districts: list[District], progress: Progress) -> ImportReport:
    advance_votes = sealed = 0
    for block in reader.blocks(progress.read):
        advance_votes += sum(map(bool, block.advance))
        sealed += sum(map(bool, block.cprs))
    if reader.problems.found:
        raise RegisterFileError(reader.problems)
    return ImportReport(sum(each.rows for each in districts), len(districts), advance_votes, sealed, "")


def _load(
    conn: Connection,
    order: ImportOrder,
    election: Election,
    reader: RegisterReader,
    districts: list[District],
    progress: Progress,
) -> ImportReport:
    rebuild = conn.dialect.name == "postgresql" and indexes.is_register_empty(conn)
    if rebuild:
        indexes.take_indexes_off(conn)
    store = RegisterStore(
        loader_for(conn, order.election_id),
        districts,
        _cards(election, order.card_seed),
        lambda: CprSeal(load_or_make_key(order.cpr_key_path)),
        queries.find_highest_entry_id(conn),
    )
    try:
        for block in reader.blocks(progress.read):
            if len(block) and not reader.problems.found:
                store.add(block)
    finally:
        failure = store.finish()
    if isinstance(failure, CardTakenError) and not reader.problems.found:
        reader.problems.add(FileProblem.CARD_IN_OTHER_ELECTION)
    if reader.problems.found:
        raise RegisterFileError(reader.problems)
    if failure is not None:
        raise failure
    progress.indexing()
    if rebuild:
        indexes.put_indexes_back(conn)
    return _seal_package(conn, order.election_id, store)


def _cards(election: Election, seed: int | None) -> CardNumbers:
    if seed is None:
        return CardNumbers(election.card_series)
    return CardNumbers(election.card_series, random.Random(f"cards {seed}").randbytes)  # noqa: S311 - a practice election's


def _seal_package(conn: Connection, election_id: int, store: RegisterStore) -> ImportReport:
    """Save what the import says of each station, and the hash that makes these rows the election's register."""
    loaded = []
    for station in store.stations.values():
        district = station.district
        found = station.package_hash.hexdigest() if station.in_order else package_hash_from_rows(conn, district.station_id)
        loaded.append(queries.LoadedStation(district.station_id, district.rows, station.advance_votes, found))
    queries.save_loaded_stations(conn, loaded)
    keys = [station.district.key for station in store.stations.values()]
    package_hash = election_hash(dict(zip(keys, (each.package_hash for each in loaded), strict=True)))
    queries.save_package_hash(conn, election_id, package_hash)
    return ImportReport(store.rows, len(loaded), sum(each.advance_votes for each in loaded), store.sealed, package_hash)
