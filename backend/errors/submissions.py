"""What a batch can meet: at the door, on the chain, and on its way there."""

from backend.errors.kind import ErrorKind

_BATCH = {
    "chain_mismatch": ErrorKind(422, "The batch is for another chain.", "Sign it for the chain that /v1/about names."),
    "contract_unknown": ErrorKind(
        422, "No contract of this deployment has that address.", "Sign it for a contract that /v1/about names."
    ),
    "kind_unknown": ErrorKind(422, "That contract has no such kind of action.", "/v1/typed-data lists the kinds."),
    "action_invalid": ErrorKind(
        422,
        "An action does not have the fields of its kind.",
        "Correct the field in `params`; /v1/typed-data has the definition.",
    ),
    "batch_too_large": ErrorKind(
        422, "The batch has more records than one transaction carries.", "Split it and sign the parts."
    ),
    "signature_malformed": ErrorKind(
        422, "The signature is not 65 bytes r, s, v with v 27 or 28.", "Sign again; no other form is accepted."
    ),
    "signature_not_low": ErrorKind(
        422, "The signature is the high-s twin of another.", "Sign with a wallet that makes low-s signatures."
    ),
    "deadline_out_of_range": ErrorKind(
        422, "The deadline is further away than the longest we wait.", "Sign with a nearer deadline."
    ),
    "nothing_accepted": ErrorKind(422, "None of the batches was accepted.", "`results` says why, batch by batch."),
}

# The custom errors of ISignedLedger, by their names in snake case.
_CONTRACT = {
    "batch_empty": ErrorKind(422, "The batch has no actions.", "Put at least one action into it."),
    "deadline_expired": ErrorKind(409, "The deadline the signer set has passed.", "Sign again with a later deadline."),
    "mode_unknown": ErrorKind(422, "The mode is neither each (0) nor all (1).", "Sign with mode 0 or 1."),
    "nonce_used": ErrorKind(409, "The signer has used this nonce, or cancelled it.", "Sign again with another nonce."),
    "signature_invalid": ErrorKind(
        422,
        "The signature is not the signer's over this batch on this chain.",
        "Sign exactly what you send, with the key you name.",
    ),
    "signer_unknown": ErrorKind(
        403, "The signer was never granted to an organisation.", "Have an admin of your organisation grant the key."
    ),
    "signer_not_valid": ErrorKind(
        403, "The signer's key is not valid now.", "Sign with a key that is enrolled, in its period and not closed."
    ),
    "ledger_read_only": ErrorKind(409, "This generation of the ledger is read-only.", "Record on its successor."),
    "clock_in_milliseconds": ErrorKind(
        500, "The chain counts its time in milliseconds.", "Deploy on a chain that counts seconds."
    ),
}

# The enum Reason of ISignedLedger, by its names in snake case; NotFound alone is renamed, 404 has taken its name.
_REASON = {
    "malformed": ErrorKind(
        422,
        "An action's fields contradict each other or leave their range.",
        "Compare it with the definition of its kind.",
    ),
    "from_the_future": ErrorKind(
        422, "An action claims to have happened later than now.", "Set the device's clock; five minutes are forgiven."
    ),
    "role_missing": ErrorKind(
        403, "The signer's organisation does not have the role this takes.", "Have an organisation with the role sign."
    ),
    "right_missing": ErrorKind(
        403, "The signer's key does not have the right this takes.", "Sign with a key that has the right."
    ),
    "organisation_unknown": ErrorKind(
        409, "An action names an organisation that is not a member.", "/v1/organisations lists the members."
    ),
    "organisation_suspended": ErrorKind(
        403,
        "The signer's organisation is suspended: it may finish, not begin.",
        "Ask the authority about the suspension.",
    ),
    "ledger_finishing": ErrorKind(
        409, "This generation of the ledger takes no new subjects.", "Begin new subjects on its successor."
    ),
    "already_exists": ErrorKind(409, "The subject exists already.", "Use another handle or serial."),
    "subject_not_found": ErrorKind(
        409, "An action names a subject the ledger does not have.", "Record its creation first, or bring it in."
    ),
    "stale_seq": ErrorKind(
        409, "The subject has changed since the signer looked.", "Read it again and sign on its present `seq`."
    ),
    "seq_exhausted": ErrorKind(
        409, "The subject has as many records as it can hold.", "Split off a new subject and go on with that."
    ),
    "wrong_agrees_to": ErrorKind(
        409, "The subject is not in the state the signer agreed to.", "Read it again and sign on its present `head`."
    ),
    "wrong_actor": ErrorKind(
        403, "The signer's organisation is not the party this act belongs to.", "Have the party in question sign."
    ),
    "not_custodian": ErrorKind(
        403,
        "The signer's organisation does not have custody of the holding.",
        "Take custody first, or have the custodian sign.",
    ),
    "wrong_state": ErrorKind(409, "The subject is not in a state this act starts from.", "Read its status again."),
    "closed": ErrorKind(409, "The subject is closed.", "Nothing more can be recorded on it."),
    "packed": ErrorKind(409, "The holding is packed in another.", "Unpack it, or act on what it is packed in."),
    "held": ErrorKind(409, "The holding is on hold.", "Have the hold released."),
    "recalled": ErrorKind(409, "The lot is recalled.", "Return it, or wait until the recall ends."),
    "nesting_too_deep": ErrorKind(
        422, "The packing would be deeper than the ledger follows.", "Pack it one level higher."
    ),
    "lapsed": ErrorKind(409, "What the act answers has lapsed.", "Have it offered again."),
    "not_maker": ErrorKind(403, "Only the maker of a lot may do this.", "Have the maker sign."),
    "lot_mismatch": ErrorKind(
        422, "A part is not of the lot it is split from.", "Give every part the lot of its source."
    ),
    "trail_mismatch": ErrorKind(
        422, "The trail does not lead to the subject's head.", "Rebuild it from the subject's timeline."
    ),
    "proposal_pending": ErrorKind(
        409, "Another proposal on this subject is still open.", "Have it agreed to or ended first."
    ),
    "key_known": ErrorKind(409, "The key was granted before; keys are never used twice.", "Make a new key."),
    "line_closed": ErrorKind(
        409,
        "The order line is closed, cancelled, or no line of that kind.",
        "Read the order again; agree on a new one.",
    ),
    "quarantined": ErrorKind(
        409,
        "The holding is in quarantine.",
        "Have somebody of quality other than its receiver release it, or return it to whoever sent it.",
    ),
    "same_signer": ErrorKind(
        403, "Who received goods does not release them.", "Have another key with the quality right sign."
    ),
    "too_early": ErrorKind(409, "The time this has to wait for has not come.", "Send it again after the delay."),
}

_RELAY = {
    "gas_exhausted": ErrorKind(
        409, "The batch needs more gas than a transaction may use.", "Split it and sign the parts."
    ),
    "chain_refused": ErrorKind(
        409, "The chain reverted the batch without a reason we know.", "Give the operator the submission's id."
    ),
}

SUBMISSIONS = _BATCH | _CONTRACT | _REASON | _RELAY
