"""The page that lists every route and tries it.

FastAPI's own page loads its script from a host on the internet. A park's network may have none, and a page on which a
member pastes a token must not run what somebody else serves; so the files come from the package `fastapi-offline`.
"""

from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
_FILES = {name: (files("fastapi_offline") / "static" / name).read_bytes() for name in _MEDIA_TYPES}

# The page carries its settings as an inline script and draws its icons from data addresses.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)


@router.get("/docs")
def page(request: Request) -> HTMLResponse:
    """The page."""
    html = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=request.app.title,
        swagger_js_url="docs/swagger-ui-bundle.js",
        swagger_css_url="docs/swagger-ui.css",
        swagger_favicon_url="docs/favicon.png",
        swagger_ui_parameters={"persistAuthorization": False, "displayRequestDuration": True},
    )
    html.headers["Content-Security-Policy"] = _POLICY
    return html


@router.get("/docs/{name}")
def part(name: Annotated[Literal["swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"], Path()]) -> Response:
    """A file the page is made of."""
    return Response(_FILES[name], media_type=_MEDIA_TYPES[name], headers={"Cache-Control": "max-age=86400"})
