"""What the books refuse."""

from backend.errors.kind import ErrorKind

BOOKS = {
    "search_without_words": ErrorKind(
        422, "There is no word in what was searched for.", "Search for letters, digits or characters."
    ),
}
