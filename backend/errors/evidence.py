"""What evidence and checkpoints refuse."""

from backend.errors.kind import ErrorKind

EVIDENCE = {
    "evidence_beyond_sight": ErrorKind(
        403,
        "Its records name organisations that you may not know, and a trail cannot be cut.",
        "Ask for a smaller depth, or ask its present custodian, its maker or who oversees for the file.",
    ),
    "evidence_too_new": ErrorKind(
        409,
        "It was not there yet in the block that the file would rest on.",
        "Have witnesses publish a newer checkpoint, or ask with `at` for a later block.",
    ),
    "evidence_too_large": ErrorKind(
        422,
        "More records follow from it than one file carries.",
        "Ask for a smaller depth, for single holdings, or for fewer fields.",
    ),
    "evidence_busy": ErrorKind(
        429, "As many files are being made as this service makes at once.", "Ask again in a few seconds."
    ),
    "evidence_field_unknown": ErrorKind(
        422, "No schema of details has such a field.", "Choose from those of /v1/details/schemas."
    ),
    "evidence_field_not_shown": ErrorKind(
        409,
        "None of its records has these fields in details that are here and yours to read.",
        "Present the details first, or leave the fields out.",
    ),
    "evidence_without_checkpoint": ErrorKind(
        409,
        "No witness has published a checkpoint of this chain yet.",
        "Have one run `suyuan checkpoint sign` and `publish`, or ask with `at` as `latest`.",
    ),
    "evidence_block_not_final": ErrorKind(
        422, "That block can still change, or is not mirrored yet.", "Ask up to `finalised` in `params`."
    ),
    "evidence_state_gone": ErrorKind(
        409,
        "The node no longer has the state of that block.",
        "Have witnesses publish a newer checkpoint, ask with `at` as `latest`, or run a node that keeps its states.",
    ),
    "evidence_not_proven": ErrorKind(
        500,
        "What node and mirror gave does not prove the record; nothing was handed out.",
        "Run `suyuan index verify`: mirror or node is not what it should be. `params` says what failed.",
    ),
    "node_unavailable": ErrorKind(
        503, "The chain's node did not answer, or not as it should.", "Try again in a moment; see the node's log."
    ),
    "checkpoint_of_another_chain": ErrorKind(
        422, "The checkpoint is of another chain.", "Sign one of the chain that /v1/about names."
    ),
    "checkpoint_not_mirrored": ErrorKind(
        409,
        "The block of the checkpoint is not mirrored here, or not final yet.",
        "Publish it again in a moment; `finalised` in `params` says how far we are.",
    ),
    "checkpoint_forged": ErrorKind(
        422,
        "A signature is not the witness's over this checkpoint.",
        "Publish the file as `suyuan checkpoint sign` wrote it.",
    ),
    "witness_unknown": ErrorKind(
        403,
        "A witness's key is not a valid one of a member's.",
        "Sign with a key that is enrolled and in its period; /v1/keys lists yours.",
    ),
    "witness_too_busy": ErrorKind(
        429,
        "The witness published as many checkpoints as a day takes.",
        "Publish the next tomorrow; one an hour is plenty.",
    ),
}
