//! No case is forgotten.

/// The names of the cases by file, as the macro lists them.
macro_rules! names {
    (() $($file:ident { $($case:ident)* })*) => {
        [$((include_str!(concat!(stringify!($file), ".rs")), &[$(stringify!($case)),*][..])),*]
    };
}

/// As `memory_store_cases!` calls macros of the crate's root.
macro_rules! listed {
    () => {
        crate::memory_store_cases! { memory_store_names () }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! memory_store_names {
    (() $($file:ident { $($case:ident)* })*) => { names! { () $($file { $($case)* })* } };
}

#[test]
fn every_case_that_is_written_is_in_the_list() {
    for (source, listed) in listed!() {
        let written: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('<'))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(written, listed);
    }
}

#[test]
fn every_case_of_the_key_store_is_in_its_list() {
    let source = include_str!("keys.rs");
    let written = source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('<'));
    let is_listed = |case: &str| source.lines().any(|line| line.trim() == case);
    let forgotten: Vec<&str> = written.map(|(case, _)| case).filter(|case| !is_listed(case)).collect();
    assert_eq!(forgotten, [""; 0]);
}
