//! What the server keeps in memory.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::client::Client;
use super::product::Product;
use super::table::{Figure, Row, Table};

const MEMORIES: usize = 10_000;
const PROCESSES: usize = 8;
const SEARCHES: usize = 20;
/// Long enough for anything that was started in the background to end.
const SETTLE: Duration = Duration::from_secs(2);
const IDLE_AIM_MB: f64 = 30.0;
const LOADED_AIM_MB: f64 = 120.0;
/// The bytes of one vector as it is scored.
const VECTOR_BYTES: u64 = 384;

/// Resident memory of a process, in bytes, as the kernel counts it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Resident {
    /// All pages.
    rss: u64,
    /// Each page divided by how many processes share it.
    pss: u64,
    /// Pages of this process alone.
    private: u64,
}

/// Idle and loaded, one process and eight.
pub(crate) fn measure(product: &Product) -> Result<Table, String> {
    let database = "memory.db";
    product.fill(database, 0..MEMORIES)?;
    let cat = trivial_process()?;
    let loaded_floor = product.model_bytes()? + MEMORIES as u64 * VECTOR_BYTES;
    let mut table = Table::new("Resident memory");
    for count in [1, PROCESSES] {
        let (idle, loaded) = processes(product, database, count)?;
        for (state, resident, aim, floor, floor_name) in [
            ("idle (after the handshake)", idle, IDLE_AIM_MB, cat, "RSS of `/bin/cat`"),
            (
                "loaded (after searches)",
                loaded,
                LOADED_AIM_MB,
                loaded_floor,
                "model file and codes of the vectors",
            ),
        ] {
            let per = if count == 1 { "1 process".to_owned() } else { format!("each of {count} processes") };
            table.row(Row {
                what: format!("{per}, {state}: RSS"),
                ours: Figure::bytes(mean(&resident, |one| one.rss)),
                floor_name: floor_name.to_owned(),
                floor: Figure::bytes(floor),
                aim: Some(aim),
            });
            table.row(Row {
                what: format!("{per}, {state}: PSS"),
                ours: Figure::bytes(mean(&resident, |one| one.pss)),
                floor_name: floor_name.to_owned(),
                floor: Figure::bytes(floor),
                aim: None,
            });
            table.note(format!(
                "{per}, {state}: {:.1} MB private, {:.1} MB shared with the page cache or other processes; all together take \
                 {:.1} MB (sum of PSS).",
                mean(&resident, |one| one.private) as f64 / 1e6,
                mean(&resident, |one| one.rss - one.private) as f64 / 1e6,
                resident.iter().map(|one| one.pss).sum::<u64>() as f64 / 1e6
            ));
        }
    }
    table.note(format!(
        "{MEMORIES} memories, {SEARCHES} searches in each process; read from `/proc/PID/smaps_rollup`, {} s after the last \
         answer.",
        SETTLE.as_secs()
    ));
    Ok(table)
}

fn processes(
    product: &Product,
    database: &str,
    count: usize,
) -> Result<(Vec<Resident>, Vec<Resident>), String> {
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = product.serve(database)?;
        client.handshake()?;
        clients.push(client);
    }
    std::thread::sleep(SETTLE);
    let idle = clients.iter().map(|client| resident(client.id())).collect::<Result<_, _>>()?;
    let queries = product.workload.queries(MEMORIES, SEARCHES);
    for client in &mut clients {
        for query in &queries {
            client.call("memory_search", &json!({"query": query.text}))?;
        }
    }
    std::thread::sleep(SETTLE);
    let loaded = clients.iter().map(|client| resident(client.id())).collect::<Result<_, _>>()?;
    clients.into_iter().try_for_each(Client::finish)?;
    Ok((idle, loaded))
}

fn trivial_process() -> Result<u64, String> {
    let mut cat = Client::start(&mut Command::new("/bin/cat"))?;
    cat.send("{}")?;
    cat.receive()?;
    let rss = resident(cat.id())?.rss;
    cat.finish()?;
    Ok(rss)
}

/// The memory that this process has.
pub(crate) fn resident_bytes() -> Result<u64, String> {
    resident_bytes_of(std::process::id())
}

/// The memory that a process has.
pub(crate) fn resident_bytes_of(process: u32) -> Result<u64, String> {
    resident(process).map(|resident| resident.rss)
}

fn resident(process: u32) -> Result<Resident, String> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(parse(&text))
}

fn parse(text: &str) -> Resident {
    let mut resident = Resident::default();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(kib)) = (words.next(), words.next()) else { continue };
        let bytes = kib.parse::<u64>().unwrap_or(0) * 1024;
        match name {
            "Rss:" => resident.rss = bytes,
            "Pss:" => resident.pss = bytes,
            "Private_Clean:" | "Private_Dirty:" => resident.private += bytes,
            _ => {}
        }
    }
    resident
}

fn mean(residents: &[Resident], part: fn(&Resident) -> u64) -> u64 {
    residents.iter().map(part).sum::<u64>() / residents.len().max(1) as u64
}

#[cfg(test)]
mod tests {
    use super::{Resident, parse};

    #[test]
    fn the_kernels_summary_is_read_in_bytes() {
        let text = "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:                1696 kB\nPss:                 120 kB\nPss_Dirty:            80 kB\n\
                    Shared_Clean:       1600 kB\nPrivate_Clean:         8 kB\nPrivate_Dirty:        88 kB\n";
        assert_eq!(parse(text), Resident { rss: 1696 * 1024, pss: 120 * 1024, private: 96 * 1024 });
    }
}
