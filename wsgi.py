"""The application for WSGI servers and the `flask` command."""

import sys

from webapp import create_app
from webapp.config import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
