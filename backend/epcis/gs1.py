"""GS1 identifiers in their one canonical form: a constrained canonical GS1 Digital Link.

Source: GS1 EPC Tag Data Standard 6 (the forms of an EPC URN), GS1 Digital Link 1.2 section 4.11, GS1 General
Specifications 7.9 (check digits), CBV 2.0 section 8.9.5 (what a constrained link may hold). The GS1 syntax dictionary
is the oracle of the tests.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LINK: Final = "https://id.gs1.org"

# Symbols that an EPC URN writes plainly and a Digital Link does not (Digital Link 1.2, table 7-1).
_TO_ESCAPE: Final = {ord(symbol): f"%{ord(symbol):02X}" for symbol in "!()*+,:"}

# The company prefix has 6 to 12 digits; with the reference behind it there are this many.
_GTIN_DIGITS, _SSCC_DIGITS, _GSIN_DIGITS, _OTHER_DIGITS = 13, 17, 16, 12

# Names that may stand for the number of a key or qualifier in a link.
_SHORT_NAMES: Final[Mapping[str, str]] = {
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
}

# Key -> what it looks like, and the qualifiers a constrained link keeps, the finest first.
_TEXT: Final = r"[!-.0-~]"
_KEYS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "00": (r"\d{18}", ()),
    "01": (r"\d{8}|\d{12,14}", ("21", "235", "10")),
    "253": (rf"\d{{13}}{_TEXT}{{0,17}}", ()),
    "255": (r"\d{13,25}", ()),
    "401": (rf"{_TEXT}{{1,30}}", ()),
    "402": (r"\d{17}", ()),
    "414": (r"\d{13}", ("254",)),
    "417": (r"\d{13}", ()),
    "8003": (rf"\d{{14}}{_TEXT}{{0,16}}", ()),
    "8004": (rf"{_TEXT}{{1,30}}", ()),
    "8006": (r"\d{18}", ("21", "10")),
    "8010": (rf"{_TEXT}{{1,36}}", ("8011",)),
    "8017": (r"\d{18}", ()),
    "8018": (r"\d{18}", ()),
}


def check_digit(digits: str) -> str:
    """The digit that ends a GS1 key: weights 3 and 1 from the right, filled up to a multiple of ten."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def canonical(identifier: str) -> str | None:
    """The constrained canonical Digital Link of an EPC URN or of any GS1 Digital Link; None for anything else.

    A link keeps only its finest level: of a lot and a serial number, the serial number.
    """
    if identifier.startswith("urn:epc:"):
        return _of_urn(identifier)
    if identifier.startswith(("http://", "https://")):
        return _of_link(identifier)
    return None


# --- EPC URNs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How the parts behind `urn:epc:...:` become the path of a link.

    `digits` is how many company prefix and reference have together; None if the reference is text.
    """

    digits: int | None
    path: Callable[[str, str, str], str]
    serial: bool = True


def _gtin(prefix: str, reference: str) -> str:
    """The indicator digit, which an EPC URN puts first in the reference, stands first in a GTIN."""
    digits = reference[:1] + prefix + reference[1:]
    return digits + check_digit(digits)


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _sgln(prefix: str, reference: str, extension: str) -> str:
    place = f"414/{_checked(prefix + reference)}"
    return place if extension == "0" else f"{place}/254/{extension}"


def _itip(prefix: str, reference: str, rest: str) -> str:
    piece, total, serial = rest.split(".", 2)
    return f"8006/{_gtin(prefix, reference)}{piece}{total}" + ("" if serial == "*" else f"/21/{serial}")


_SCHEMES: Final[Mapping[str, _Scheme]] = {
    "id:sgtin": _Scheme(_GTIN_DIGITS, lambda prefix, ref, serial: f"01/{_gtin(prefix, ref)}/21/{serial}"),
    "class:lgtin": _Scheme(_GTIN_DIGITS, lambda prefix, ref, lot: f"01/{_gtin(prefix, ref)}/10/{lot}"),
    "id:upui": _Scheme(_GTIN_DIGITS, lambda prefix, ref, extension: f"01/{_gtin(prefix, ref)}/235/{extension}"),
    "id:itip": _Scheme(_GTIN_DIGITS, _itip),
    "id:sscc": _Scheme(_SSCC_DIGITS, lambda prefix, ref, _: f"00/{_gtin(prefix, ref)}", serial=False),
    "id:sgln": _Scheme(_OTHER_DIGITS, _sgln),
    "id:pgln": _Scheme(_OTHER_DIGITS, lambda prefix, ref, _: f"417/{_checked(prefix + ref)}", serial=False),
    "id:grai": _Scheme(_OTHER_DIGITS, lambda prefix, ref, serial: f"8003/{_checked('0' + prefix + ref)}{serial}"),
    "id:gdti": _Scheme(_OTHER_DIGITS, lambda prefix, ref, serial: f"253/{_checked(prefix + ref)}{serial}"),
    "id:sgcn": _Scheme(_OTHER_DIGITS, lambda prefix, ref, serial: f"255/{_checked(prefix + ref)}{serial}"),
    "id:gsrn": _Scheme(_SSCC_DIGITS, lambda prefix, ref, _: f"8018/{_checked(prefix + ref)}", serial=False),
    "id:gsrnp": _Scheme(_SSCC_DIGITS, lambda prefix, ref, _: f"8017/{_checked(prefix + ref)}", serial=False),
    "id:gsin": _Scheme(_GSIN_DIGITS, lambda prefix, ref, _: f"402/{_checked(prefix + ref)}", serial=False),
    "id:giai": _Scheme(None, lambda prefix, ref, _: f"8004/{prefix}{ref}", serial=False),
    "id:ginc": _Scheme(None, lambda prefix, ref, _: f"401/{prefix}{ref}", serial=False),
    "id:cpi": _Scheme(None, lambda prefix, ref, serial: f"8010/{prefix}{ref}/8011/{serial}"),
    "idpat:sgtin": _Scheme(_GTIN_DIGITS, lambda prefix, ref, _: f"01/{_gtin(prefix, ref)}"),
    "idpat:upui": _Scheme(_GTIN_DIGITS, lambda prefix, ref, _: f"01/{_gtin(prefix, ref)}"),
    "idpat:itip": _Scheme(_GTIN_DIGITS, _itip),
    "idpat:grai": _Scheme(_OTHER_DIGITS, lambda prefix, ref, _: f"8003/{_checked('0' + prefix + ref)}"),
    "idpat:gdti": _Scheme(_OTHER_DIGITS, lambda prefix, ref, _: f"253/{_checked(prefix + ref)}"),
    "idpat:sgcn": _Scheme(_OTHER_DIGITS, lambda prefix, ref, _: f"255/{_checked(prefix + ref)}"),
    "idpat:cpi": _Scheme(None, lambda prefix, ref, _: f"8010/{prefix}{ref}"),
}

_SYMBOLS: Final = r"(?:%[0-9A-Fa-f]{2}|[!'()*+,.\-0-9:;=A-Z_a-z])+"


def _of_urn(urn: str) -> str | None:
    family, _, rest = urn.removeprefix("urn:epc:").partition(":")
    name, _, body = rest.partition(":")
    scheme = _SCHEMES.get(f"{family}:{name}")
    if scheme is None:
        return None
    prefix, _, rest = body.partition(".")
    if not re.fullmatch(r"\d{6,12}", prefix):
        return None
    if scheme.serial:
        reference, dot, serial = rest.rpartition(".") if scheme.digits is None else rest.partition(".")
        if not dot or not (serial == "*" or re.fullmatch(_SYMBOLS, serial)):
            return None
    else:
        # Some write the empty place of a serial number: `...00000.` has none, and no more than that.
        reference, serial = rest, ""
    if scheme.digits is None:
        if not re.fullmatch(_SYMBOLS, reference):
            return None
    elif len(prefix + reference) != scheme.digits or not re.fullmatch(r"\d*", reference):
        return None
    return f"{LINK}/{scheme.path(prefix, reference.translate(_TO_ESCAPE), serial.translate(_TO_ESCAPE))}"


# --- Digital Links ----------------------------------------------------------------------------------------------


def _of_link(link: str) -> str | None:
    try:
        segments = [segment for segment in urlsplit(link).path.split("/") if segment]
    except ValueError:
        return None
    for position in range(len(segments) - 1):
        key = _number_of(segments[position])
        if key in _KEYS:
            return _constrained(key, segments[position + 1], segments[position + 2 :])
    return None


def _constrained(key: str, value: str, rest: list[str]) -> str | None:
    form, kept = _KEYS[key]
    if not re.fullmatch(form, value) or len(rest) % 2:
        return None
    if key == "01":
        value = value.zfill(14)
    qualifiers = {_number_of(rest[at]): rest[at + 1] for at in range(0, len(rest), 2)}
    for qualifier in kept:
        if qualifier in qualifiers:
            return f"{LINK}/{key}/{value}/{qualifier}/{qualifiers[qualifier]}"
    return f"{LINK}/{key}/{value}"


def _number_of(segment: str) -> str:
    return _SHORT_NAMES.get(segment, segment)
