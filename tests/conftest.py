"""What every test may ask for: a fresh database of each kind, a browser, and the accessibility check.

One folder a run holds what its workers share (the PostgreSQL server, the migrated templates); it is removed at the end.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine

from server import migrate
from server.db import open_engine
from tests.accessibility import check_axe
from tests.browser import new_context, open_browser, open_page
from tests.postgresql import Cluster, make_folder, start_cluster

_TEMPLATE = "valgbord_template"
_RUN_FOLDER = pytest.StashKey[Path]()
_RUN_PID = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes the shared folder; a worker is told of it."""
    shared = getattr(config, "workerinput", None)
    config.stash[_RUN_FOLDER] = Path(shared["run_folder"]) if shared else make_folder()
    config.stash[_RUN_PID] = shared["run_pid"] if shared else os.getpid()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist gives no type
    """Tell a worker where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[_RUN_FOLDER])
    node.workerinput["run_pid"] = node.config.stash[_RUN_PID]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The process that made the folder stops what runs in it and takes it away."""
    if not hasattr(config, "workerinput"):
        Cluster(config.stash[_RUN_FOLDER]).stop()


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A folder that all workers of this run share."""
    return pytestconfig.stash[_RUN_FOLDER]


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config, run_folder: Path) -> Cluster:
    """The run's PostgreSQL server, with fsync and synchronous_commit on."""
    return start_cluster(run_folder, watched_pid=pytestconfig.stash[_RUN_PID])


@pytest.fixture(scope="session")
def _sqlite_template(run_folder: Path) -> Path:
    """A migrated SQLite file that nobody writes to."""
    template = run_folder / "template.sqlite3"
    with (run_folder / "sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            growing = run_folder / "growing.sqlite3"
            _migrate(f"sqlite:///{growing}")
            growing.rename(template)
    return template


@pytest.fixture(scope="session")
def _postgresql_template(cluster: Cluster) -> str:
    """The name of a migrated PostgreSQL database that nobody is connected to."""
    done = cluster.folder / "template.done"
    with (cluster.folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            cluster.drop_database(_TEMPLATE)
            _migrate(cluster.create_database(_TEMPLATE))
            done.touch()
    return _TEMPLATE


def _migrate(url: str) -> None:
    engine = open_engine(url)
    migrate.upgrade(engine)
    engine.dispose()


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite database with the newest schema and no rows."""
    path = tmp_path / "valgbord.sqlite3"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(cluster: Cluster, _postgresql_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the newest schema and no rows."""
    name = f"test_{uuid4().hex}"
    yield cluster.create_database(name, template=_postgresql_template)
    cluster.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the newest schema and no rows; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, not even tables; the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"test_{uuid4().hex}"
    yield cluster.create_database(name)
    cluster.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database of each kind, opened as the server opens it."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on a fresh SQLite database."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    """An engine on a fresh PostgreSQL database."""
    engine = open_engine(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file."""
    with open_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window without a past."""
    context = new_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of 1366×768; the test fails when a script on it throws."""
    with open_page(context) as page:
        yield page


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """The accessibility check: what a page does wrong, one line each."""
    return check_axe
