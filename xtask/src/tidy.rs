//! `cargo xtask tidy`: the rules of `docs/ARCHITECTURE.md` that no compiler knows.

mod container;
mod directions;
mod evidence;
mod files;
mod secrets;

/// Checks every rule and names every breach.
pub(crate) fn run() -> Result<(), String> {
    let mut breaches = directions::breaches()?;
    breaches.extend(files::breaches()?);
    breaches.extend(container::breaches()?);
    breaches.extend(evidence::breaches()?);
    breaches.extend(secrets::breaches()?);
    for breach in &breaches {
        eprintln!("tidy: {breach}");
    }
    if breaches.is_empty() { Ok(()) } else { Err(format!("tidy found {} breaches", breaches.len())) }
}
