"""A keyboard and a barcode scanner whose keys carry their own times, so that a busy machine does not change what is tested.

Keys go through Chromium's own input (the debugger's ``Input.dispatchKeyEvent``), not through events made in the page.
"""

import time

from playwright.sync_api import Page

FRENCH_DIGITS = "à&é\"'(-è_ç"
"""What a French host's digit row gives without Shift, from 0 to 9."""

_NAMES = {"Enter": "\r", "Tab": "\t", "Space": " "}
_VIRTUAL_KEYS = {
    "Enter": 13, "NumpadEnter": 13, "Tab": 9, "Space": 32, "Escape": 27, "Backspace": 8, "AltLeft": 18,
    "ArrowDown": 40, "ArrowUp": 38, "Delete": 46, "Home": 36, "End": 35,
    **{f"F{number}": 111 + number for number in range(1, 13)},
}  # fmt: skip
_ALT = 1


class Wedge:
    """Types on a page. ``now_ms`` is the time stamp of the next key; it only goes forward."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self.now_ms = 0.0

    def wait(self, ms: float) -> None:
        """Let real time pass, as between two acts of a hand."""
        self._page.wait_for_timeout(ms)

    def press(self, code: str, key: str | None = None, *, after_ms: float = 2) -> None:
        """A hand presses one key, now; at least ``after_ms`` after the key before."""
        self._restart()
        self._tick(after_ms)
        self._stroke(code, key)

    def down(self, code: str, key: str | None = None, *, modifiers: int = 0, repeat: bool = False) -> None:
        """The key goes down."""
        named = key or (" " if code == "Space" else code)
        text = _NAMES.get(code, named if len(named) == 1 else "")
        self._send(
            "keyDown" if text else "rawKeyDown", code, named, modifiers, autoRepeat=repeat, **({"text": text} if text else {})
        )

    def up(self, code: str, key: str | None = None, *, modifiers: int = 0) -> None:
        """The key comes up."""
        self._send("keyUp", code, key or (" " if code == "Space" else code), modifiers)

    def scan(
        self, text: str, *, gap_ms: float = 4, suffix: str | None = "Enter", keys: str = "0123456789", codes: str = "Digit"
    ) -> None:
        """A scanner types these digits. ``keys`` is what the host's layout makes of them, ``codes`` where they are typed."""
        self._restart()
        for digit in text:
            self._tick(gap_ms)
            self._stroke(f"{codes}{digit}", keys[int(digit)])
        if suffix:
            self._tick(gap_ms)
            self._stroke(suffix)

    def burst(self, *codes: str) -> None:
        """A scanner reads something that is no card: these keys, at its speed."""
        self._restart()
        for code in codes:
            self._tick(4)
            self._stroke(code, code[-1] if code.startswith("Digit") else None)

    def scan_by_alt(self, text: str, *, gap_ms: float = 3) -> None:
        """A scanner in ALT mode: Alt held, the character's number on the numeric pad, Alt released."""
        self._restart()
        for character in [*text, "\r"]:
            self._tick(gap_ms)
            self.down("AltLeft", "Alt", modifiers=_ALT)
            for digit in f"{ord(character):03d}":
                self._tick(gap_ms)
                self._stroke(f"Numpad{digit}", digit, modifiers=_ALT)
            self._tick(gap_ms)
            self.up("AltLeft", "Alt")

    def type_slowly(self, text: str, gap_ms: float = 230) -> None:
        """A hand types these digits, at its own pace and in real time."""
        for digit in text:
            self.wait(gap_ms)
            self.press(f"Digit{digit}", digit)

    def _stroke(self, code: str, key: str | None = None, *, modifiers: int = 0) -> None:
        self.down(code, key, modifiers=modifiers)
        self.up(code, key, modifiers=modifiers)

    def _tick(self, ms: float) -> None:
        self.now_ms += ms

    def _restart(self) -> None:
        self.now_ms = max(self.now_ms, time.time() * 1000)  # noqa: TID251 - the debugger wants the machine's own time

    def _send(self, kind: str, code: str, key: str, modifiers: int, **more: object) -> None:
        virtual = _VIRTUAL_KEYS.get(code, ord(code[-1]))
        self._session.send(
            "Input.dispatchKeyEvent",
            {
                "type": kind,
                "code": code,
                "key": key,
                "windowsVirtualKeyCode": virtual,
                "modifiers": modifiers,
                "timestamp": self.now_ms / 1000,
                **more,
            },
        )
