"""Makes a portion of a register file ready for the database: read, checked, sealed, rendered and hashed for the package.

Pure work on values, so that it can be done in another process (``register_workers.py``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress, groupby
from operator import lt

from domain.elections import CardAlias, Contest
from domain.poll_cards import NUMBER_LENGTH
from server.cpr_seal import CprSeal
from server.package_rows import entry_lines, fresh_card_lines
from server.queries.register_load import Rows, Sealed, copy_rows, many_rows
from server.register_csv.block import VoterBlock
from server.register_csv.converters import converters_for
from server.register_csv.lines import text_of
from server.register_csv.problems import EnoughProblemsError, Problems
from server.register_csv.reader import Portion, PortionFacts
from server.register_csv.rows import RowReader


@dataclass(frozen=True, slots=True)
class PreparePlan:
    """What all portions of one import share. Without a ``cpr_key`` nothing is made ready: a dry run."""

    order: tuple[int, ...]
    station_ids: Mapping[tuple[str, str], int]
    contests: tuple[Contest, ...]
    aliases: tuple[CardAlias, ...]
    day: date
    election_id: int
    postgresql: bool
    cpr_key: bytes | None


@dataclass(frozen=True, slots=True)
class Work:
    """A portion, the id of its first voter, and a card number for each of its lines, one after the other."""

    portion: Portion
    first_id: int
    cards: str


@dataclass(frozen=True, slots=True)
class StationRun:
    """Voters of one station who stand together in the file, as the package hash takes them."""

    station_id: int
    first_number: int
    last_number: int
    ascending: bool
    entry_lines: bytes
    card_lines: bytes


@dataclass(slots=True)
class Prepared:
    """A portion ready to be stored, or what is wrong with it."""

    facts: PortionFacts = field(default_factory=PortionFacts)
    rows: list[Rows] = field(default_factory=list)
    runs: list[StationRun] = field(default_factory=list)
    advance_votes: Counter[int] = field(default_factory=Counter)
    voters: int = 0
    cprs: int = 0


class Preparer:
    """Prepares the portions of one import."""

    def __init__(self, plan: PreparePlan) -> None:
        self._plan = plan
        self._converters = converters_for(plan.contests, plan.aliases, plan.day)
        self._seal = None if plan.cpr_key is None else CprSeal(plan.cpr_key)

    def prepare(self, work: Work) -> Prepared:
        """Read a portion, and make it ready as long as nothing is wrong with it."""
        problems = Problems()
        reader = RowReader(self._plan.order, self._plan.station_ids, self._converters, problems)
        prepared = Prepared()
        try:
            for block, line_numbers in reader.read(text_of(work.portion.content), work.portion.first_line):
                if not len(block):
                    continue
                prepared.facts.note(block, line_numbers)
                if self._seal is not None and not problems.found:
                    self._make_ready(prepared, block, work, self._seal)
                _count(prepared, block)
        except EnoughProblemsError:
            pass
        prepared.facts.problems = problems.found
        return prepared

    def _make_ready(self, prepared: Prepared, block: VoterBlock, work: Work, seal: CprSeal) -> None:
        first_id = work.first_id + prepared.voters
        start = prepared.voters * NUMBER_LENGTH
        drawn = [work.cards[at : at + NUMBER_LENGTH] for at in range(start, start + len(block) * NUMBER_LENGTH, NUMBER_LENGTH)]
        cards = [given or own for given, own in zip(block.cards, drawn, strict=True)] if any(block.cards) else drawn
        sealed_ids = [*compress(range(first_id, first_id + len(block)), block.cprs)]
        sealed = Sealed(sealed_ids, seal.seal_all(sealed_ids, [*filter(None, block.cprs)]))
        render = copy_rows if self._plan.postgresql else many_rows
        prepared.rows.append(render(self._plan.election_id, first_id, block, cards, sealed))
        prepared.runs += _runs(first_id, block, cards)


def _count(prepared: Prepared, block: VoterBlock) -> None:
    prepared.voters += len(block)
    prepared.cprs += sum(map(bool, block.cprs))
    prepared.advance_votes.update(compress(block.station_ids, block.advance))


def _runs(first_id: int, block: VoterBlock, cards: Sequence[str]) -> Iterable[StationRun]:
    ids = range(first_id, first_id + len(block))
    entries, card_lines = entry_lines(ids, block), fresh_card_lines(cards, ids)
    at = 0
    for station_id, run in groupby(block.station_ids):
        start, at = at, at + sum(1 for _ in run)
        numbers = block.register_numbers[start:at]
        yield StationRun(
            station_id,
            numbers[0],
            numbers[-1],
            all(map(lt, numbers, numbers[1:])),
            "".join(entries[start:at]).encode(),
            "".join(card_lines[start:at]).encode(),
        )
