//! The committed files of the model are those that their checksums name.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_file_of_the_model_has_its_checksum() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("model");
    let sums = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    let mut named = vec!["SHA256SUMS".to_owned()];
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(hex(&fs::read(folder.join(name)).unwrap()), sum, "{name}");
        named.push(name.to_owned());
    }
    let mut there: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    named.sort();
    there.sort();
    assert_eq!(there, named);
}

#[test]
fn the_model_in_the_binary_is_the_committed_file_within_its_size() {
    let sums = include_str!("../model/SHA256SUMS");
    assert!(sums.contains(&format!("{}  all-MiniLM-L6-v2.q8.bin\n", hex(embed::model_file()))));
    assert!(embed::model_file().len() <= 24_000_000);
    assert!(embed::model_file().as_ptr().addr().is_multiple_of(64));
}
