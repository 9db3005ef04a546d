"""The law: the contracts, and the Python that compiles, deploys and describes them."""
