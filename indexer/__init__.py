"""The mirror: a pure function from the chain to SQL tables. Imports `contracts` only."""
