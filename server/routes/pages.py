"""Pages for people: templates that escape everything they are given."""

from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.danish import danish_age, danish_clock, danish_number, danish_percent

_FOLDER = Path(__file__).parent.parent
STATIC_FOLDER = _FOLDER / "static"

# Not no-referrer, which is the rule elsewhere: with that a browser sends its own form with "Origin: null", and we refuse it.
PAGE_HEADERS = {"Referrer-Policy": "same-origin"}

_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"number": danish_number, "percent": danish_percent, "clock": danish_clock, "age": danish_age}


def show_page(template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - what a template is given
    """Render a template. Every value is escaped; a value that is missing is an error, never an empty place."""
    return HTMLResponse(_templates.get_template(template).render(values), status, PAGE_HEADERS)
