"""``valgbord cards sample`` as it is typed."""

from pathlib import Path

import pypdfium2
from sqlalchemy import Engine
from typer.testing import CliRunner

from domain.elections import ElectionKind
from tests.valgbord.small_register import make_small_register
from valgbord.commands import app


def test_it_writes_a_sheet_and_a_page_and_lists_the_numbers(engine: Engine, database_url: str, tmp_path: Path) -> None:
    make_small_register(engine)
    done = CliRunner().invoke(app, ["cards", "sample", "--database", database_url, "--out", str(tmp_path / "sheet.pdf")])
    assert done.exit_code == 0, done.output
    assert "card_replaced" in done.stdout
    assert len(pypdfium2.PdfDocument(tmp_path / "sheet.pdf")) == 2
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8").count("<li ") == 16


def test_real_voters_cards_are_not_printed_as_samples(engine: Engine, database_url: str, tmp_path: Path) -> None:
    make_small_register(engine, ElectionKind.LIVE)
    done = CliRunner().invoke(app, ["cards", "sample", "--database", database_url, "--out", str(tmp_path / "sheet.pdf")])
    assert done.exit_code == 2
    assert "live election" in done.stderr
    assert list(tmp_path.glob("sheet.*")) == []
