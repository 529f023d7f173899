//! What a grant holds.

use engine::Capability;
use testkit::Bench;

#[test]
fn a_grant_holds_the_handles_of_its_capability_and_no_more() {
    let bench = Bench::default();
    for (capability, adds, writes, administers) in [
        (Capability::Read, false, false, false),
        (Capability::Add, true, false, false),
        (Capability::Write, true, true, false),
        (Capability::Admin, true, true, true),
    ] {
        let grant = bench.grant(capability);
        assert_eq!(grant.capability(), capability);
        assert_eq!(grant.adder().is_some(), adds, "{capability:?}");
        assert_eq!(grant.writer().is_some(), writes, "{capability:?}");
        assert_eq!(grant.admin().is_some(), administers, "{capability:?}");
    }
}

#[test]
fn each_capability_includes_the_ones_before_it() {
    assert!(Capability::ALL.is_sorted());
    assert_eq!(Capability::ALL.map(Capability::name), ["read", "add", "write", "admin"]);
}

#[test]
fn a_grant_touches_neither_store_nor_model() {
    let bench = Bench::default();
    let _grant = bench.grant(Capability::Admin);
    assert_eq!((bench.store.openings(), bench.embedder.calls()), (0, 0));
}
