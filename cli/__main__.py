"""``python -m cli`` is ``lumenstock``."""

from cli.main import app

app()
