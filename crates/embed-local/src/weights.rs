//! Tensors of safetensors files, each read when it is asked for, so that no file is in memory beside the numbers made of it.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::SystemTime;

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::{Init, VarBuilder, var_builder::SimpleBackend};
use serde::Deserialize;

use crate::DirectoryError;
use crate::files::Files;

/// The longest header in bytes: an entry has about 100, a large encoder 500 of them.
const MAX_HEADER_BYTES: u64 = 16 << 20;
/// The most weights of one directory, in bytes.
const MAX_WEIGHT_BYTES: u64 = 8 << 30;
/// More shards than any encoder has.
const MAX_SHARDS: usize = 64;

/// The weights of a directory: their headers were read and fit the files.
pub(crate) struct Weights {
    pub(crate) shards: Vec<Shard>,
    tensors: HashMap<String, Place>,
}

/// A file with tensors.
pub(crate) struct Shard {
    path: PathBuf,
    shown: PathBuf,
    stamp: Stamp,
    /// The header, its length before it.
    pub(crate) header: Vec<u8>,
    /// Where each tensor is in the file, in that order.
    pub(crate) ranges: Vec<(u64, u64)>,
}

/// What tells that a file is another one than before.
#[derive(PartialEq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { size: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// Where a tensor is.
struct Place {
    shard: usize,
    entry: Entry,
}

/// What a header says of a tensor.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

impl Weights {
    /// Looks for `<name>.safetensors` and, where there is none, for its shards.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn open(files: &Files, name: &str) -> Result<Self, DirectoryError> {
        let mut weights = Self { shards: Vec::new(), tensors: HashMap::new() };
        let one = format!("{name}.safetensors");
        if files.find(&one)?.is_some() {
            weights.add(files, &one)?;
        } else {
            for shard in shards(files, name)? {
                weights.add(files, &shard)?;
            }
        }
        let size: u64 = weights.shards.iter().map(|shard| shard.stamp.size).sum();
        if size > MAX_WEIGHT_BYTES {
            return Err(DirectoryError::TooLarge { file: Files::shown(&one), size, limit: MAX_WEIGHT_BYTES });
        }
        weights.strip_prefix();
        Ok(weights)
    }

    fn add(&mut self, files: &Files, relative: &str) -> Result<(), DirectoryError> {
        let shown = Files::shown(relative);
        let advice = "the directory is not whole, copy or download all of its files";
        let missing = DirectoryError::Missing { file: shown.clone(), advice };
        let path = files.find(relative)?.ok_or(missing)?;
        let unreadable = |source| DirectoryError::Unreadable { file: shown.clone(), source };
        let mut file = File::open(&path).map_err(unreadable)?;
        let stamp = Stamp::of(&file.metadata().map_err(unreadable)?);
        let header = header(&mut file, stamp.size, &shown)?;
        let base = header.len() as u64;
        let entries = entries(&header[8..], base, &shown)?;
        let mut ranges: Vec<(u64, u64)> = entries.iter().map(|(_, entry)| entry.data_offsets).collect();
        ranges.sort_unstable();
        let expected = ranges.last().map_or(base, |(_, end)| *end);
        if expected != stamp.size {
            return Err(DirectoryError::Torn { file: shown, size: stamp.size, expected });
        }
        let shard = self.shards.len();
        self.tensors.extend(entries.into_iter().map(|(name, entry)| (name, Place { shard, entry })));
        self.shards.push(Shard { path, shown, stamp, header, ranges });
        Ok(())
    }

    /// Takes what models for other tasks have before the names (`bert.`) away, so that names are those of the encoder.
    fn strip_prefix(&mut self) {
        let table = "embeddings.word_embeddings.weight";
        let Some(prefix) = self.tensors.keys().find_map(|name| name.strip_suffix(table)).map(str::to_owned)
        else {
            return;
        };
        if !prefix.is_empty() {
            let named = self
                .tensors
                .drain()
                .filter_map(|(name, place)| name.strip_prefix(&prefix).map(|rest| (rest.to_owned(), place)));
            self.tensors = named.collect();
        }
    }

    /// The source of tensors for an encoder. The files are opened again and must be the same.
    ///
    /// # Errors
    /// [`DirectoryError::Changed`].
    pub(crate) fn source(self) -> Result<VarBuilder<'static>, DirectoryError> {
        for shard in &self.shards {
            if shard.path.metadata().ok().map(|metadata| Stamp::of(&metadata))
                != Some(Stamp { ..shard.stamp })
            {
                return Err(DirectoryError::Changed);
            }
        }
        Ok(VarBuilder::from_backend(Box::new(self), DType::F32, Device::Cpu))
    }

    fn read(&self, name: &str, wanted: Option<&Shape>) -> Result<Tensor, String> {
        // Old files name the two halves of a norm otherwise.
        let old =
            name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
        let place = self.tensors.get(name).or_else(|| self.tensors.get(&old));
        let Place { shard, entry } = place.ok_or_else(|| format!("there is no tensor {name}"))?;
        let shape = Shape::from(entry.shape.clone());
        if let Some(wanted) = wanted
            && shape != *wanted
        {
            return Err(format!("the tensor {name} is {shape:?}, the configuration says {wanted:?}"));
        }
        let shard = &self.shards[*shard];
        let numbers = shard.numbers(entry).map_err(|reason| format!("the tensor {name}: {reason}"))?;
        Tensor::from_vec(numbers, shape, &Device::Cpu).map_err(|error| format!("the tensor {name}: {error}"))
    }
}

impl Shard {
    /// The file, opened.
    ///
    /// # Errors
    /// [`DirectoryError::Unreadable`].
    pub(crate) fn open(&self) -> Result<File, DirectoryError> {
        File::open(&self.path).map_err(|source| self.unreadable(source))
    }

    pub(crate) fn unreadable(&self, source: std::io::Error) -> DirectoryError {
        DirectoryError::Unreadable { file: self.shown.clone(), source }
    }

    /// The numbers of a tensor as `f32`, read a piece at a time.
    fn numbers(&self, entry: &Entry) -> Result<Vec<f32>, String> {
        let (convert, width): (fn(&[u8]) -> f32, usize) = match entry.dtype.as_str() {
            "F32" => (|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]), 4),
            "F16" => (|bytes| half(u16::from_le_bytes([bytes[0], bytes[1]])), 2),
            "BF16" => (|bytes| f32::from_bits(u32::from(u16::from_le_bytes([bytes[0], bytes[1]])) << 16), 2),
            other => return Err(format!("numbers of the kind {} are not supported", other.escape_debug())),
        };
        let (begin, end) = entry.data_offsets;
        let mut file = File::open(&self.path).map_err(|error| error.to_string())?;
        file.seek(SeekFrom::Start(begin)).map_err(|error| error.to_string())?;
        let (mut left, mut piece) = (end - begin, vec![0_u8; 1 << 20]);
        let mut numbers = Vec::with_capacity(usize::try_from(left).unwrap_or(0) / width);
        while left > 0 {
            let take = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            file.read_exact(&mut piece[..take]).map_err(|error| error.to_string())?;
            numbers.extend(piece[..take].chunks_exact(width).map(convert));
            left -= take as u64;
        }
        Ok(numbers)
    }
}

/// A number of 16 bits, IEEE.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) =
        (u32::from(bits >> 15) << 31, u32::from(bits >> 10) & 31, u32::from(bits & 1023));
    match exponent {
        0 => f32::from_bits(sign | 0x3f80_0000) * (fraction as f32) * 2.0_f32.powi(-24),
        31 => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

/// The header of a file, with the eight bytes of its length.
fn header(file: &mut File, size: u64, shown: &std::path::Path) -> Result<Vec<u8>, DirectoryError> {
    let malformed =
        |reason: &str| DirectoryError::Malformed { file: shown.to_owned(), reason: reason.to_owned() };
    let unreadable = |source| DirectoryError::Unreadable { file: shown.to_owned(), source };
    if size < 8 {
        return Err(malformed("it is too short for a header"));
    }
    let mut length = [0_u8; 8];
    file.read_exact(&mut length).map_err(unreadable)?;
    let stated = u64::from_le_bytes(length);
    if stated > MAX_HEADER_BYTES {
        return Err(malformed("its header is longer than that of any model"));
    }
    if stated > size - 8 {
        return Err(DirectoryError::Torn { file: shown.to_owned(), size, expected: stated + 8 });
    }
    let mut header = length.to_vec();
    file.take(stated).read_to_end(&mut header).map_err(unreadable)?;
    if header.len() as u64 != stated + 8 {
        return Err(malformed("its header could not be read to its end"));
    }
    Ok(header)
}

/// The tensors of a header; offsets from the begin of the file.
fn entries(
    header: &[u8],
    base: u64,
    shown: &std::path::Path,
) -> Result<Vec<(String, Entry)>, DirectoryError> {
    let malformed = |reason: String| DirectoryError::Malformed { file: shown.to_owned(), reason };
    let bad = |_| malformed("its header is no list of tensors".to_owned());
    let listed: HashMap<String, serde_json::Value> = serde_json::from_slice(header).map_err(bad)?;
    let tensors = listed.into_iter().filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, value)| {
            let mut entry: Entry = serde_json::from_value(value).map_err(bad)?;
            let count = entry.shape.iter().try_fold(1_u64, |count, side| count.checked_mul(*side as u64));
            let width = match entry.dtype.as_str() {
                "F64" | "I64" | "U64" => Some(8),
                "F32" | "I32" | "U32" => Some(4),
                "F16" | "BF16" | "I16" | "U16" => Some(2),
                "I8" | "U8" | "BOOL" => Some(1),
                _ => None,
            };
            let (begin, end) = entry.data_offsets;
            let size = count.zip(width).and_then(|(count, width)| count.checked_mul(width));
            // Kinds that are not known are refused when they are asked for.
            let fits = end.checked_sub(begin).is_some_and(|found| width.is_none() || size == Some(found));
            let shift = |offset: u64| base.checked_add(offset);
            match (fits, shift(begin), shift(end)) {
                (true, Some(begin), Some(end)) => entry.data_offsets = (begin, end),
                _ => {
                    let name: String = name.chars().take(100).collect();
                    return Err(malformed(format!(
                        "the place of the tensor {name:?} does not fit its shape"
                    )));
                }
            }
            Ok((name, entry))
        })
        .collect()
}

/// The files that the list of shards names.
fn shards(files: &Files, name: &str) -> Result<BTreeSet<String>, DirectoryError> {
    let Some(index) = files.json(&format!("{name}.safetensors.index.json"))? else {
        let has_pickle = files.find("pytorch_model.bin")?.is_some();
        let advice = match has_pickle {
            true => {
                "pytorch_model.bin is not read, because such files can run programs: save the model as safetensors (`save_pretrained(..., safe_serialization=True)`)"
            }
            false => "the directory must have the weights as safetensors",
        };
        return Err(DirectoryError::Missing { file: Files::shown(&format!("{name}.safetensors")), advice });
    };
    let map = index.value["weight_map"].as_object();
    let named: BTreeSet<String> = map
        .into_iter()
        .flat_map(|map| map.values())
        .filter_map(|file| file.as_str().map(str::to_owned))
        .collect();
    if named.is_empty() || named.len() > MAX_SHARDS {
        return Err(index.malformed(format!("it must name 1 to {MAX_SHARDS} files in weight_map")));
    }
    Ok(named)
}

impl SimpleBackend for Weights {
    fn get(&self, shape: Shape, name: &str, _: Init, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        self.read(name, Some(&shape)).map_err(candle_core::Error::Msg)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        self.read(name, None).map_err(candle_core::Error::Msg)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_16_bits_are_read_as_they_are_meant() {
        for (bits, number) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2.0_f32.powi(-14)),
            (0x0001, 2.0_f32.powi(-24)),
            (0x83ff, -1023.0 * 2.0_f32.powi(-24)),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits), number, "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan());
    }
}
