//! What is wrong with a passkey. The audit log knows; whoever sends it is told that it was not accepted.

use thiserror::Error;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Flaw {
    #[error("it cannot be read")]
    Unreadable,
    #[error("it was made for something else")]
    Type,
    #[error("the challenge is over, or was not given out to this browser")]
    Challenge,
    #[error("the challenge was answered before")]
    ChallengeUsed,
    #[error("it was asked for by another origin")]
    Origin,
    #[error("it was asked for in a frame")]
    Framed,
    #[error("it is for another site")]
    Site,
    #[error("nobody was there")]
    NotPresent,
    #[error("the authenticator did not look who it was")]
    NotVerified,
    #[error("what it says of copies cannot be")]
    Backup,
    #[error("the key is of a kind that was not asked for")]
    Algorithm,
    #[error("its attestation is wrong")]
    Attestation,
    #[error("the id of the authenticator is too long, empty or another one")]
    CredentialId,
    #[error("there is a passkey of that id already")]
    CredentialTaken,
    #[error("no such passkey")]
    Unknown,
    #[error("it is another user's")]
    UserHandle,
    #[error("the signature is wrong")]
    Signature,
    #[error("its counter did not grow: there may be a copy of it")]
    Counter,
    #[error("the user is disabled, or the passkey or the password was changed meanwhile")]
    NoUser,
}
