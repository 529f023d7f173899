use engine::{Capability, ErrorCode};
use serde_json::{Value, json};

use super::{JSON, MARKDOWN, RESOURCES, list, read};
use crate::fixture::Tools;
use crate::tools::Caller;
use crate::tools::TOOLS;

async fn three() -> (Tools, Caller) {
    let tools = Tools::default();
    for number in 1..=3 {
        let tags = if number == 1 { json!(["a b/c", "x"]) } else { json!(["x"]) };
        tools.store(json!({"content": format!("memory {number}"), "tags": tags})).await;
        tools.next_day();
    }
    let caller = Caller::agent(tools.bench.grant(Capability::Read), None);
    (tools, caller)
}

async fn document(caller: &Caller, address: &str) -> Value {
    read(caller, address).await.unwrap().0
}

fn contents(memories: &Value) -> Vec<&str> {
    memories.as_array().unwrap().iter().map(|memory| memory["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_listed_resource_can_be_read() {
    let (_tools, caller) = three().await;
    let listed = list(caller.reader()).await;
    let addresses: Vec<&str> = listed.iter().map(|resource| resource.uri.as_str()).collect();
    let tags = ["memory://tag/x", "memory://tag/a%20b%2Fc"];
    assert_eq!(
        addresses,
        [
            &["memory://stats", "memory://tags", "memory://recent/10", "memory://onboarding/generic"][..],
            &tags
        ]
        .concat()
    );
    for address in addresses {
        let (document, mime_type) = read(&caller, address).await.unwrap();
        assert_eq!(
            (document.is_object(), document.is_string()),
            (mime_type == JSON, mime_type == MARKDOWN),
            "{address}"
        );
    }
    assert_eq!(contents(&document(&caller, tags[1]).await["memories"]), ["memory 1"]);
}

#[tokio::test]
async fn the_guide_names_every_tool_and_no_other() {
    let (_tools, caller) = three().await;
    for client in ["generic", "claude-code", "kiro"] {
        let guide = document(&caller, &format!("memory://onboarding/{client}")).await;
        let guide = guide.as_str().unwrap();
        assert!(TOOLS.iter().all(|tool| guide.contains(&format!("- `{}`", tool.name))), "{guide}");
        for word in guide.split('`').skip(1).step_by(2).filter(|word| word.starts_with("memory_")) {
            let is_known = TOOLS
                .iter()
                .any(|tool| tool.name == word || tool.parameters.iter().any(|own| own.name == word));
            assert!(is_known, "{word}");
        }
    }
    assert_eq!(read(&caller, "memory://onboarding/nobody").await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn tags_and_statistics_are_counted() {
    let (_tools, caller) = three().await;
    let tags = document(&caller, "memory://tags").await;
    assert_eq!(
        tags,
        json!({"tags": [{"tag": "x", "memories": 3}, {"tag": "a b/c", "memories": 1}], "count": 2})
    );
    let stats = document(&caller, "memory://stats").await;
    assert_eq!((&stats["total_memories"], stats["backend_info"].get("sqlite_path")), (&json!(3), None));
}

#[tokio::test]
async fn the_newest_are_as_many_as_the_address_says() {
    let (_tools, caller) = three().await;
    let recent = document(&caller, "memory://recent/2").await;
    assert_eq!(contents(&recent["memories"]), ["memory 3", "memory 2"]);
    assert_eq!((&recent["count"], &recent["total"], &recent["omitted"]), (&json!(2), &json!(3), &json!(0)));
    for number in ["0", "101", "-1", "ten", "1.5"] {
        let error = read(&caller, &format!("memory://recent/{number}")).await.unwrap_err();
        assert!(error.to_string().contains("from 1 to 100"), "{error}");
    }
}

#[tokio::test]
async fn one_memory_and_a_search_have_addresses_too() {
    let (_tools, caller) = three().await;
    let found = document(&caller, "memory://search/memory%202").await;
    assert_eq!(found["results"][0]["content"], "memory 2");
    assert_eq!(found["query"], "memory 2");
    let hash = found["results"][0]["content_hash"].as_str().unwrap();
    assert_eq!(document(&caller, &format!("memory://memory/{hash}")).await["content"], "memory 2");
}

#[tokio::test]
async fn a_document_that_is_too_long_is_cut_at_whole_memories_and_says_so() {
    let (tools, caller) = three().await;
    tools.store(json!({"content": "y".repeat(30_000)})).await;
    tools.next_day();
    tools.store(json!({"content": "z".repeat(30_000)})).await;
    let recent = document(&caller, "memory://recent/5").await;
    assert_eq!((&recent["count"], &recent["omitted"]), (&json!(1), &json!(4)));
}

#[tokio::test]
async fn replaced_memories_are_left_out_of_lists_and_counted() {
    let (tools, caller) = three().await;
    let recent = document(&caller, "memory://recent/10").await;
    let old = recent["memories"][0]["content_hash"].clone();
    let updates = json!({"content": "memory 3, corrected"});
    tools.answer("memory_update", json!({"content_hash": old, "updates": updates, "versioned": true})).await;
    for address in ["memory://recent/10", "memory://tag/x"] {
        let list = document(&caller, address).await;
        assert_eq!(contents(&list["memories"]), ["memory 3, corrected", "memory 2", "memory 1"], "{address}");
        assert_eq!((&list["total"], &list["superseded_hidden"]), (&json!(3), &json!(1)), "{address}");
    }
    assert_eq!(document(&caller, "memory://tags").await["tags"][0], json!({"tag": "x", "memories": 3}));
}

#[tokio::test]
async fn an_entity_has_an_address_by_its_name() {
    let (tools, caller) = three().await;
    let hash = tools.store(json!({"content": "Zoë has the keys", "store": "docs"})).await;
    tools.bench.store.link_entity(&model::ContentHash::stored(hash.as_str()), "Zoë M.");
    for name in ["zoe-m", "Zo%C3%AB%20M."] {
        let entity = document(&caller, &format!("memory://entity/{name}")).await;
        assert_eq!(
            (&entity["name"], &entity["chunks"][0]["content"]),
            (&json!("Zoë M."), &json!("Zoë has the keys"))
        );
    }
    let error = read(&caller, "memory://entity/nobody").await.unwrap_err();
    assert_eq!((error.code, error.message.contains("There are zoe-m")), (ErrorCode::NotFound, true));
}

#[tokio::test]
async fn what_is_not_there_is_an_error_that_names_what_is() {
    let (_tools, caller) = three().await;
    for address in [
        "memory://",
        "memory://stat",
        "memory://stats/1",
        "memory://recent",
        "memory://recent/",
        "memory://tag/",
        "file:///etc/passwd",
        "stats",
        "",
        "memory://tag/%zz",
        "memory://memory/0123456789",
        "memory://memory/..",
    ] {
        let error = read(&caller, address).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound, "{address}");
    }
    let error = read(&caller, "memory://nothing").await.unwrap_err().to_string();
    assert!(RESOURCES.iter().all(|resource| error.contains(&resource.address())), "{error}");
}

#[tokio::test]
async fn a_store_that_cannot_be_read_leaves_the_fixed_resources_listed() {
    let (tools, caller) = three().await;
    tools.bench.store.set_fault(Some(testkit::Fault::Busy));
    assert_eq!(list(caller.reader()).await.len(), 4);
    assert_eq!(read(&caller, "memory://tags").await.unwrap_err().code, ErrorCode::StorageBusy);
}
