//! The commands around the memories: what people read, what programs read, what is refused and how.
//!
//! | file | commands |
//! |---|---|
//! | [`revisions`] | `update`, `history` |
//! | [`undoing`] | `delete`, `undelete`, `purge` |
//! | [`backups`] | `backup`, `verify`, `restore` |
//! | [`transfers`] | `import`, `export` |
//! | [`keys`] | `keys create`, `keys list`, `keys revoke` |
//! | [`spaces`] | `spaces`, and `--space` of the others |
//! | [`users`] | `users`, and what `audit` says of it |
//! | [`services`] | `launch`, `stop`, `restart`, `info`, `health`, `logs`, `service` |
//! | [`looking`] | filters of `search`, `list` and `delete`; `tags`, `stats`, `config` |
//! | [`odd_usage`] | places, names and neighbours that nobody thinks of |

mod backups;
mod keys;
mod looking;
mod odd_usage;
mod revisions;
mod services;
mod spaces;
mod transfers;
mod undoing;
mod users;
