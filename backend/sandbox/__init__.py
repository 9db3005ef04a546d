"""Real parts on free loopback ports, for tests, demo and benches: chain, database, broker and our own processes."""
