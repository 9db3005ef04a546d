"""A capture endpoint on the member's own machine: for software that speaks EPCIS and cannot sign."""
