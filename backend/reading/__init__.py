"""Documents of strangers, read within bounds: JSON and XML as bytes come, nothing fetched, nothing expanded."""
