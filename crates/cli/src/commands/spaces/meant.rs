//! Which space a text on the command line means.

use engine::ErrorCode;
use model::{SharedSpace, Space};

use crate::exit::Failure;
use crate::render::text::one_line;

/// The one space that a text names: `default`, the id of a shared space, or its name.
pub(crate) fn meant(shared: &[SharedSpace], text: &str) -> Result<Space, Failure> {
    let text = text.trim();
    if text == Space::Default.to_string() {
        return Ok(Space::Default);
    }
    Ok(meant_shared(shared, text)?.space())
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
        assert_eq!(meant(&all, "default").unwrap(), Space::Default);
        assert_eq!(meant(&all, " crew ").unwrap(), all[0].space());
        assert_eq!(meant(&all, id).unwrap(), all[2].space());
        for text in ["", "Crew", "cre", &id[..15], "abcdefghijklmnop", "Default"] {
            let refused = meant(&all, text);
            assert!(
                matches!(refused, Err(Failure::Known { code: ErrorCode::NotFound, .. })),
                "{text}: {refused:?}"
            );
        }
        let Err(Failure::Known { code: ErrorCode::InvalidInput, message, .. }) = meant(&all, "team") else {
            panic!("two spaces are meant")
        };
        assert!(message.contains(all[1].id.as_str()) && message.contains(id), "{message}");
    }
}
