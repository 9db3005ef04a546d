"""`suyuan evidence`: files that prove records, and pages about them."""

from backend.evidence.command import app
from backend.evidence.page_command import page

app.command("page")(page)
