"""What is wrong with a spreadsheet: as a whole, or in one cell of it."""

from backend.errors.kind import ErrorKind

_FILES = {
    "sheet_format_unknown": ErrorKind(
        422, "The file is no .xlsx and no text.", "Save it as .xlsx or as CSV, without a password."
    ),
    "sheet_encoding_unknown": ErrorKind(
        422, "The text is neither UTF-8 nor UTF-16 nor GB18030.", "Save it as CSV UTF-8."
    ),
    "sheet_malformed": ErrorKind(
        422, "The file is damaged, or not what its form says.", "Open it and save it anew; `params` says what is wrong."
    ),
    "sheet_too_large": ErrorKind(
        413, "The file unpacks to more than is read of one.", "Delete what is not needed, or split it."
    ),
    "sheet_columns_unknown": ErrorKind(
        422,
        "No row names the columns that are needed.",
        "Use `suyuan template`, or give a mapping; `suyuan template --from` proposes one.",
    ),
    "sheet_column_twice": ErrorKind(
        422, "Several columns have a name of the same meaning.", "Say in the mapping which one counts, by its letter."
    ),
    "sheet_mapping_invalid": ErrorKind(
        422, "The mapping does not have the documented form.", "Correct the places in `params`; docs/spreadsheets.md."
    ),
}

CELLS = {
    "sheet_cell_missing": ErrorKind(422, "The cell is empty and must not be.", "Fill it in."),
    "sheet_cell_error": ErrorKind(422, "The cell holds an error of the spreadsheet.", "Write the value itself."),
    "sheet_formula": ErrorKind(
        422, "The cell holds a formula; none is computed here.", "Copy it and paste its value over it."
    ),
    "sheet_text_invalid": ErrorKind(
        422, "The text is too long, or has characters nobody sees.", "Shorten it, or type it again."
    ),
    "sheet_digits_lost": ErrorKind(
        422,
        "The spreadsheet has rounded a long number.",
        "Format the column as text, then type the number again.",
    ),
    "sheet_became_a_date": ErrorKind(
        422,
        "The spreadsheet has made a date of a number or code.",
        "Format the column as text, then type it again.",
    ),
    "sheet_event_unknown": ErrorKind(
        422, "The word names none of the events.", "Choose one of the list, or explain the word in the mapping."
    ),
    "sheet_date_invalid": ErrorKind(422, "This is no day, or no time of it.", "Write it like 2026-11-21 08:30."),
    "sheet_date_ambiguous": ErrorKind(
        422, "Day and month could be either.", "Write the year first, or give `dates` in the mapping."
    ),
    "sheet_date_in_future": ErrorKind(422, "The day is still to come.", "Correct it, or wait until it has happened."),
    "sheet_quantity_invalid": ErrorKind(
        422, "This is no quantity above zero.", "Write a number; its unit has a column of its own."
    ),
    "sheet_number_ambiguous": ErrorKind(
        422,
        "The mark could part thousands or begin a fraction.",
        "Write it without marks for thousands, or give `decimal` in the mapping.",
    ),
    "sheet_unit_unknown": ErrorKind(
        422, "The unit is not known.", "Choose one of the list, or explain the word in the mapping."
    ),
    "sheet_gtin_invalid": ErrorKind(
        422, "This is no GTIN: wrong length, or wrong check digit.", "Compare it with the label, digit by digit."
    ),
    "sheet_sscc_invalid": ErrorKind(
        422, "This is no SSCC: wrong length, or wrong check digit.", "Compare it with the label, digit by digit."
    ),
    "sheet_lot_invalid": ErrorKind(
        422,
        "A lot of a GTIN has at most 20 letters, digits and signs of GS1.",
        "Correct it, or use your own item number instead of the GTIN.",
    ),
    "sheet_namespace_missing": ErrorKind(
        422,
        "A number of your own needs the namespace of your organisation.",
        "Give `namespace` in the mapping, like https://id.your-company.example, or use GS1's numbers.",
    ),
    "sheet_not_with_event": ErrorKind(
        422, "The cell does not go with the event of its row.", "Empty it, or tell two events in two rows."
    ),
    "sheet_row_twice": ErrorKind(
        422,
        "Another row says exactly the same.",
        "Delete one, or tell them apart by time or document number.",
    ),
}

SHEETS = _FILES | CELLS
