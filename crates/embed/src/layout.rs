//! The file that holds the model: a header, then sections that begin at multiples of 64 bytes and are read in place.
//!
//! Everything is little-endian. The header is [`MAGIC`], the version and the number of sections (`u32` each), then the
//! offset and the length in bytes of each section (`u32` each) in the order of [`sections`].

use thiserror::Error;

use crate::kernels::simd::{GROUP, PANEL};
use crate::shape::{DIMENSION, INNER, LAYERS, QKV, TOKENS, WORDS};

/// The file's first bytes.
pub const MAGIC: [u8; 8] = *b"MINILMQ8";
/// Counts up when the order, the meaning or the packing of a section changes.
pub const VERSION: u32 = 1;
/// Where sections begin.
pub const ALIGNMENT: usize = 64;
/// Slots of the table that finds a word's number; a power of two.
pub const SLOTS: usize = 1 << 16;
/// A slot without a word.
pub const NO_WORD: u16 = u16::MAX;

/// One section: what it holds, and its length in bytes where the shape gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name, for messages.
    pub name: String,
    /// Its length in bytes; none when it is as long as it is.
    pub bytes: Option<usize>,
}

/// The four linear layers of an encoder layer: name, inputs, outputs.
pub const LINEARS: [(&str, usize, usize); 4] = [
    ("attention.in", DIMENSION, QKV),
    ("attention.out", DIMENSION, DIMENSION),
    ("feed.in", DIMENSION, INNER),
    ("feed.out", INNER, DIMENSION),
];

/// All sections in the file's order.
#[must_use]
pub fn sections() -> Vec<Section> {
    let mut all = vec![
        fixed("words.text".to_owned(), None),
        fixed("words.ends".to_owned(), Some(4 * WORDS)),
        fixed("words.table".to_owned(), Some(2 * SLOTS)),
        fixed("embeddings.words".to_owned(), Some(WORDS * DIMENSION)),
        fixed("embeddings.scales".to_owned(), Some(4 * WORDS)),
        fixed("embeddings.positions".to_owned(), Some(4 * TOKENS * DIMENSION)),
        fixed("embeddings.gamma".to_owned(), Some(4 * DIMENSION)),
        fixed("embeddings.beta".to_owned(), Some(4 * DIMENSION)),
    ];
    for layer in 0..LAYERS {
        for (name, inputs, outputs) in LINEARS {
            for (part, bytes) in [
                ("weights", inputs * outputs),
                ("scales", 4 * outputs),
                ("sums", 4 * outputs),
                ("bias", 4 * outputs),
                ("factors", 4 * inputs),
            ] {
                all.push(fixed(format!("{layer}.{name}.{part}"), Some(bytes)));
            }
        }
        for norm in ["attention", "feed"] {
            for part in ["gamma", "beta"] {
                all.push(fixed(format!("{layer}.{norm}.{part}"), Some(4 * DIMENSION)));
            }
        }
    }
    all
}

fn fixed(name: String, bytes: Option<usize>) -> Section {
    Section { name, bytes }
}

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// Another kind of file, or one of another version.
    #[error("the model's data do not begin as version {VERSION} of the format does")]
    Header,
    /// A section that is not where or what it must be.
    #[error("the section {name} of the model's data is out of place or has a wrong length")]
    Section {
        /// Its name.
        name: String,
    },
}

/// Puts sections, in the order of [`sections`], into one file.
///
/// # Errors
/// A section whose length is not the one of the shape.
pub fn write(contents: &[Vec<u8>]) -> Result<Vec<u8>, LayoutError> {
    let sections = sections();
    if contents.len() != sections.len() {
        return Err(LayoutError::Header);
    }
    let mut file = vec![0; (16 + 8 * sections.len()).next_multiple_of(ALIGNMENT)];
    let mut header = Vec::with_capacity(file.len());
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&VERSION.to_le_bytes());
    header.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    for (section, content) in sections.iter().zip(contents) {
        if section.bytes.is_some_and(|bytes| bytes != content.len()) {
            return Err(LayoutError::Section { name: section.name.clone() });
        }
        header.extend_from_slice(&(file.len() as u32).to_le_bytes());
        header.extend_from_slice(&(content.len() as u32).to_le_bytes());
        file.extend_from_slice(content);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
    }
    file[..header.len()].copy_from_slice(&header);
    Ok(file)
}

/// The sections of a file, in the order of [`sections`].
///
/// # Errors
/// [`LayoutError`] when it is no such file.
pub fn read(file: &[u8]) -> Result<Vec<&[u8]>, LayoutError> {
    let sections = sections();
    let word = |at: usize| -> Option<usize> {
        let bytes = file.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    if !file.starts_with(&MAGIC) || word(8) != Some(VERSION as usize) || word(12) != Some(sections.len()) {
        return Err(LayoutError::Header);
    }
    let mut contents = Vec::with_capacity(sections.len());
    for (section, at) in sections.into_iter().zip((16..).step_by(8)) {
        let found = word(at).zip(word(at + 4)).and_then(|(offset, bytes)| {
            let sound =
                offset.is_multiple_of(ALIGNMENT) && section.bytes.is_none_or(|expected| expected == bytes);
            sound.then(|| file.get(offset..offset.checked_add(bytes)?)).flatten()
        });
        contents.push(found.ok_or(LayoutError::Section { name: section.name })?);
    }
    Ok(contents)
}

/// Weights of a linear layer, one row of inputs for each output, in the order in which the kernels read them: panels of
/// 64 outputs; in a panel groups of 4 inputs; in a group the 4 weights of each output.
#[must_use]
pub fn pack(weights: &[i8], inputs: usize) -> Vec<i8> {
    let mut packed = Vec::with_capacity(weights.len());
    for panel in weights.chunks_exact(PANEL * inputs) {
        for group in 0..inputs / GROUP {
            for output in panel.chunks_exact(inputs) {
                packed.extend_from_slice(&output[group * GROUP..][..GROUP]);
            }
        }
    }
    packed
}

/// Where the search for a piece begins in the table: FNV-1a over its bytes, folded.
#[must_use]
pub(crate) fn slot(hash: u32) -> usize {
    ((hash ^ (hash >> 16)) as usize) % SLOTS
}

/// FNV-1a of nothing.
pub(crate) const HASH_START: u32 = 0x811c_9dc5;

/// FNV-1a continued with a byte.
#[must_use]
pub(crate) fn hash_byte(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

/// The table that finds a word's number.
#[must_use]
pub fn word_table<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<u16> {
    let mut table = vec![NO_WORD; SLOTS];
    for (number, word) in (0_u16..).zip(words) {
        let mut at = slot(word.bytes().fold(HASH_START, hash_byte));
        while table[at] != NO_WORD {
            at = (at + 1) % SLOTS;
        }
        table[at] = number;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Vec<Vec<u8>> {
        sections().iter().map(|section| vec![7; section.bytes.unwrap_or(3)]).collect()
    }

    #[test]
    fn what_is_written_is_read_back_at_aligned_places() {
        let contents = contents();
        let file = write(&contents).unwrap();
        let found = read(&file).unwrap();
        assert_eq!(found.len(), contents.len());
        for (found, written) in found.iter().zip(&contents) {
            assert_eq!(found, written);
            assert!((found.as_ptr().addr() - file.as_ptr().addr()).is_multiple_of(ALIGNMENT));
        }
    }

    #[test]
    fn a_section_of_a_wrong_length_is_named() {
        let mut contents = contents();
        contents[3].pop();
        let error = write(&contents).unwrap_err();
        assert_eq!(error, LayoutError::Section { name: "embeddings.words".to_owned() });
    }

    #[test]
    fn other_files_and_cut_files_are_refused() {
        let file = write(&contents()).unwrap();
        assert_eq!(read(b""), Err(LayoutError::Header));
        assert_eq!(read(&file[..15]), Err(LayoutError::Header));
        let mut other = file.clone();
        other[8] += 1;
        assert_eq!(read(&other), Err(LayoutError::Header));
        let last = sections().pop().unwrap().name;
        assert_eq!(read(&file[..file.len() - ALIGNMENT]), Err(LayoutError::Section { name: last }));
        let mut moved = file;
        moved[16] += 1;
        assert_eq!(read(&moved), Err(LayoutError::Section { name: "words.text".to_owned() }));
    }

    #[test]
    fn packing_puts_the_four_inputs_of_each_output_side_by_side() {
        let inputs = 8;
        let weights: Vec<i8> = (0..2 * PANEL * inputs).map(|at| (at % 127) as i8).collect();
        let packed = pack(&weights, inputs);
        for (output, input) in [(0, 0), (1, 0), (63, 3), (64, 4), (100, 7)] {
            let (panel, column) = (output / PANEL, output % PANEL);
            let at = panel * PANEL * inputs + (input / GROUP * PANEL + column) * GROUP + input % GROUP;
            assert_eq!(packed[at], weights[output * inputs + input]);
        }
    }
}
