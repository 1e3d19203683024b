"""The accessibility rules of WCAG 2.2 level AA that a program can check, and axe-core's best practices."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"


def check_axe(page: Page) -> list[str]:
    """Every rule that the page breaks, one line for each element: rule, impact, element, what is wrong. Empty is good."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))  # as the debugger does it: the page's content policy stays as it is
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(TAGS))
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
