//! Storing and searching over stdio, at two sizes.

use std::time::Instant;

use embed::Encoder;
use serde_json::json;

use super::client::Client;
use super::floor::{DurableFile, VectorBytes};
use super::product::Product;
use super::statistics::{Samples, sum};
use super::table::{Figure, Row, Table};
use super::workload::Query;

const SIZES: [usize; 2] = [1_000, 10_000];
const STORES: usize = 200;
const SEARCHES: usize = 400;
/// Of so many searches one repeats an earlier query.
const REPEAT_EVERY: usize = 4;
const WARM_UP: usize = 20;
const STORE_AIM_MS: f64 = 10.0;
const SEARCH_AIM_MS: f64 = 5.0;

/// Store and search at 1,000 and 10,000 memories.
pub(crate) fn measure(product: &Product) -> Result<Table, String> {
    let database = "store.db";
    let encoder = Encoder::load().map_err(|error| error.to_string())?;
    let mut table = Table::new("Store and search");
    let mut stored = 0;
    for size in SIZES {
        product.fill(database, stored..size)?;
        let mut client = product.serve(database)?;
        client.handshake()?;
        search(product, &encoder, &mut client, size, &mut table)?;
        client.finish()?;
        // Into a copy: the next size starts from what this one had.
        let copy = format!("store-{size}.db");
        product.copy(database, &copy)?;
        let mut client = product.serve(&copy)?;
        client.handshake()?;
        store(product, &encoder, &mut client, size, &mut table)?;
        client.finish()?;
        stored = size;
    }
    table.note(format!(
        "{STORES} stores and {SEARCHES} searches at each size, warm, over stdio; each round has the parts of the floor and \
         ours. Queries are paraphrases and fragments of four words in turn; one in {REPEAT_EVERY} repeats an earlier one."
    ));
    Ok(table)
}

fn store(
    product: &Product,
    encoder: &Encoder,
    client: &mut Client,
    size: usize,
    table: &mut Table,
) -> Result<(), String> {
    let mut file = DurableFile::create(&product.path("pages"))?;
    let [mut append, mut forward, mut ours] = [const { Samples::new() }; 3];
    let used = client.processor_time()?;
    for round in 0..WARM_UP + STORES {
        // Beyond every number that `fill` uses.
        let memory = product.workload.memory(SIZES[1] + round);
        let appended = file.append()?;
        let start = Instant::now();
        encoder.encode(&[&memory]).map_err(|error| error.to_string())?;
        let encoded = start.elapsed();
        let stored = client.call("memory_store", &json!({"content": memory}))?.elapsed;
        if round >= WARM_UP {
            append.push(appended);
            forward.push(encoded);
            ours.push(stored);
        }
    }
    table.row(Row {
        what: format!("store at {size} memories"),
        ours: Figure::times(&ours),
        floor_name: format!(
            "durable append of 4 KiB ({:.2} ms), encoding the text ({:.2} ms)",
            append.p50(),
            forward.p50()
        ),
        floor: Figure::times(&sum(&[&append, &forward])),
        aim: Some(STORE_AIM_MS),
    });
    let used = (client.processor_time()? - used).as_secs_f64() * 1e3 / (WARM_UP + STORES) as f64;
    table.note(format!("At {size}: a store takes {used:.2} ms of processor time, on all threads."));
    Ok(())
}

/// Times of one kind of query, with those of the floor in the same rounds.
#[derive(Default)]
struct Searches {
    ours: Samples,
    ping: Samples,
    encode: Samples,
    scan: Samples,
}

fn search(
    product: &Product,
    encoder: &Encoder,
    client: &mut Client,
    size: usize,
    table: &mut Table,
) -> Result<(), String> {
    let vectors = VectorBytes::of(size);
    let queries = product.workload.queries(size, WARM_UP + SEARCHES);
    let (mut new, mut repeated) = (Searches::default(), Searches::default());
    let used = client.processor_time()?;
    let mut found = 0;
    let mut asked: Vec<&Query> = Vec::new();
    for (round, next) in queries.iter().enumerate() {
        let repeats = round >= WARM_UP && round % REPEAT_EVERY == 0;
        let query = if repeats { asked[asked.len() / 2] } else { next };
        let ping = client.request("ping", &json!({}))?.elapsed;
        let scan = vectors.read();
        let start = Instant::now();
        encoder.encode(&[&query.text]).map_err(|error| error.to_string())?;
        let encode = start.elapsed();
        let answer = client.call("memory_search", &json!({"query": query.text}))?;
        if !repeats {
            asked.push(query);
        }
        if round < WARM_UP {
            continue;
        }
        found += usize::from(query.is_answered_by(&answer.result)?);
        let searches = if repeats { &mut repeated } else { &mut new };
        searches.ours.push(answer.elapsed);
        searches.ping.push(ping);
        searches.encode.push(encode);
        searches.scan.push(scan);
    }
    let used = (client.processor_time()? - used).as_secs_f64() * 1e3 / queries.len() as f64;
    let aim = (size == SIZES[1]).then_some(SEARCH_AIM_MS);
    table.row(row(
        format!("search at {size} memories, a new query"),
        &new,
        &[&new.ping, &new.encode, &new.scan],
        aim,
    ));
    table.row(row(
        format!("search at {size} memories, a repeated query"),
        &repeated,
        &[&repeated.ping, &repeated.scan],
        None,
    ));
    table.note(format!(
        "At {size}: {found} of {SEARCHES} searches had the memory that they asked for among the hits. A search takes \
         {used:.2} ms of processor time, on all threads. The vectors are read at {:.1} GB/s.",
        vectors.len() as f64 / new.scan.p50() / 1e6
    ));
    Ok(())
}

fn row(what: String, searches: &Searches, floor: &[&Samples], aim: Option<f64>) -> Row {
    let encode = if floor.len() == 3 {
        format!("encoding the query ({:.3} ms), ", searches.encode.p50())
    } else {
        String::new()
    };
    let floor_name = format!(
        "a ping ({:.3} ms), {encode}reading the vectors' codes ({:.3} ms)",
        searches.ping.p50(),
        searches.scan.p50()
    );
    Row { what, ours: Figure::times(&searches.ours), floor_name, floor: Figure::times(&sum(floor)), aim }
}
