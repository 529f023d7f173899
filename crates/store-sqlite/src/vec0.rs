//! The vec0 module of sqlite-vec, linked into the program.
#![expect(unsafe_code, reason = "sqlite-vec is C: its entry point is handed to SQLite here and nowhere else")]

use std::ffi::{c_char, c_int};
use std::sync::OnceLock;

use rusqlite::auto_extension::register_auto_extension;
use rusqlite::ffi;

use crate::error::{Result, store_error};

/// The entry point as SQLite calls it. (The binding declares it without its parameters.)
unsafe extern "C" fn entry_point(
    database: *mut ffi::sqlite3,
    message: *mut *mut c_char,
    api: *const ffi::sqlite3_api_routines,
) -> c_int {
    type EntryPoint =
        unsafe extern "C" fn(*mut ffi::sqlite3, *mut *mut c_char, *const ffi::sqlite3_api_routines) -> c_int;
    // SAFETY: sqlite-vec.c defines `int sqlite3_vec_init(sqlite3 *, char **, const sqlite3_api_routines *)`; the
    // types above are the same ones, so the call is made with the function's own signature.
    let init: EntryPoint =
        unsafe { std::mem::transmute(sqlite_vec::sqlite3_vec_init as unsafe extern "C" fn()) };
    // SAFETY: SQLite calls this function with the three pointers that it must be given, valid for the call.
    unsafe { init(database, message, api) }
}

/// Makes vec0 available to every connection that this process opens from now on.
pub(crate) fn register() -> Result<()> {
    static REGISTERED: OnceLock<std::result::Result<(), String>> = OnceLock::new();
    let registered = REGISTERED.get_or_init(|| {
        // SAFETY: the entry point opens and closes no database and does not touch the list of extensions.
        unsafe { register_auto_extension(entry_point) }.map_err(|error| error.to_string())
    });
    registered.clone().map_err(|reason| {
        store_error("registering the vector index", rusqlite::Error::InvalidParameterName(reason))
    })
}
