"""``python -m valgbord`` is the ``valgbord`` command."""

from valgbord.commands import app

app()
