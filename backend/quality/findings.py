"""What a certificate says against releasing the goods it came with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backend.errors import Params
from backend.quality.certificate import Certificate, Inspection
from backend.quality.specification import Verdict, judge

_LONGEST_QUOTE = 200


class Cause(StrEnum):
    """Why goods may not be released."""

    OUT_OF_RANGE = "certificate_out_of_range"
    """A value outside its own specification."""
    VALUE_UNREADABLE = "certificate_value_unreadable"
    """A value or a limit that cannot be compared: a person has to."""
    OTHER_LOT = "certificate_other_lot"
    """None of the certificate's lot numbers is the one on the label."""
    EXPIRED = "certificate_expired"
    """The certificate's own day of expiry has passed."""
    NOT_CONFORMING = "certificate_not_conforming"
    """The maker declares that the goods do not conform."""
    COLD_CHAIN_BROKEN = "cold_chain_broken"
    """Outside the limits of temperature for longer than allowed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, and what it is about."""

    cause: Cause
    params: Params


# How makers say no. What says neither yes nor no ("valid without signature") is no finding.
_DENIALS = (
    "not conform",
    "non-conform",
    "nonconform",
    "non conform",
    "not in conformity",
    "not comply",
    "non-compliant",
    "not compliant",
    "not meet",
    "out of specification",
    "nicht konform",
    "entspricht nicht",
    "entsprechen nicht",
    "erfüllt nicht",
    "non conforme",
    "no conforme",
    "no conformidad",
    "nie spełnia",
    "niezgodn",
    "uygun değil",
    "不合格",
    "不符合",
    "未通过",
)


def assess(certificate: Certificate, *, lot_number: str | None, today: date) -> tuple[Finding, ...]:
    """Every reason not to release, in the order of the document.

    Args:
        lot_number: as on the label; None where nobody has looked at a label yet.
        today: the park's day; goods may be used on their day of expiry.
    """
    return (
        *_about_lot(certificate, lot_number),
        *_about_expiry(certificate, today),
        *_about_values(certificate),
        *_about_declaration(certificate),
    )


def _about_lot(certificate: Certificate, lot_number: str | None) -> Iterator[Finding]:
    if lot_number is not None and _folded(lot_number) not in {_folded(lot) for lot in certificate.lots}:
        yield Finding(Cause.OTHER_LOT, {"lot_number": lot_number, "certificate": _quote(", ".join(certificate.lots))})


def _about_expiry(certificate: Certificate, today: date) -> Iterator[Finding]:
    expires_on = certificate.certificate.product.expiration_date
    if expires_on is not None and date.fromisoformat(expires_on) < today:
        yield Finding(Cause.EXPIRED, {"expires_on": expires_on})


def _about_values(certificate: Certificate) -> Iterator[Finding]:
    analysis = certificate.certificate.analysis
    for inspection in (analysis and analysis.inspections) or ():
        verdict = judge(
            inspection.value,
            value_type=inspection.value_type,
            minimum=inspection.minimum,
            maximum=inspection.maximum,
        )
        if verdict is Verdict.OUTSIDE:
            yield Finding(Cause.OUT_OF_RANGE, _told(inspection))
        elif verdict is Verdict.UNREADABLE:
            yield Finding(Cause.VALUE_UNREADABLE, _told(inspection))


def _about_declaration(certificate: Certificate) -> Iterator[Finding]:
    declaration = certificate.certificate.declaration_of_conformity.declaration
    said = " ".join(unicodedata.normalize("NFKC", declaration).lower().split())
    if any(denial in said for denial in _DENIALS):
        yield Finding(Cause.NOT_CONFORMING, {"declaration": _quote(declaration)})


def _told(inspection: Inspection) -> Params:
    return {
        "property": _quote(inspection.property),
        "value": _quote(inspection.value),
        "minimum": inspection.minimum and _quote(inspection.minimum),
        "maximum": inspection.maximum and _quote(inspection.maximum),
        "unit": inspection.unit and _quote(inspection.unit),
    }


def _folded(lot: str) -> str:
    """Full-width digits and spaces are how a label was typed, not what it says; upper and lower case may be."""
    return "".join(unicodedata.normalize("NFKC", lot).split())


def _quote(text: str) -> str:
    return text[:_LONGEST_QUOTE]
