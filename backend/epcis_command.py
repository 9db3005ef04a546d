"""`suyuan epcis`: what is done with EPCIS documents offline, and the export, which asks a service."""

from backend.capture.export import export
from backend.epcis.command import app

app.command("export")(export)
