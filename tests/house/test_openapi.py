"""openapi.json tells of the server as it is."""

import json

from tests.house.openapi import describe
from tests.house.tree import ROOT


def test_the_committed_interface_is_the_server_s_own() -> None:
    assert (ROOT / "openapi.json").read_text(encoding="utf-8") == describe(), "run `make openapi` and read the difference"


def test_the_interface_has_the_one_road_for_marks() -> None:
    paths = json.loads(describe())["paths"]
    assert "/api/table/requests" in paths
    assert "/api/board" in paths
