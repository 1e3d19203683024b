"""What every table test may ask for."""

from pathlib import Path

import pytest

from tests.station_client.hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """A table with an official, between two voters."""
    return Hall(tmp_path / "table")
