"""What the server last said of the station and its tables, and what a table shows while no voter is at it."""

from dataclasses import dataclass, replace
from datetime import datetime

from domain.elections import StationState, TableState
from domain.marks import Refusal
from domain.screens import Screen
from domain.wire import OtherTable, StationNews

PLACE_REFUSALS = frozenset(
    {
        Refusal.STATION_NOT_OPEN,
        Refusal.STATION_CLOSED,
        Refusal.TABLE_PAUSED,
        Refusal.TABLE_CLOSED,
        Refusal.NOT_SIGNED_IN,
    }
)
"""What the server refuses because of the place, not of the voter: the table shows the place as it is, and says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """The station and its tables. ``paused_at`` is this table's own time (aware) of its pause."""

    station_state: StationState
    table_state: TableState = TableState.OPEN
    others: tuple[OtherTable, ...] = ()
    paused_at: datetime | None = None

    def after(self, news: StationNews, now: datetime) -> "Place":
        """The place as the news has it."""
        told = replace(self, station_state=news.station_state, others=news.tables)
        return told.with_table_state(news.table_state, now)

    def refusing(self, refusal: Refusal, now: datetime) -> "Place":
        """The place as a refusal tells it; the next news has the last word."""
        match refusal:
            case Refusal.STATION_NOT_OPEN:
                return replace(self, station_state=StationState.PREPARED)
            case Refusal.STATION_CLOSED:
                return replace(self, station_state=StationState.CLOSED)
            case Refusal.TABLE_PAUSED:
                return self.with_table_state(TableState.PAUSED, now)
            case Refusal.TABLE_CLOSED:
                return self.with_table_state(TableState.CLOSED, now)
            case _:
                return self

    def with_table_state(self, state: TableState, now: datetime) -> "Place":
        """The place when this table is opened, paused or closed."""
        if state is not TableState.PAUSED:
            return replace(self, table_state=state, paused_at=None)
        return replace(self, table_state=state, paused_at=self.paused_at or now)


def resting_screen(place: Place, *, signed_in: bool, has_register: bool, connected: bool) -> Screen:
    """The screen between voters. Only ``READY`` takes cards; the first thing that stands in the way is shown."""
    if not signed_in:
        return Screen.SIGN_IN
    if not has_register:
        return Screen.OFFLINE
    if place.station_state is StationState.PREPARED:
        return Screen.NOT_OPEN
    if place.station_state is StationState.CLOSED or place.table_state is TableState.CLOSED:
        return Screen.CLOSED
    if place.table_state is TableState.PAUSED:
        return Screen.PAUSED
    return Screen.READY if connected else Screen.OFFLINE
