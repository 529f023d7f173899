//! The pages through the router, as a browser and a program see them.
//!
//! | part | what |
//! |---|---|
//! | `town` | a server with accounts, that can be started again; a browser; a program |
//! | `people` | setting up, signing in, signing out |
//! | `consent` | the page that asks, and what a malicious program could do with it |
//! | `forms` | forms of other pages |
//! | `second_factor` | codes of an authenticator app |
//! | `passkeys` | keys of a device |
//! | `openid` | signing in with a provider of identities |
//! | `reach` | what sessions and tokens open, and what not |
//! | `looks` | languages, policies, nothing that runs but one script |

mod consent;
mod forms;
mod looks;
mod openid;
mod passkeys;
mod people;
mod reach;
mod second_factor;
pub(crate) mod town;
