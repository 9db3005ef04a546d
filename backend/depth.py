"""How deep calls may go: nesting without end is to end as an error of one request, or of one file."""

import sys

# Python's own default. A library of the chain's raises it a hundredfold when it is imported, and then a text of
# nothing but brackets overruns the C stack in the JSON parser and takes the process with it.
_DEEPEST_CALLS = 1_000


def limit_depth() -> None:
    """Set Python's own limit again, whatever was imported."""
    sys.setrecursionlimit(_DEEPEST_CALLS)
