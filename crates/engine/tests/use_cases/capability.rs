//! What a grant holds.

use engine::Capability;
use testkit::Bench;

#[test]
fn a_grant_holds_the_handles_of_its_capability_and_no_more() {
    let bench = Bench::default();
    for (capability, writes, administers) in
        [(Capability::Read, false, false), (Capability::Write, true, false), (Capability::Admin, true, true)]
    {
        let grant = bench.grant(capability);
        assert_eq!(grant.capability(), capability);
        assert_eq!(grant.writer().is_some(), writes, "{capability:?}");
        assert_eq!(grant.admin().is_some(), administers, "{capability:?}");
    }
}

#[test]
fn each_capability_includes_the_ones_before_it() {
    assert!(Capability::Read < Capability::Write && Capability::Write < Capability::Admin);
    let names = [Capability::Read, Capability::Write, Capability::Admin].map(Capability::name);
    assert_eq!(names, ["read", "write", "admin"]);
}

#[test]
fn a_grant_touches_neither_store_nor_model() {
    let bench = Bench::default();
    let _grant = bench.grant(Capability::Admin);
    assert_eq!((bench.store.openings(), bench.embedder.calls()), (0, 0));
}
