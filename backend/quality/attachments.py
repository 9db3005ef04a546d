"""Files inside documents: whether they are what they say they are. They are kept, never opened."""

import base64
import binascii
import re

# What a file of a kind begins with. A kind that is not here may begin as it likes.
_BEGINNINGS = {"application/pdf": b"%PDF-"}

_DATA_URL = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.-]+)*,\s*", re.ASCII)


def check_attachment(data: str, *, encoding: str, media_type: str) -> str | None:
    """What is wrong with an attachment; None if nothing is.

    Args:
        data: base64, with or without `data:...;base64,` before it; hexadecimal where `encoding` says so.
    """
    prefix = _DATA_URL.match(data)
    text = data[prefix.end() :] if prefix else data
    try:
        content = bytes.fromhex(text) if encoding.lower() == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return f"its data is not {'hex' if encoding.lower() == 'hex' else 'base64'}"
    if not content:
        return "it is empty"
    if not content.startswith(_BEGINNINGS.get(media_type, b"")):
        return f"it does not begin as a file of {media_type} does"
    return None
