//! `search_words`.

use model::{Filter, MemoryId, NewMemory, PartitionScope};

use super::StoreUnderTest;
use super::sample::{at, by_words, create, kind, listed, memory, partition, tags};
use crate::WordQuery;

pub async fn a_memory_is_found_by_each_of_its_words<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let text =
        "The ferry to Ærøskøbing leaves from platform 4471; created_at was renamed, said O'Dwyer (Zürich).";
    create(store, memory(text)).await;
    create(store, memory("nothing else matters here")).await;
    for word in
        ["ferry", "Ærøskøbing", "leaves", "platform", "4471", "created_at", "renamed", "Dwyer", "Zürich"]
    {
        assert_eq!(by_words(store, word, &Filter::default()).await, [text], "{word}");
    }
    assert_eq!(by_words(store, "when does the ferry leave?", &Filter::default()).await[0], text);
}

pub async fn case_does_not_matter<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("Übung macht den MEISTER")).await;
    for word in ["übung", "ÜBUNG", "meister", "Meister"] {
        assert_eq!(by_words(bed.store(), word, &Filter::default()).await.len(), 1, "{word}");
    }
}

pub async fn more_of_the_words_is_better<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["a green door", "a green window with curtains", "a red window", "a yellow roof"] {
        create(store, memory(text)).await;
    }
    let found = by_words(store, "green window", &Filter::default()).await;
    assert_eq!(found[0], "a green window with curtains");
    assert!(!found.contains(&"a yellow roof".to_owned()), "{found:?}");
}

pub async fn a_memory_that_has_the_whole_query_comes_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let text = "and then she wants the painting, but not at any time, said the heir";
    create(store, memory(text)).await;
    for n in 0..20 {
        create(store, memory(&format!("time wants painting, any time she wants {n}"))).await;
        create(store, memory(&format!("not the but and at any of the {n}"))).await;
    }
    for query in
        ["en she wants the pai", "not at any time, s", "BUT not at ANY time", "she", text, " the heir\n"]
    {
        let query = WordQuery(query.to_owned());
        let found = store.search_words(&query, &Filter::default(), 3).await.unwrap();
        assert!(found[0].is_verbatim, "{query:?}: {found:?}");
    }
    let found = by_words(store, "en she wants the pai", &Filter::default()).await;
    assert_eq!(found[0], text);
    let query = WordQuery("the heir wants the painting".to_owned());
    let found = store.search_words(&query, &Filter::default(), 3).await.unwrap();
    assert!(!found.is_empty() && found.iter().all(|candidate| !candidate.is_verbatim), "{found:?}");
}

pub async fn blanks_and_signs_between_its_words_are_no_part_of_the_whole_query<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let text =
        "Ferry lists, of heirs:\n(the painting) - and 4471 other matters that nobody ever asked about again";
    create(store, memory(text)).await;
    for n in 0..20 {
        create(store, memory(&format!("painting, the heirs, lists of ferry: heirs, ferry lists {n}"))).await;
    }
    for query in
        ["ferry lists of heirs the painting", "Lists, of heirs, the", "of heirs -- the PAINTING and 4471"]
    {
        let query = WordQuery(query.to_owned());
        let found = store.search_words(&query, &Filter::default(), 3).await.unwrap();
        assert!(found[0].is_verbatim && !found[1].is_verbatim, "{query:?}: {found:?}");
    }
}

pub async fn coverage_is_the_share_of_the_query<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..20 {
        create(store, memory(&format!("nothing in particular, number {n}"))).await;
    }
    create(store, memory("a red ferry in harbour four")).await;
    create(store, memory("a blue tram in street nine")).await;
    let coverage = async |query: &str| {
        let found = store.search_words(&WordQuery(query.to_owned()), &Filter::default(), 1).await.unwrap();
        found[0].coverage
    };
    let (whole, half, quarter) = (
        coverage("ferry harbour").await,
        coverage("ferry zebra").await,
        coverage("ferry zebra quagga okapi").await,
    );
    assert!(whole > 0.7 && whole < 2.3, "{whole}");
    assert!(half > 0.2 && half < 0.7 * whole, "{half} of {whole}");
    assert!(quarter < 0.7 * half, "{quarter} of {half}");
}

pub async fn a_query_without_a_word_finds_nothing<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("some words, and some more.")).await;
    for query in ["", " \t\r\n", "...", "- - -", "\"\"", "***", "?!", "()", "\u{200b}"] {
        assert_eq!(by_words(bed.store(), query, &Filter::default()).await, [""; 0], "{query:?}");
    }
}

pub async fn the_filter_is_applied_before_the_cut<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let rare = NewMemory {
        tags: tags("rare"),
        ..memory("one harbour among a great many other words of no account")
    };
    let expected = create(store, rare).await;
    for n in 0..300 {
        create(store, NewMemory { tags: tags("common"), ..memory(&format!("harbour {n}")) }).await;
    }
    let filter = Filter { tags: tags("rare"), ..Filter::default() };
    let found = store.search_words(&WordQuery("harbour".to_owned()), &filter, 1).await.unwrap();
    assert_eq!(found.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [expected]);
}

pub async fn every_condition_of_the_filter_holds_for_the_hits<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let plain = || memory("harbour one");
    let hash = plain().hash;
    create(store, plain()).await;
    create(store, NewMemory { memory_type: kind("note"), ..memory("harbour two") }).await;
    create(store, NewMemory { created_at: at(100.0), ..memory("harbour three") }).await;
    create(store, NewMemory { partition: partition("work"), ..memory("harbour four") }).await;
    let default = Filter::default;
    for (filter, expected) in [
        (Filter { hashes: Some(vec![hash]), ..default() }, "harbour one"),
        (Filter { memory_type: kind("note"), ..default() }, "harbour two"),
        (Filter { created_from: Some(at(50.0)), ..default() }, "harbour three"),
        (Filter { partitions: PartitionScope::One(partition("work")), ..default() }, "harbour four"),
    ] {
        assert_eq!(by_words(store, "harbour", &filter).await, [expected]);
    }
    let all = Filter { partitions: PartitionScope::All, ..default() };
    assert_eq!(by_words(store, "harbour", &all).await.len(), 4);
    assert_eq!(by_words(store, "harbour", &Filter { hashes: Some(vec![]), ..default() }).await, [""; 0]);
}

pub async fn no_more_candidates_than_the_limit_are_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..5 {
        create(store, memory(&format!("harbour {n}"))).await;
    }
    for (limit, expected) in [(0, 0), (3, 3), (5, 5), (100_000, 5), (usize::MAX, 5)] {
        let found =
            store.search_words(&WordQuery("harbour".to_owned()), &Filter::default(), limit).await.unwrap();
        let mut ids: Vec<MemoryId> = found.iter().map(|candidate| candidate.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((found.len(), ids.len()), (expected, expected), "limit {limit}");
    }
}

pub async fn syntax_in_a_query_is_data<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("zebra quagga okapi")).await;
    create(store, memory("walrus narwhal")).await;
    for query in [
        "\"zebra",
        "zebra\"",
        "\"zebra\"",
        "zebra*",
        "*zebra",
        "^zebra",
        "-zebra",
        "+zebra",
        "(zebra",
        "zebra)",
        "NEAR(zebra)",
        "NEAR(zebra, 3)",
        "content:zebra",
        "content : zebra",
        "{content} : zebra",
        "-{content}: zebra",
        "zebra AND",
        "NOT zebra",
        "zebra OR 1=1",
        "zebra'; DROP TABLE memories; --",
        "zebra\\",
        "zebra%",
        "zebra;",
        "{zebra}",
        "[zebra]",
        "<zebra>",
        "zebra:",
        "zebra?",
        "'zebra'",
        "`zebra`",
        "$zebra",
        "zebra\u{1}",
        "\u{1b}zebra",
        "zebra 🦓",
        "🦓 zebra",
        "zebra\r\nDELETE",
    ] {
        assert_eq!(by_words(store, query, &Filter::default()).await, ["zebra quagga okapi"], "{query:?}");
    }
    for query in [
        "' OR 1=1 --",
        "\" OR \"\"=\"",
        "'; DELETE FROM memories; --",
        "NEAR(absent, 10)",
        "absent OR nothing",
        "content:absent",
        "NOT absent",
        "absent*",
        "🦓",
        "AND",
        "OR NOT",
        "rank:0",
        "rowid:1",
        "%",
        "_____",
        "UNION SELECT * FROM memories",
    ] {
        assert_eq!(by_words(store, query, &Filter::default()).await, [""; 0], "{query:?}");
    }
    assert_eq!(listed(store, &Filter::default()).await.len(), 2);
}

pub async fn long_and_strange_queries_are_no_error<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("zebra quagga okapi")).await;
    let words: Vec<String> = (0..10_000).map(|n| format!("w{n:05}")).collect();
    for query in [
        "x".repeat(64 * 1024),
        "\"".repeat(64 * 1024),
        "(".repeat(64 * 1024),
        "AND ".repeat(16 * 1024),
        "é".repeat(32 * 1024),
        "漢".repeat(20 * 1024),
        "🦀".repeat(16 * 1024),
        words.join(" "),
        "nul\0nul".to_owned(),
        "\0".to_owned(),
        (1..32_u8).map(char::from).collect(),
        "\u{feff}\u{202e}\u{301}\u{10ffff}\u{fffd}".to_owned(),
    ] {
        let found = by_words(store, &query, &Filter::default()).await;
        assert_eq!(found, [""; 0], "{} bytes", query.len());
    }
}

pub async fn deleted_and_superseded_memories_are_not_found<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (deleted, old, new) = (memory("harbour one"), memory("harbour two"), memory("harbour three"));
    for memory in [&deleted, &old, &new] {
        create(store, memory.clone()).await;
    }
    store.delete(&Filter::one(deleted.hash), at(1.0)).await.unwrap();
    bed.supersede(&old.hash, &new.hash).await;
    assert_eq!(by_words(store, "harbour", &Filter::default()).await, ["harbour three"]);
    let mut all = by_words(store, "harbour", &Filter { include_superseded: true, ..Filter::default() }).await;
    all.sort();
    assert_eq!(all, ["harbour three", "harbour two"]);
}
