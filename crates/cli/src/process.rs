//! What the process itself needs: file modes, and standard output for the protocol alone.

/// New files are for their owner only, whatever the shell's umask is. Call it before there are threads.
pub fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Takes standard output for the protocol: what it gives writes there, and whatever else the process prints goes to
/// standard error from now on, be it a library's stray line or a child's.
///
/// # Errors
/// What the operating system says.
#[cfg(unix)]
pub fn claim_stdout() -> std::io::Result<std::fs::File> {
    let protocol = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(protocol.into())
}

/// Takes standard output for the protocol.
///
/// # Errors
/// What the operating system says.
#[cfg(not(unix))]
pub fn claim_stdout() -> std::io::Result<std::fs::File> {
    use std::os::windows::io::AsHandle;

    Ok(std::io::stdout().as_handle().try_clone_to_owned()?.into())
}

/// Becomes the first of a session of its own: no terminal can end it then. Who leads one already stays where it is.
pub fn leave_session() {
    #[cfg(unix)]
    let _leads_already = rustix::process::setsid();
}

/// The name of this machine.
#[must_use]
pub fn hostname() -> Option<String> {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    #[cfg(not(unix))]
    return None;
}
