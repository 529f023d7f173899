//! Who has memories of their own.

use crate::id::random_id;

random_id! {
    /// The id of a user.
    UserId
}
