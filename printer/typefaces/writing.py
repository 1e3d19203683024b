"""Right-to-left names on paper: a PDF draws glyphs from left to right, so letters are joined and words turned round here.

A small part of the Unicode bidirectional algorithm (UAX #9), enough for a name on one line: runs of right-to-left letters are
turned, left-to-right runs stay, and the line as a whole reads from the left as the other lines of the paper do.
"""

import unicodedata
from functools import cache

_RIGHT_TO_LEFT = {"R", "AL"}
_FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")


def visual_order(text: str) -> str:
    """The letters of one line in the order in which they stand on paper, Arabic letters in their joined forms."""
    joined = _join_arabic(unicodedata.normalize("NFC", text))
    line: list[str] = []
    start = 0
    while start < len(joined):
        end = _end_of_turned(joined, start)
        line.append(_turn(joined[start:end]) if end > start else joined[start])
        start = max(end, start + 1)
    return "".join(line)


def _end_of_turned(text: str, start: int) -> int:
    """Where a right-to-left run that begins at ``start`` ends; ``start`` itself when none begins there."""
    end = start
    for at in range(start, len(text)):
        way = unicodedata.bidirectional(text[at])
        if way in _RIGHT_TO_LEFT:
            end = at + 1
        elif way == "L" or end == start:
            break
        elif way == "NSM":
            end = at + 1
    return end


def _turn(run: str) -> str:
    """A run backwards, each letter keeping its marks behind it."""
    letters: list[str] = []
    for letter in run:
        if letters and unicodedata.combining(letter):
            letters[-1] += letter
        else:
            letters.append(letter)
    return "".join(reversed(letters))


@cache
def _arabic_forms() -> dict[str, dict[str, str]]:
    """Letter → form → the code point that draws it (Arabic Presentation Forms A and B, taken from Unicode's own data)."""
    forms: dict[str, dict[str, str]] = {}
    for point in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)):
        form, _, source = unicodedata.decomposition(chr(point)).partition(" ")
        if form in _FORMS and len(source) == len("0628"):
            forms.setdefault(chr(int(source, 16)), {}).setdefault(form, chr(point))
    return forms


def _join_arabic(text: str) -> str:
    forms = _arabic_forms()

    def joins_onward(letter: str) -> bool:
        return "<initial>" in forms.get(letter, {})

    def joins_back(letter: str) -> bool:
        return "<final>" in forms.get(letter, {})

    letters = []
    for at, letter in enumerate(text):
        before = next((other for other in reversed(text[:at]) if not unicodedata.combining(other)), "")
        after = next((other for other in text[at + 1 :] if not unicodedata.combining(other)), "")
        back = joins_back(letter) and joins_onward(before)
        onward = joins_onward(letter) and joins_back(after)
        form = _FORMS[2 * onward + back]
        letters.append(forms.get(letter, {}).get(form, letter))
    return "".join(letters)
