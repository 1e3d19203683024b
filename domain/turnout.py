"""Turnout: how marks and advance votes add up, and the quarters of an hour in which they are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a station's register says now. All are counts of voters.

    ``marks`` are live marks of voters who came; ``advance_votes`` voters with an accepted advance vote in any contest;
    ``marks_after_advance`` voters who are both (their advance vote was for another contest), counted once in the turnout.
    """

    electorate: int
    marks: int
    advance_votes: int
    marks_after_advance: int

    @property
    def taken_part(self) -> int:
        """Voters who have voted by letter or got ballots."""
        return self.marks + self.advance_votes - self.marks_after_advance

    def __add__(self, other: "Tally") -> "Tally":
        """The tally of two stations together."""
        return Tally(
            self.electorate + other.electorate,
            self.marks + other.marks,
            self.advance_votes + other.advance_votes,
            self.marks_after_advance + other.marks_after_advance,
        )


NOBODY = Tally(0, 0, 0, 0)


def quarter_of(moment: datetime) -> datetime:
    """The start of the quarter of an hour that an aware moment lies in, in the moment's own zone."""
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)
