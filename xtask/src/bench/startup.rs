//! How long after its start the server answers.

use std::time::{Duration, Instant};

use serde_json::json;

use super::floor;
use super::product::Product;
use super::statistics::{Samples, sum};
use super::table::{Figure, Row, Table};
use super::workload::Query;

const ROUNDS: usize = 30;
const MEMORIES: usize = 1_000;
const HANDSHAKE_AIM_MS: f64 = 30.0;
const SEARCH_AIM_MS: f64 = 150.0;

/// Spawn to the first answers, beside starting a trivial process and reading the model from the page cache.
pub(crate) fn measure(product: &Product) -> Result<Table, String> {
    let database = "startup.db";
    product.fill(database, 0..MEMORIES)?;
    let queries = product.workload.queries(MEMORIES, ROUNDS);
    let model = product.model_file()?;
    let [mut echo, mut read, mut list, mut search] = [const { Samples::new() }; 4];
    for query in &queries {
        echo.push(floor::spawn_and_echo()?);
        read.push(floor::read_file(&model)?);
        list.push(spawn_to_list(product, database)?);
        search.push(spawn_to_search(product, database, query)?);
    }
    let mut table = Table::new("Start");
    table.row(Row {
        what: "spawn to the first `tools/list`".to_owned(),
        ours: Figure::times(&list),
        floor_name: "spawn `/bin/cat`, one line back".to_owned(),
        floor: Figure::times(&echo),
        aim: Some(HANDSHAKE_AIM_MS),
    });
    table.row(Row {
        what: format!("spawn to the first `memory_search`, {MEMORIES} memories"),
        ours: Figure::times(&search),
        floor_name: "the same, and reading the model file from the page cache".to_owned(),
        floor: Figure::times(&sum(&[&echo, &read])),
        aim: Some(SEARCH_AIM_MS),
    });
    table.note(format!(
        "{ROUNDS} rounds; each has every figure once. `initialize` and its notice go before both requests. The search is hybrid, \
         each with a query of its own."
    ));
    Ok(table)
}

fn spawn_to_list(product: &Product, database: &str) -> Result<Duration, String> {
    let start = Instant::now();
    let mut client = product.serve(database)?;
    client.handshake()?;
    let answer = client.request("tools/list", &json!({}))?;
    let elapsed = start.elapsed();
    if answer.result["tools"].as_array().is_none_or(Vec::is_empty) {
        return Err(format!("tools/list has no tools: {}", answer.result));
    }
    client.finish()?;
    Ok(elapsed)
}

fn spawn_to_search(product: &Product, database: &str, query: &Query) -> Result<Duration, String> {
    let start = Instant::now();
    let mut client = product.serve(database)?;
    client.handshake()?;
    let answer = client.call("memory_search", &json!({"query": query.text}))?;
    let elapsed = start.elapsed();
    query.is_answered_by(&answer.result)?;
    client.finish()?;
    Ok(elapsed)
}
