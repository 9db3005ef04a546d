"""EPCIS 2.0 documents: what an event says, whichever way it was written, and the hash by which it is known."""
