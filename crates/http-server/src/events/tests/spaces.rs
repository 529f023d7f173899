//! Streams of one space hear nothing of another.

use super::*;

async fn listen_as_guest(door: &Door, capability: Capability) -> (Stream, Event) {
    open(door, "/api/events", &[("x-api-key", door.guest_key(capability))]).await
}

#[tokio::test(start_paused = true)]
async fn a_space_hears_its_own_memories_and_nothing_of_another() {
    let door = Door::open().await;
    let (mut guest, _) = listen_as_guest(&door, Capability::Admin).await;
    let mut own = listen(&door, Capability::Admin).await;
    keep(&door, "a secret of the default space").await;
    door.owner().post("/api/search", json!({"query": "secret"})).await.of(200);
    own.expect("memory_stored").await;
    own.expect("search_completed").await;
    let guests = door.guest(Capability::Write);
    guests.post("/api/memories", json!({"content": "of the guests"})).await.of(200);
    guests.post("/api/search", json!({"query": "guests"})).await.of(200);
    // The first thing that is heard at all.
    assert_eq!(guest.expect("memory_stored").await.data["content_preview"], "of the guests");
    let heard = guest.expect("heartbeat").await.data;
    assert_eq!(heard["server_status"], "healthy");
    assert_eq!(heard["active_connections"], 1, "{heard}");
    assert_eq!(own.expect("heartbeat").await.data["active_connections"], 1);
}

#[tokio::test(start_paused = true)]
async fn who_shares_a_space_hears_no_questions_of_the_others() {
    let door = Door::open().await;
    let (mut admin, _) = listen_as_guest(&door, Capability::Admin).await;
    let (mut asker, _) = listen_as_guest(&door, Capability::Read).await;
    door.guest(Capability::Read).post("/api/search", json!({"query": "a private question"})).await.of(200);
    assert_eq!(asker.expect("search_completed").await.data["query"], "a private question");
    admin.expect("heartbeat").await;
}

#[tokio::test(start_paused = true)]
async fn a_place_in_one_space_is_none_in_another() {
    let door = Door::open().await;
    let (mut guest, _) = listen_as_guest(&door, Capability::Read).await;
    let mut own = listen(&door, Capability::Read).await;
    for text in ["one", "two"] {
        keep(&door, text).await;
        door.guest(Capability::Write).post("/api/memories", json!({"content": text})).await.of(200);
    }
    let (first, of_guest) = (own.expect("memory_stored").await, guest.expect("memory_stored").await);
    assert_ne!(first.id, of_guest.id);
    let key = door.guest_key(Capability::Read);
    for (id, status) in [(&of_guest.id, "resumed"), (&first.id, "id_not_in_buffer")] {
        let (_, hello) = open(&door, "/api/events", &[("x-api-key", key), ("last-event-id", id)]).await;
        assert_eq!(hello.data["replay"]["status"], status, "{hello:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_who_listens_in_another_space() {
    let door = Door::open().await;
    let _streams = [listen(&door, Capability::Read).await, listen(&door, Capability::Write).await];
    let _guest = listen_as_guest(&door, Capability::Read).await;
    let told = door.guest(Capability::Admin).get("/api/events/stats").await.of(200);
    assert_eq!((&told["total_connections"], &told["connections"]), (&json!(1), &json!([])));
    let own = door.guest(Capability::Read).get("/api/events/stats").await.of(200);
    assert_eq!(own["connections"].as_array().unwrap().len(), 1);
    assert_eq!(door.reader().get("/api/events/stats").await.of(200)["total_connections"], 2);
    let all = door.owner().get("/api/events/stats").await.of(200);
    assert_eq!((&all["total_connections"], all["connections"].as_array().unwrap().len()), (&json!(3), 3));
}
