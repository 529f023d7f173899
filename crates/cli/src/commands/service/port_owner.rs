//! Who listens at a port.

use super::process::Process;

/// The process that listens at a port, as far as this user may see it.
#[cfg(target_os = "linux")]
pub(super) fn find(port: u16) -> Option<Process> {
    use std::fs;

    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default());
    let sockets: Vec<String> = tables
        .iter()
        .flat_map(|table| inodes(table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    let owns = |pid: &u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut targets = files.filter_map(|file| fs::read_link(file.path()).ok());
        targets.any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
    };
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let pid = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(owns)?;
    Process::find(pid)
}

/// The process that listens at a port: not known here.
#[cfg(not(target_os = "linux"))]
pub(super) fn find(_: u16) -> Option<Process> {
    None
}

/// The sockets of a table of the kernel that listen at a port (proc(5): local address, state 0A, inode).
#[cfg(target_os = "linux")]
fn inodes(table: &str, port: u16) -> Vec<&str> {
    let listens = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        let is_there = fields
            .next()
            .and_then(|address| address.rsplit_once(':'))
            .is_some_and(|(_, found)| u16::from_str_radix(found, 16).is_ok_and(|found| found == port));
        is_there && fields.nth(1) == Some("0A")
    };
    table.lines().skip(1).filter(listens).filter_map(|line| line.split_whitespace().nth(9)).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_listens_is_found() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // Not every machine has IPv6.
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let port = listener.local_addr().unwrap().port();
            assert_eq!(find(port).unwrap().pid, std::process::id());
            drop(listener);
            assert_eq!(find(port), None);
        }
    }

    #[test]
    fn a_connection_to_the_port_is_not_its_owner() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:1F40 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
   2: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0
";
        assert_eq!(inodes(table, 8000), ["111"]);
        assert_eq!(inodes(table, 8002), [""; 0]);
    }
}
