"""What details refuse."""

from backend.errors.kind import ErrorKind

DETAILS = {
    "details_invalid": ErrorKind(
        422,
        "The details do not have the fields of their schema.",
        "Correct the field in `params`; /v1/details/schemas has the fields.",
    ),
    "details_of_another_root": ErrorKind(
        422,
        "The details do not give the root that was signed.",
        "Send exactly the fields and the key that were signed; `suyuan details root` gives their root.",
    ),
    "details_unmatched": ErrorKind(
        404,
        "No recorded action commits to these details.",
        "Check that its action is recorded and mirrored, and the file as it was written; then import it again.",
    ),
    "details_shredded": ErrorKind(
        409, "These details were destroyed on purpose.", "Record what is still to be known in a new action."
    ),
}
