"""One polling district's invented voters as lines of a register file, sorted by name and numbered from 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

from valgbord.practice.names import by_rank, danish_order, name_lists, read_list, seeded

STREETS_A_DISTRICT = 40
YOUNGEST, OLDEST = 18, 111
_DAYS_A_YEAR = 365.2425

# Shares of voters. Advance votes were 8.4 % (2019) to 10 % (2022) of the votes; the rest are plausible figures that make every
# situation come up at every station.
ADVANCE = 0.10
ADVANCE_IN_ONE_CONTEST = 0.03
PROTECTED = 0.02
WITHOUT_ADDRESS = 0.004
ONE_CONTEST = 0.003
NEWCOMER = 0.012
NEITHER_SEX = 0.0005
WITHOUT_CPR = 0.01
EU_CITIZEN_AMONG_ELSEWHERE = 0.5

# Advance votes can be given from six weeks before election day to the third-last working day before it.
_ADVANCE_FIRST_DAYS, _ADVANCE_LAST_DAYS = 42, 4
_NATIONAL_CONTESTS = frozenset({"FV", "FA"})
"""General elections and referendums are for Danish citizens only."""


@dataclass(frozen=True, slots=True)
class PracticeDistrict:
    """A polling district and how many voters to invent for it."""

    municipality_code: int
    municipality_name: str
    number: int
    name: str
    address: str
    electorate: int
    dagi_id: int | None = None

    @property
    def postcode_and_city(self) -> tuple[str, str]:
        """From the last part of the venue's address."""
        postcode, _, city = self.address.rpartition(", ")[2].partition(" ")
        return postcode, city


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """What all districts of one practice register share."""

    seed: int
    day: date
    contests: tuple[str, ...]


def district_lines(plan: PracticePlan, district: PracticeDistrict) -> list[str]:
    """The district's voters; the same for the same plan and district, whatever else is made."""
    people = _People(plan, district)
    found = sorted((people.invent() for _ in range(district.electorate)), key=lambda voter: voter[0])
    head = f"{district.municipality_code};{district.number}"
    return [f"{head};{number};{rest}" for number, (_, rest) in enumerate(found, 1)]


class _People:
    """Draws one voter after the other for a district."""

    def __init__(self, plan: PracticePlan, district: PracticeDistrict) -> None:
        source = seeded(plan.seed, district.municipality_code, district.number)
        self._random: Callable[[], float] = source.random
        self._names = name_lists()
        self._streets = by_rank(source.sample(read_list("streets.txt"), STREETS_A_DISTRICT))
        self._postcode, self._city = district.postcode_and_city
        self._ages = _ages()
        self._birthdays = _birthdays(plan.day)
        self._today = plan.day.toordinal()
        self._day = plan.day
        self._all = " ".join(plan.contests)
        self._without_national = " ".join(code for code in plan.contests if code not in _NATIONAL_CONTESTS)
        self._only = _only_contest(plan.contests)
        self._has_newcomers = "KV" in plan.contests

    def invent(self) -> tuple[tuple[str, str], str]:
        """A sort key and the line from the CPR number on."""
        random = self._random
        sex = "K" if random() < 0.508 else "M"  # noqa: PLR2004 - women among voters
        (first, last), elsewhere = self._names.draw(random, sex)
        born = self._birthday(random)
        cpr = _impossible_cpr(random, born, sex)
        shown_sex = "X" if random() < NEITHER_SEX else sex
        address, protected = self._address(random)
        part, contests = self._entitlement(random, elsewhere=elsewhere)
        advance = self._advance(random, contests)
        rest = f"{cpr};{last};{first};{born};{shown_sex};{address};{part};{contests};{protected};{advance};;"
        return (danish_order(last), danish_order(first)), rest

    def _birthday(self, random: Callable[[], float]) -> str:
        age = self._ages[int(random() * len(self._ages))]
        days = int((age + random()) * _DAYS_A_YEAR)
        return self._birthdays.get(days) or self._birthdays[int(YOUNGEST * _DAYS_A_YEAR) + 1]

    def _address(self, random: Callable[[], float]) -> tuple[str, str]:
        rare = random()
        if rare < WITHOUT_ADDRESS:
            return ";;", "nej"
        street = self._streets[int(random() * len(self._streets))]
        number = 1 + int(random() ** 2 * 140)
        floor = _FLOORS[int(random() * len(_FLOORS))]
        protected = "ja" if rare < WITHOUT_ADDRESS + PROTECTED else "nej"
        return f"{street} {number}{floor};{self._postcode};{self._city}", protected

    def _entitlement(self, random: Callable[[], float], *, elsewhere: bool) -> tuple[str, str]:
        part = "T" if self._has_newcomers and random() < NEWCOMER else "H"
        if self._only and random() < ONE_CONTEST:
            return part, self._only
        if elsewhere and self._without_national and random() < EU_CITIZEN_AMONG_ELSEWHERE:
            return part, self._without_national
        return part, self._all

    def _advance(self, random: Callable[[], float], contests: str) -> str:
        if random() >= ADVANCE:
            return ";"
        codes = contests.split(" ")
        if len(codes) > 1 and random() < ADVANCE_IN_ONE_CONTEST:
            codes = [codes[int(random() * len(codes))]]
        before = _ADVANCE_LAST_DAYS + int(random() * (_ADVANCE_FIRST_DAYS - _ADVANCE_LAST_DAYS))
        return f"{' '.join(codes)};{(self._day - timedelta(days=before)).isoformat()}"


_FLOORS = [
    "",
    "",
    "",
    "",
    "",
    "",
    "A",
    "B",
    ", st.",
    ", st. tv",
    ", 1. th",
    ", 1. tv",
    ", 2. th",
    ", 2. tv",
    ", 3. th",
    ", 4. tv",
]


def _ages() -> list[int]:
    """Ages 18 to 111, each as often as among Danish voters, near enough: level to 75, then falling ever faster."""
    weights = {age: 1.2 if age <= 75 else 1.2 * exp(-(((age - 75) / 11) ** 2)) for age in range(YOUNGEST, OLDEST)}  # noqa: PLR2004 - as said
    scale = 20_000 / sum(weights.values())
    return [age for age, weight in weights.items() for _ in range(max(1, round(weight * scale)))]


def _birthdays(day: date) -> dict[int, str]:
    """The ISO date of each number of days before election day at which a voter is of age."""
    latest = date(day.year - YOUNGEST, day.month, min(day.day, 28))
    youngest = (day - latest).days
    oldest = int((OLDEST + 1) * _DAYS_A_YEAR)
    return {days: (day - timedelta(days=days)).isoformat() for days in range(youngest, oldest)}


def _impossible_cpr(random: Callable[[], float], born: str, sex: str) -> str:
    """Ten digits that look like a CPR number and can be nobody's: the day has 60 added. Now and then none."""
    if random() < WITHOUT_CPR:
        return ""
    serial = int(random() * 4_999) * 2 + (sex == "M")
    return f"{int(born[8:]) + 60}{born[5:7]}{born[2:4]}{serial:04d}"


def _only_contest(contests: Sequence[str]) -> str:
    """What a voter who moved within the region keeps: the regional election alone (KRVL § 12)."""
    return "RV" if "RV" in contests and len(contests) > 1 else ""
