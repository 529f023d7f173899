//! Whether the time of an answer tells what somebody else has.
//!
//! One server, memories in the default space, and somebody with all rights in another space. That caller asks for something that the
//! default space has and for something that nobody has, in turn, in changing order, and so that both answers are the same but for
//! the time they take. What is counted is how often the first takes longer: half of the rounds when the time tells nothing. Beside it
//! stands the same count for two things that nobody has, which shows what the machine's noise does to such a count.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{Connection, Server, command};
use super::product::Product;
use super::statistics::Samples;

const MEMORIES: usize = 1_000;
const ROUNDS: usize = 3_000;
const WARM_UP: usize = 100;
/// From how many standard deviations on a count is more than noise.
const NOISE: f64 = 4.0;
const DATABASE: &str = "isolation.db";

/// A request whose answer must not depend on what others have.
struct Question {
    what: &'static str,
    method: &'static str,
    /// Path and body, made from a word.
    ask: fn(&str) -> (String, Option<Value>),
    /// What is asked for: what the other space has, and two things that nobody has.
    there: String,
    nowhere: [String; 2],
}

/// What one kind of question came to.
struct Outcome {
    what: &'static str,
    there: Samples,
    nowhere: Samples,
    /// In how many rounds what is there took longer than what is not.
    slower: usize,
    /// The same for two things that are not.
    control: usize,
}

/// Everything, as Markdown.
pub(crate) fn measure(product: &Product) -> Result<String, String> {
    product.fill(DATABASE, 0..MEMORIES)?;
    run(product, &["spaces", "create", "others"])?;
    let owner = run(product, &["keys", "create", "--name", "owner", "--scope", "admin"])?;
    let other = run(product, &["keys", "create", "--name", "b", "--scope", "admin", "--space", "others"])?;
    let server = Server::start(product, DATABASE, &[owner, other], &[])?;
    let questions = questions(product, &server)?;
    let mut connection = Connection::open(server.target.address, &server.target.keys[1])?;
    connection.request(
        "POST",
        "/api/memories",
        Some(&json!({"content": "the only memory of this space"})),
    )?;
    let mut outcomes = Vec::new();
    for question in &questions {
        outcomes.push(compare(&mut connection, question)?);
    }
    let complaints = server.finish()?;
    match complaints.first() {
        None => Ok(markdown(&outcomes)),
        Some(first) => Err(format!("the server complained: {first}")),
    }
}

fn questions(product: &Product, server: &Server) -> Result<Vec<Question>, String> {
    let mut owner = Connection::open(server.target.address, &server.target.keys[0])?;
    let listed = owner.request("GET", "/api/memories?page_size=1", None)?.value()?;
    let hash = listed["memories"][0]["content_hash"].as_str().ok_or("there is no memory")?.to_owned();
    let keys = owner.request("GET", "/api/keys", None)?.value()?;
    let key = keys["keys"][0]["id"].as_str().ok_or("there is no key")?.to_owned();
    // As long as the real ones, and nobody's.
    let other = |text: &str, with: char| -> String {
        text.chars()
            .map(|c| if c.is_ascii_digit() { '7' } else { c })
            .take(text.len() - 1)
            .chain([with])
            .collect()
    };
    let word = product.workload.memory(MEMORIES / 2);
    let word = word.split_whitespace().max_by_key(|word| word.len()).unwrap_or_default().to_owned();
    let made_up = |seed: &str| seed.chars().cycle().take(word.len()).collect::<String>();
    let by_hash: fn(&str) -> (String, Option<Value>) = |hash| (format!("/api/memories/{hash}"), None);
    let hashes = || [other(&hash, 'a'), other(&hash, 'b')];
    Ok(vec![
        Question {
            what: "read a memory by its key",
            method: "GET",
            ask: by_hash,
            there: hash.clone(),
            nowhere: hashes(),
        },
        Question {
            what: "delete a memory by its key",
            method: "DELETE",
            ask: by_hash,
            there: hash.clone(),
            nowhere: hashes(),
        },
        Question {
            what: "search for a word",
            method: "POST",
            ask: |word| ("/api/search".to_owned(), Some(json!({"query": word}))),
            nowhere: [made_up("zyxwv"), made_up("qjkzx")],
            there: word.clone(),
        },
        Question {
            what: "search by a tag",
            method: "POST",
            ask: |tag| ("/api/search/by-tag".to_owned(), Some(json!({"tags": [tag]}))),
            nowhere: [made_up("zyxwv"), made_up("qjkzx")],
            there: word,
        },
        Question {
            what: "revoke a key by its id",
            method: "DELETE",
            ask: |id| (format!("/api/keys/{id}"), None),
            nowhere: [other(&key, 'a'), other(&key, 'b')],
            there: key,
        },
    ])
}

fn compare(connection: &mut Connection, question: &Question) -> Result<Outcome, String> {
    let mut outcome = Outcome {
        what: question.what,
        there: Samples::new(),
        nowhere: Samples::new(),
        slower: 0,
        control: 0,
    };
    let mut status = None;
    for round in 0..WARM_UP + ROUNDS {
        let asked = [&question.there, &question.nowhere[0], &question.nowhere[1]];
        let mut times = [Duration::ZERO; 3];
        // Each of the three comes at each place equally often.
        for step in 0..asked.len() {
            let place = (round + step * (1 + round / 3 % 2)) % asked.len();
            let (path, body) = (question.ask)(asked[place]);
            let start = Instant::now();
            let answer = connection.request(question.method, &path, body.as_ref())?;
            times[place] = start.elapsed();
            if *status.get_or_insert(answer.status) != answer.status || answer.status >= 500 {
                return Err(format!("{}: the answers differ: {}", question.what, answer.status));
            }
        }
        if round >= WARM_UP {
            outcome.there.push(times[0]);
            outcome.nowhere.push(times[1]);
            outcome.slower += usize::from(times[0] > times[1]);
            outcome.control += usize::from(times[2] > times[1]);
        }
    }
    Ok(outcome)
}

/// How many standard deviations a count is from half of the rounds.
fn deviations(count: usize, rounds: usize) -> f64 {
    let half = rounds as f64 / 2.0;
    (count as f64 - half) / (half / 2.0).sqrt()
}

fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = "## Isolation\n\n| asked by somebody else | there p50 | nowhere p50 | ratio | slower in | deviations | control | |\n\
                    |---|---:|---:|---:|---:|---:|---:|---|\n"
        .to_owned();
    for outcome in outcomes {
        let rounds = outcome.there.len();
        let (found, control) = (deviations(outcome.slower, rounds), deviations(outcome.control, rounds));
        let verdict = if found.abs() < NOISE { "noise" } else { "**more than noise**" };
        let (there, nowhere) = (outcome.there.p50(), outcome.nowhere.p50());
        text += &format!(
            "| {} | {there:.3} ms | {nowhere:.3} ms | {:.3} | {:.1} % | {found:+.1} | {control:+.1} | {verdict} |\n",
            outcome.what,
            there / nowhere,
            100.0 * outcome.slower as f64 / rounds as f64,
        );
    }
    text + &format!(
        "\n{ROUNDS} rounds each, over one connection that stays open; more than noise is {NOISE} standard deviations of a fair coin. The control is the same count for two things that nobody has.\n"
    )
}

fn run(product: &Product, arguments: &[&str]) -> Result<String, String> {
    let output = command(product, DATABASE)
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .output()
        .map_err(|error| format!("memory {arguments:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(format!("memory {arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
}

#[cfg(test)]
mod tests {
    use super::deviations;

    #[test]
    fn half_of_the_rounds_is_no_deviation_and_all_of_them_are_many() {
        assert_eq!(deviations(50, 100), 0.0);
        assert_eq!(deviations(60, 100), 2.0);
        assert_eq!(deviations(0, 100), -10.0);
    }
}
