"""What every test may ask for by name: real servers, each started once, the first time somebody asks."""

import gc
import signal

pytest_plugins = ["tests.support.parts"]

# A shell starts what runs in its background with Ctrl-C ignored, and everything below it would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What is imported now stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
