"""Purchase requests 申购单: what people ask for, and what became of it."""
