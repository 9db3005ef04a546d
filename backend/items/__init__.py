"""Items 物料: what an organisation buys, stores and uses, by its own codes."""
