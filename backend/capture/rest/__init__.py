"""The REST binding of EPCIS 2.0: the query interface, and the capture interface as far as a service can go unsigned."""
