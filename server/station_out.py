"""A station as it crosses the wire."""

from domain.elections import Station
from domain.wire import StationOut


def station_out(station: Station) -> StationOut:
    """The wire form of a station."""
    return StationOut(
        municipality_code=station.key.municipality_code,
        number=station.key.number,
        name=station.name,
        venue=station.venue,
        address=station.address,
    )
