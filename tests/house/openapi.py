"""The server's interface as OpenAPI, in the form in which openapi.json is committed: ``python -m tests.house.openapi``."""

import json
import sys

from server.app import create_app
from server.db import open_engine
from server.settings import Settings


def describe() -> str:
    """The whole text of openapi.json. No database is touched: the interface does not depend on what is in it."""
    url = "sqlite://"
    engine = open_engine(url)
    described = create_app(Settings(database_url=url), engine).openapi()
    engine.dispose()
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(describe())
