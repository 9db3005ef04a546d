"""Who asks, for which organisation, with which rights. Rights come from the chain; tokens only narrow them."""
