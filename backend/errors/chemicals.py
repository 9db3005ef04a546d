"""What buying regulated chemicals is refused for."""

from backend.errors.kind import ErrorKind

CHEMICALS = {
    "certificate_missing": ErrorKind(
        409,
        "A regulated chemical is bought under a certificate, and none that is valid covers this line.",
        "Have a paper of one of `kinds` issued and register it at /v1/chemical-certificates; then approve again.",
    ),
    "certificate_exhausted": ErrorKind(
        409,
        "No valid certificate has enough left for this line.",
        "Register a new certificate, or withdraw requests that hold some of the old ones; then approve again.",
    ),
    "certificate_number_taken": ErrorKind(
        409, "A certificate with this number is registered already.", "Use the one there is: /v1/chemical-certificates."
    ),
    "reservation_exceeded": ErrorKind(
        409,
        "More came in than the request line had reserved on its certificate.",
        "Take in what was reserved and return the rest, or have a request for the rest approved first.",
    ),
}
