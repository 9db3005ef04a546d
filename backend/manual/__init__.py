"""The API, described: a page that needs no other host."""
