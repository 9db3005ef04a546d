"""表格 Spreadsheets: a clerk's rows become EPCIS events, and whatever is wrong is said by its cell."""
