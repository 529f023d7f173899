//! Which space a text on the command line means.

use std::sync::Arc;

use auth::accounts::Accounts;
use auth::spaces::Spaces;
use engine::ErrorCode;
use model::{SharedSpace, Space};
use store_sqlite::SqliteKeyStore;

use crate::commands::access::failure;
use crate::commands::users;
use crate::exit::Failure;
use crate::render::text::one_line;
use crate::wiring;

/// How the private space of a user is named, before the name or the id of that user.
const USER: &str = "user:";

/// The one space that a text names: `default`, the id of a shared space, its name, or `user:` with the name or id of a user, whose
/// private one is meant then.
pub(crate) async fn meant(spaces: &Spaces, accounts: &Accounts, text: &str) -> Result<Space, Failure> {
    let text = text.trim();
    if text == Space::Default.to_string() {
        return Ok(Space::Default);
    }
    match text.strip_prefix(USER) {
        Some(user) => Ok(users::meant(accounts, user.trim()).await?.space),
        None => Ok(meant_shared(&spaces.all().await.map_err(failure)?, text)?.space()),
    }
}

/// The same, looked up in the file of accounts and spaces.
pub(crate) async fn meant_in(access: &Arc<SqliteKeyStore>, text: &str) -> Result<Space, Failure> {
    meant(&wiring::spaces_of(access), &wiring::accounts_of(access), text).await
}

/// The one shared space that a text names.
pub(crate) fn meant_shared<'a>(shared: &'a [SharedSpace], text: &str) -> Result<&'a SharedSpace, Failure> {
    let text = text.trim();
    let is_it = |space: &&SharedSpace| space.id.as_str() == text || space.name.as_str() == text;
    let found: Vec<&SharedSpace> = shared.iter().filter(is_it).collect();
    match found.as_slice() {
        [] => Err(Failure::Known {
            code: ErrorCode::NotFound,
            message: format!("there is no shared space with the name or id '{}'", one_line(text)),
            hint: Some("`memory spaces list` shows the names and ids of all of them".to_owned()),
        }),
        [one] => Ok(one),
        several => {
            let ids: Vec<&str> = several.iter().map(|space| space.id.as_str()).collect();
            let message = format!("'{}' means several spaces: {}", one_line(text), ids.join(", "));
            Err(Failure::invalid(message, "give the id of the one that is meant"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{SpaceId, SpaceName, Timestamp, UserId};

    fn space(number: u8, name: &str, by: Option<u8>) -> SharedSpace {
        SharedSpace {
            id: SpaceId::from_bytes([number; 10]),
            name: SpaceName::new(name).unwrap(),
            created_at: Timestamp::from_microseconds(0),
            created_by: by.map(|user| UserId::from_bytes([user; 10])),
        }
    }

    #[test]
    fn a_space_is_named_by_its_id_or_its_name_and_never_by_half_of_one() {
        let all = [space(1, "crew", None), space(2, "team", Some(1)), space(3, "team", Some(2))];
        let id = all[2].id.as_str();
        assert_eq!(meant_shared(&all, " crew ").unwrap(), &all[0]);
        assert_eq!(meant_shared(&all, id).unwrap(), &all[2]);
        for text in ["", "Crew", "cre", &id[..15], "abcdefghijklmnop", "Default"] {
            let refused = meant_shared(&all, text);
            assert!(
                matches!(refused, Err(Failure::Known { code: ErrorCode::NotFound, .. })),
                "{text}: {refused:?}"
            );
        }
        let Err(Failure::Known { code: ErrorCode::InvalidInput, message, .. }) = meant_shared(&all, "team")
        else {
            panic!("two spaces are meant")
        };
        assert!(message.contains(all[1].id.as_str()) && message.contains(id), "{message}");
    }
}
