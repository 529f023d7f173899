//! Figures of a model in a directory, and how near its vectors are to those of the built-in model:
//! `cargo run --release -p embed-local --example measure -- <directory> <file with a text on each line>`.

#![expect(clippy::print_stdout, reason = "it is for people")]

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use embed::BuiltIn;
use embed_local::{LocalEmbedder, ModelDirectory};
use ports::Embedder;

const QUERY: &str = "what did we decide about restoring the staging database?";
const ROUNDS: usize = 30;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [directory, texts] = &arguments[..] else {
        return Err("name a directory and a file with texts".into());
    };
    let texts = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = texts.lines().filter(|line| !line.is_empty()).collect();
    let begun = Instant::now();
    let directory = ModelDirectory::open(directory)?;
    println!("looked through in {:.1} ms: {}", ms(begun.elapsed()), directory.model());
    let local = LocalEmbedder::new(directory);
    let begun = Instant::now();
    local.embed_query(QUERY).await?;
    println!(
        "loaded, with the first vector, in {:.0} ms, {} MB resident",
        ms(begun.elapsed()),
        resident_mb()
    );
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        local.embed_query(QUERY).await?;
        best = best.min(begun.elapsed());
    }
    println!("a query: {:.1} ms", ms(best));
    let begun = Instant::now();
    let ours = local.embed(&texts).await?;
    let total = ms(begun.elapsed());
    println!("{} texts: {total:.0} ms, {} MB resident", texts.len(), resident_mb());
    let built_in = BuiltIn::new().embed(&texts).await?;
    let cosines: Vec<f64> = ours.iter().zip(&built_in).filter_map(|(one, other)| one.cosine(other)).collect();
    let (sum, lowest) =
        cosines.iter().fold((0.0, 1.0_f64), |(sum, low), cosine| (sum + cosine, low.min(*cosine)));
    #[expect(clippy::cast_precision_loss, reason = "thousands of texts")]
    let mean = sum / cosines.len() as f64;
    println!("cosine to the built-in model: mean {mean:.4}, lowest {lowest:.4}, of {} texts", cosines.len());
    Ok(())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Resident memory in megabytes, where Linux tells it.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
