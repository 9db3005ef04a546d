"""账簿 Books: the one join of chain and details, in the clear for those who may read; derived, and rebuilt at will."""
