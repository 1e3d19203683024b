"""The raw tool beside marks: pgbench doing the same transaction by single statements, on a copy of the very same database."""

import re
from dataclasses import dataclass

from valgbord.bench.figures import BenchError
from valgbord.bench.postgresql import Cluster, program

DATABASE = "raw"
THREADS = 2
NUMBER_CARDS = """insert into poll_cards (number, election_id, entry_id, kind)
  select 970000000000 + id * 7919, 1, id, 'original' from register_entries"""

# A voter is taken by permutation, so nobody comes twice and no insert is refused. Entries are numbered from 1 on.
SCRIPT = r"""\set turn :turn + 1
\set voter permute((:turn - 1) * :clients + :client_id, :voters) + 1
\set number :turn * 1000 + :client_id
\set table_id :client_id % :tables + 1
\set card 970000000000 + :voter * 7919
begin;
select e.id as entry, e.station_id as station, e.register_number, e.name, e.birth_date, e.sex, e.contests, e.advance_contests,
  e.advance_received_on, e.status, c.replaced_at, c.replaced_by
  from poll_cards c join register_entries e on e.id = c.entry_id where c.number = :card::text
\gset
insert into marks (entry_id, station_id, table_id, official_id, request_id, event_number, contests, after_advance, source,
  recorded_at) values (:entry, :station, :table_id, :station, gen_random_uuid(), :number, 3, false, 'scanned', now());
insert into events (station_id, number, kind, at, table_id, official_id, entry_id, details, link)
  values (:station, :number, 'mark_recorded', now(), :table_id, :station, :entry,
  '{"contests":3,"request_id":"8c6a7f0e-2f9c-4a1e-9b0a-5e3c0d1f2a3b"}', sha256('mark'));
commit;
"""
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RawMarks:
    """A copy of a municipality's database, for pgbench alone."""

    cluster: Cluster
    voters: int
    tables: int

    @classmethod
    def copy(cls, cluster: Cluster, database: str, voters: int, tables: int) -> "RawMarks":
        """Copy a database that nobody is connected to. The cards get numbers that pgbench can reckon."""
        cluster.psql("postgres", f"create database {DATABASE} template {database}")
        let_truncate = "alter table events disable trigger user"  # the log is only added to; here it begins anew
        cluster.psql(DATABASE, let_truncate, "truncate poll_cards", NUMBER_CARDS, "vacuum analyze")
        return cls(cluster, voters, tables)

    def rate(self, clients: int, seconds: int) -> float:
        """Transactions a second with so many clients."""
        self.cluster.psql(DATABASE, "truncate marks", "truncate events")
        script = self.cluster.folder / "marks.sql"
        script.write_text(SCRIPT, encoding="utf-8")
        script.chmod(0o644)
        variables = {"turn": 0, "clients": clients, "voters": self.voters, "tables": self.tables}
        said = self.cluster.run(
            [
                program("pgbench"),
                "--no-vacuum",
                "--protocol=prepared",
                f"--client={clients}",
                f"--jobs={min(clients, THREADS)}",
                f"--time={seconds}",
                f"--file={script}",
                *(f"--define={name}={value}" for name, value in variables.items()),
                self.cluster.url(DATABASE),
            ]
        )
        found = _RATE.search(said)
        if found is None or "number of failed transactions: 0 " not in said:
            raise BenchError(f"pgbench did not do its work:\n{said}")
        return float(found[1])
