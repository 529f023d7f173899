//! Putting a chain of versions together, for adapters: they read who took whose place, this finds the chain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::ContentHash;

use super::Version;

/// The memories among `linked` that are in a chain with one, oldest first. Databases say that a memory took the place
/// of another in one of two ways, in the new one (`parent`) or in the old one (`superseded_by`), or in both; each is
/// enough. A memory that is not among `linked` has no chain.
///
/// The number of each is its own or, where that was never counted up (release 10), its place in the chain.
#[must_use]
pub fn chain(linked: Vec<Version>, of: &ContentHash) -> Vec<Version> {
    let mut versions: HashMap<ContentHash, Version> =
        linked.into_iter().map(|version| (version.hash.clone(), version)).collect();
    let before = predecessors(&versions);
    let members = members(&before, of);
    let depths = depths(&before, &members);
    let mut chain: Vec<(u32, Version)> = members
        .iter()
        .filter_map(|hash| {
            let mut version = versions.remove(hash)?;
            let depth = depths.get(hash).copied().unwrap_or(0);
            version.version = version.version.max(depth + 1);
            Some((depth, version))
        })
        .collect();
    let created = |version: &Version| version.created_at.map_or(f64::NEG_INFINITY, |at| at.as_seconds());
    chain.sort_by(|(depth, a), (other, b)| {
        depth.cmp(other).then(created(a).total_cmp(&created(b))).then(a.hash.cmp(&b.hash))
    });
    chain.into_iter().map(|(_, version)| version).collect()
}

type Links = BTreeMap<ContentHash, BTreeSet<ContentHash>>;

/// Whose place each memory took, directly. Every memory is a key.
fn predecessors(versions: &HashMap<ContentHash, Version>) -> Links {
    let mut before: Links = versions.keys().map(|hash| (hash.clone(), BTreeSet::new())).collect();
    for version in versions.values() {
        if let Some(parent) = version.parent.as_ref().filter(|parent| versions.contains_key(parent)) {
            before.entry(version.hash.clone()).or_default().insert(parent.clone());
        }
        if let Some(by) = version.superseded_by.as_ref().filter(|by| versions.contains_key(by)) {
            before.entry(by.clone()).or_default().insert(version.hash.clone());
        }
    }
    before
}

/// All memories that links lead to from one, in either direction.
fn members(before: &Links, of: &ContentHash) -> BTreeSet<ContentHash> {
    let mut beside: HashMap<&ContentHash, Vec<&ContentHash>> = HashMap::new();
    for (hash, parents) in before {
        for parent in parents {
            beside.entry(hash).or_default().push(parent);
            beside.entry(parent).or_default().push(hash);
        }
    }
    let mut members = BTreeSet::new();
    let mut open: Vec<&ContentHash> = before.get_key_value(of).map(|(hash, _)| hash).into_iter().collect();
    while let Some(hash) = open.pop() {
        if members.insert(hash.clone()) {
            open.extend(beside.get(hash).into_iter().flatten());
        }
    }
    members
}

/// How many memories precede each, on the longest way. Links that go round in a circle are followed once.
fn depths(before: &Links, members: &BTreeSet<ContentHash>) -> HashMap<ContentHash, u32> {
    let mut depths: HashMap<ContentHash, u32> = members.iter().map(|hash| (hash.clone(), 0)).collect();
    for _ in 0..members.len() {
        let mut changed = false;
        for hash in members {
            let deepest = before[hash].iter().map(|parent| depths[parent] + 1).max().unwrap_or(0);
            let bounded = deepest.min(u32::try_from(members.len() - 1).unwrap_or(u32::MAX));
            if bounded > depths[hash] {
                depths.insert(hash.clone(), bounded);
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn version(hash: &str, parent: Option<&str>, by: Option<&str>, seconds: i64) -> Version {
        Version {
            hash: ContentHash::stored(hash),
            version: 1,
            parent: parent.map(ContentHash::stored),
            superseded_by: by.map(ContentHash::stored),
            reason: None,
            created_at: Some(Timestamp::from_microseconds(seconds * 1_000_000)),
            deleted_at: None,
            content: None,
        }
    }

    fn told(linked: Vec<Version>, of: &str) -> Vec<(String, u32)> {
        let chain = chain(linked, &ContentHash::stored(of));
        chain.into_iter().map(|version| (version.hash.to_string(), version.version)).collect()
    }

    fn expected(pairs: &[(&str, u32)]) -> Vec<(String, u32)> {
        pairs.iter().map(|(hash, number)| ((*hash).to_owned(), *number)).collect()
    }

    #[test]
    fn links_of_either_kind_make_a_chain() {
        let linked = || {
            vec![
                version("c", None, None, 1),
                version("a", None, Some("b"), 9),
                version("b", None, Some("c"), 5),
                version("d", Some("c"), None, 0),
                version("elsewhere", None, Some("gone"), 0),
            ]
        };
        for of in ["a", "b", "c", "d"] {
            assert_eq!(told(linked(), of), expected(&[("a", 1), ("b", 2), ("c", 3), ("d", 4)]));
        }
        assert_eq!(told(linked(), "elsewhere"), expected(&[("elsewhere", 1)]));
        assert_eq!(told(linked(), "gone"), []);
    }

    #[test]
    fn several_that_one_took_the_place_of_come_by_age() {
        let linked = vec![
            version("new", Some("a"), None, 9),
            version("b", None, Some("new"), 1),
            version("a", None, Some("new"), 2),
        ];
        assert_eq!(told(linked, "new"), expected(&[("b", 1), ("a", 1), ("new", 2)]));
    }

    #[test]
    fn a_circle_ends() {
        let linked = vec![
            version("a", None, Some("b"), 1),
            version("b", None, Some("a"), 2),
            version("s", Some("s"), None, 0),
        ];
        assert_eq!(told(linked.clone(), "a").len(), 2);
        assert_eq!(told(linked, "s").len(), 1);
    }
}
