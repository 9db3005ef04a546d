"""明细 Details: the confidential fields behind the roots on chain, sealed at rest, opened for their readers."""
