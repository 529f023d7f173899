//! Which certificate is used, and when there is none.

use std::fs;
use std::path::Path;

use rcgen::{KeyPair, generate_simple_self_signed};

use super::*;

const DAY_S: f64 = 86_400.0;

fn at(day: f64) -> Timestamp {
    Timestamp::from_microseconds(1_795_564_800_000_000).plus_seconds(day * DAY_S)
}

fn made_here(directory: &Path, names: &[&str]) -> Certificate {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Certificate::SelfSigned { directory: directory.join("tls"), names }
}

fn pair(directory: &Path) -> Vec<u8> {
    fs::read(directory.join("tls/pair.pem")).unwrap()
}

fn given(directory: &Path) -> Certificate {
    Certificate::Given { certificate: directory.join("c.pem"), key: directory.join("k.pem") }
}

fn write_pair(directory: &Path, name: &str) {
    let made = generate_simple_self_signed([name.to_owned()]).unwrap();
    fs::write(directory.join("c.pem"), made.cert.pem()).unwrap();
    fs::write(directory.join("k.pem"), made.signing_key.serialize_pem()).unwrap();
}

fn failure(source: Certificate) -> String {
    Tls::load(source, at(0.0)).err().unwrap().to_string()
}

#[test]
fn a_pair_is_made_once_with_its_names_and_for_its_owner_alone() {
    let base = tempfile::tempdir().unwrap();
    let source = made_here(base.path(), &["localhost", "127.0.0.1", "::1", "box.local"]);
    Tls::load(source.clone(), at(0.0)).unwrap();
    let first = pair(base.path());
    Tls::load(source, at(350.0)).unwrap();
    assert_eq!(pair(base.path()), first);
    let alone = fs::read(base.path().join("tls/certificate.pem")).unwrap();
    assert!(first.starts_with(&alone) && !String::from_utf8(alone).unwrap().contains("PRIVATE"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| fs::metadata(base.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("tls"), 0o700);
        assert_eq!((mode("tls/pair.pem"), mode("tls/certificate.pem")), (0o600, 0o600));
    }
}

#[test]
fn a_pair_is_made_anew_before_it_ends_and_for_another_name() {
    let base = tempfile::tempdir().unwrap();
    Tls::load(made_here(base.path(), &["localhost"]), at(0.0)).unwrap();
    let first = pair(base.path());
    let chain = read_chain(&base.path().join("tls/pair.pem")).unwrap();
    assert_eq!(validity::end(&chain[0]), Some(at(365.0).as_seconds()));
    Tls::load(made_here(base.path(), &["localhost"]), at(358.0)).unwrap();
    assert_eq!(pair(base.path()), first);
    Tls::load(made_here(base.path(), &["localhost"]), at(358.1)).unwrap();
    let second = pair(base.path());
    assert_ne!(second, first);
    for names in [&["localhost", "other.local"][..], &["localhost", "10.0.0.7"], &["localhost", "fe80::1"]] {
        let before = pair(base.path());
        Tls::load(made_here(base.path(), names), at(359.0)).unwrap();
        assert_ne!(pair(base.path()), before, "{names:?}");
    }
    fs::write(base.path().join("tls/pair.pem"), "damaged").unwrap();
    Tls::load(made_here(base.path(), &["localhost"]), at(359.0)).unwrap();
}

#[test]
fn without_a_pair_that_can_be_used_there_is_no_tls() {
    let base = tempfile::tempdir().unwrap();
    let missing = failure(given(base.path()));
    assert!(missing.contains("c.pem cannot be read"), "{missing}");
    write_pair(base.path(), "one.local");
    let other_key = KeyPair::generate().unwrap().serialize_pem();
    fs::write(base.path().join("k.pem"), other_key).unwrap();
    let mismatch = failure(given(base.path()));
    assert!(mismatch.contains("cannot be used together"), "{mismatch}");
    fs::write(base.path().join("k.pem"), "no key").unwrap();
    let no_key = failure(given(base.path()));
    assert!(no_key.contains("k.pem holds no private key"), "{no_key}");
    fs::write(base.path().join("c.pem"), "").unwrap();
    let empty = failure(given(base.path()));
    assert!(empty.contains("c.pem holds no certificate"), "{empty}");
    fs::remove_file(base.path().join("k.pem")).unwrap();
    fs::write(base.path().join("tls"), "a file, no directory").unwrap();
    let unmade = failure(made_here(base.path(), &["localhost"]));
    assert!(unmade.contains("no certificate can be made"), "{unmade}");
}

#[test]
fn changed_files_are_used_and_a_broken_change_is_not() {
    let base = tempfile::tempdir().unwrap();
    write_pair(base.path(), "one.local");
    let tls = Tls::load(given(base.path()), at(0.0)).unwrap();
    let used = || Arc::as_ptr(&tls.config().get_inner());
    let first = used();
    tls.refresh(at(0.0));
    assert_eq!(used(), first);
    // Of another length, so that the change is seen even where a clock of files is coarse.
    fs::write(base.path().join("k.pem"), "broken").unwrap();
    tls.refresh(at(0.0));
    assert_eq!(used(), first);
    write_pair(base.path(), "another-name.local");
    tls.refresh(at(0.0));
    assert_ne!(used(), first);
}

#[test]
fn whoever_asks_for_it_has_the_files_read_again_at_once_even_if_they_look_the_same() {
    let base = tempfile::tempdir().unwrap();
    write_pair(base.path(), "one.local");
    let tls = Tls::load(given(base.path()), at(0.0)).unwrap();
    let used = || Arc::as_ptr(&tls.config().get_inner());
    let first = tls.config().get_inner();
    tls.reload(at(0.0));
    let second = tls.config().get_inner();
    assert!(!Arc::ptr_eq(&first, &second));
    fs::write(base.path().join("k.pem"), "broken").unwrap();
    tls.reload(at(0.0));
    assert_eq!(used(), Arc::as_ptr(&second));
    write_pair(base.path(), "another-name.local");
    tls.reload(at(0.0));
    assert_ne!(used(), Arc::as_ptr(&second));
}

#[test]
fn a_pair_that_is_made_here_is_renewed_while_the_server_runs() {
    let base = tempfile::tempdir().unwrap();
    let tls = Tls::load(made_here(base.path(), &["localhost"]), at(0.0)).unwrap();
    let first = pair(base.path());
    tls.refresh(at(300.0));
    assert_eq!(pair(base.path()), first);
    tls.refresh(at(360.0));
    assert_ne!(pair(base.path()), first);
}

#[test]
fn two_servers_with_names_of_their_own_share_a_pair_that_has_all_of_them() {
    let base = tempfile::tempdir().unwrap();
    let one = Tls::load(made_here(base.path(), &["localhost", "one.local", "10.0.0.7"]), at(0.0)).unwrap();
    let other = Tls::load(made_here(base.path(), &["localhost", "other.local", "fe80::1"]), at(0.0)).unwrap();
    let shared = pair(base.path());
    for _ in 0..2 {
        one.refresh(at(1.0));
        other.refresh(at(1.0));
    }
    Tls::load(made_here(base.path(), &["localhost", "one.local", "10.0.0.7"]), at(1.0)).unwrap();
    assert_eq!(pair(base.path()), shared);
    one.refresh(at(360.0));
    other.refresh(at(360.0));
    let renewed = pair(base.path());
    assert_ne!(renewed, shared);
    Tls::load(made_here(base.path(), &["one.local", "10.0.0.7", "other.local", "fe80::1"]), at(360.0))
        .unwrap();
    assert_eq!(pair(base.path()), renewed);
}

#[test]
fn the_certificate_alone_is_that_of_the_pair() {
    let base = tempfile::tempdir().unwrap();
    let load = || Tls::load(made_here(base.path(), &["localhost"]), at(0.0)).unwrap();
    load();
    let alone = base.path().join("tls/certificate.pem");
    let right = fs::read_to_string(&alone).unwrap();
    let made = generate_simple_self_signed(["other.local".to_owned()]).unwrap();
    fs::write(&alone, made.cert.pem()).unwrap();
    load();
    assert_eq!(fs::read_to_string(&alone).unwrap(), right);
    fs::remove_file(&alone).unwrap();
    load();
    assert_eq!(fs::read_to_string(&alone).unwrap(), right);
    // Nothing else is left there.
    assert_eq!(fs::read_dir(base.path().join("tls")).unwrap().count(), 2);
}
