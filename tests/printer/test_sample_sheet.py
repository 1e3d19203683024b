"""The sheet of sample cards, rasterised as a printer would and read as a scanner would."""

from collections import Counter
from datetime import date, time

import pypdfium2
import pytest
import zxingcpp

from domain.elections import Contest, Election, ElectionKind
from domain.poll_cards import make_number
from printer.sample_sheet import Outcome, SampleCard, draw_sample_sheet

NAMES = (
    "Kirsten Margrethe Østergård",
    "Søren " + "Anemonekærsgaard-" * 11,
    "محمد العربي",
    "Γιώργος Παπαδόπουλος",
    "王小明",
    "Å",
)


def practice(kind: ElectionKind = ElectionKind.PRACTICE, series: str = "97") -> Election:
    return Election(
        name="Kommunal- og regionsrådsvalg, øvelse",
        day=date(2025, 11, 18),
        opens_at=time(8),
        closes_at=time(20),
        kind=kind,
        card_series=series,
        contests=(Contest("KV", "Kommunalvalg", "#ffffff"), Contest("RV", "Regionsrådsvalg", "#ffe94d")),
    )


def seventeen_samples() -> list[SampleCard]:
    """More than two pages hold, every outcome, names of every kind."""
    outcomes = list(Outcome)
    return [
        SampleCard(
            situation=f"situation_{at}",
            outcome=outcomes[at % len(outcomes)],
            heading="Udlevér 2 stemmesedler",
            note="Vælgeren har valgret til begge valg, og kortet er gyldigt.",
            digits=make_number("97", 7_919 * at * at).digits,
            voter=(NAMES[at % len(NAMES)], "14. marts 1968 · Kvinde"),
        )
        for at in range(17)
    ]


@pytest.mark.parametrize("dots_per_inch", [150, 200])
def test_every_symbol_on_the_sheet_is_read_to_its_own_number(dots_per_inch: int) -> None:
    samples = seventeen_samples()
    found: Counter[str] = Counter()
    for page in pypdfium2.PdfDocument(draw_sample_sheet(samples, practice())):
        found.update(symbol.text for symbol in zxingcpp.read_barcodes(page.render(scale=dots_per_inch / 72).to_pil()))
    assert found == Counter({sample.digits: 2 for sample in samples})


def words_on(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_the_digits_stand_in_groups_of_four_for_those_who_type() -> None:
    words = words_on(draw_sample_sheet(seventeen_samples(), practice()))
    for sample in seventeen_samples():
        assert sample.grouped in words
        assert len(sample.grouped.split()) == 3


def test_every_card_says_that_it_is_for_practice() -> None:
    samples = seventeen_samples()
    assert words_on(draw_sample_sheet(samples, practice())).count("ØVELSE") == len(samples)


def test_the_sheet_names_its_language_its_title_and_carries_its_typefaces() -> None:
    pdf = draw_sample_sheet(seventeen_samples(), practice())
    assert b"/Lang (da-DK)" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert (
        pypdfium2.PdfDocument(pdf).get_metadata_value("Title") == "Prøvekort til øvelse – Kommunal- og regionsrådsvalg, øvelse"
    )
    assert pdf.count(b"/FontFile2") == pdf.count(b"/Type /FontDescriptor")
    assert pdf.count(b"/FontFile2") >= 3


def test_the_same_samples_give_the_same_bytes() -> None:
    assert draw_sample_sheet(seventeen_samples(), practice()) == draw_sample_sheet(seventeen_samples(), practice())


def test_no_sample_sheet_is_made_for_a_live_election() -> None:
    with pytest.raises(ValueError, match="practice"):
        draw_sample_sheet(seventeen_samples(), practice(ElectionKind.LIVE, "25"))
