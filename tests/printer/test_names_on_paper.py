"""Names stand on paper as they are written, whatever their script and length."""

import pytest

from printer.page import fit, wrap
from printer.typefaces import NO_GLYPH, Face, set_runs, width_of
from printer.typefaces.writing import visual_order


@pytest.mark.parametrize(
    ("name", "on_paper"),
    [
        ("Åse Øgaard-Æbelø", "Åse Øgaard-Æbelø"),
        ("יוסף כהן", "ןהכ ףסוי"),
        ("Anna יוסף Olsen", "Anna ףסוי Olsen"),
        ("محمد", "\ufeaa\ufee4\ufea4\ufee3"),
    ],
    ids=["danish", "hebrew", "hebrew among danish", "arabic, joined"],
)
def test_letters_stand_in_reading_order(name: str, on_paper: str) -> None:
    assert visual_order(name) == on_paper


def test_danish_letters_are_set_in_the_houses_own_typeface() -> None:
    assert list(set_runs("Åse Østergård", Face.REGULAR)) == [(Face.REGULAR, "Åse Østergård")]


def test_a_letter_that_no_typeface_has_is_shown_as_missing_and_nothing_is_dropped() -> None:
    assert "".join(run for _, run in set_runs("Ng \u12a0", Face.REGULAR)) == f"Ng {NO_GLYPH}"


@pytest.mark.parametrize(
    "name", ["王美玲", "田中 たろう", "Мария Иванова", "Δημήτρης", "გიორგი", "Արամ", "Nguyễn Thị Hồng", "Ağaoğlu"]
)
def test_names_in_the_scripts_that_people_here_bring_are_set_whole(name: str) -> None:
    assert "".join(run for _, run in set_runs(name, Face.SEMIBOLD)) == name


def test_control_characters_in_a_name_do_not_reach_the_paper() -> None:
    assert "".join(run for _, run in set_runs("Bo\x07\u202e Dam", Face.REGULAR)) == "Bo Dam"


def test_a_wrapped_text_keeps_every_letter_and_stays_inside_its_width() -> None:
    text = "Bo " + "Anemonekærsgaard" * 12 + " Dam"
    lines = list(wrap(text, face=Face.REGULAR, size_pt=9, width=40))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line, Face.REGULAR, 9) <= 40 * 72 / 25.4 for line in lines)


def test_a_long_name_is_set_smaller_before_it_is_cut() -> None:
    name = "Anne-Marie Holmgaard-Kristoffersen Vestergaard af Rosenborg"
    assert fit(name, face=Face.SEMIBOLD, sizes_pt=(12, 9), width=140, max_lines=1) == (12, [name])
    assert fit(name, face=Face.SEMIBOLD, sizes_pt=(12, 9), width=105, max_lines=1) == (9, [name])


def test_a_name_that_does_not_fit_at_all_shows_that_it_was_cut() -> None:
    _, lines = fit("Anders " * 40, face=Face.SEMIBOLD, sizes_pt=(12, 9), width=50, max_lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert width_of(lines[-1], Face.SEMIBOLD, 9) <= 50 * 72 / 25.4
