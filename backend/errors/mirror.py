"""What comparing mirrors is refused for."""

from backend.errors.kind import ErrorKind

MIRROR = {
    "blocks_not_final": ErrorKind(
        422,
        "Blocks are asked for that can still change, or are not mirrored yet.",
        "Ask up to `finalised` in `params`.",
    ),
    "range_too_wide": ErrorKind(
        422, "A range holds more than one request may cost.", "Ask in ranges of fewer blocks: a smaller `every`."
    ),
}
