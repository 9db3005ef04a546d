"""What any request can meet: its form, who asks, and our own failures."""

from backend.errors.kind import ErrorKind

REQUEST = {
    "request_invalid": ErrorKind(
        422, "The request does not have the documented form.", "Correct the fields in `params`; /docs has the form."
    ),
    "body_too_large": ErrorKind(
        413, "The body is larger than this service reads.", "Send fewer batches or records in one request."
    ),
    "not_found": ErrorKind(
        404,
        "There is nothing here that you may see.",
        "Check the identifier, and that your organisation is a party to it.",
    ),
    "method_not_allowed": ErrorKind(
        405, "This address has no such method.", "/docs lists the methods of each address."
    ),
    "not_signed_in": ErrorKind(
        401, "This address needs a sign-in.", "Send `Authorization: Bearer <token>`; `suyuan token create` makes one."
    ),
    "token_not_valid": ErrorKind(
        401, "The token is unknown, expired or revoked.", "Ask an admin of your organisation for a new token."
    ),
    "not_permitted": ErrorKind(
        403,
        "Your token does not carry the right this needs.",
        "Ask an admin of your organisation for a right in `params`.",
    ),
    "person_required": ErrorKind(
        403,
        "This is done by a person, and the token is a machine's.",
        "Use a token made for a person: `suyuan token create --person NAME`.",
    ),
    "id_reused": ErrorKind(
        409, "The id is taken by something else.", "Choose a new id; repeat under an id only what was asked under it."
    ),
    "internal": ErrorKind(
        500,
        "The service failed; nothing of this request was kept.",
        "Try again; if it stays, give the operator the `request_id`.",
    ),
    "mirror_unavailable": ErrorKind(
        503, "The mirror of the chain is not built yet.", "Start `suyuan index run`, then try again."
    ),
    "database_unavailable": ErrorKind(
        503,
        "The database did not answer. If it went away during COMMIT the request may have been kept.",
        "Send the same again in a moment: what was kept counts once.",
    ),
}
