"""GS1 check digits: a GTIN or SSCC with a wrong one was mistyped somewhere."""

_LENGTHS = {"GTIN": (8, 12, 13, 14), "SSCC": (18,)}


def is_valid(kind: str, number: str) -> bool:
    """Whether a number has a length of its kind ("GTIN", "SSCC") and ends with the right digit.

    GS1 General Specifications 7.9: weights 3 and 1 from the right, the sum filled up to a multiple of ten.
    """
    if not (number.isascii() and number.isdigit()) or len(number) not in _LENGTHS[kind]:
        return False
    digits = [int(digit) for digit in number]
    weighted = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    return (weighted + digits[-1]) % 10 == 0
