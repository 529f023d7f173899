//! LoCoMo (Maharana et al., ACL 2024, CC BY-NC 4.0): read from where it lies, never copied.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::question::{Case, Kept, Question};

/// Questions that say something of one person that another said: they have evidence, but no answer.
pub(crate) const ADVERSARIAL: &str = "adversarial";
/// The true names of the kinds of questions, by their numbers.
const CATEGORIES: [&str; 5] = ["multi-hop", "temporal", "open-domain", "single-hop", ADVERSARIAL];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// One thing that was said or noted.
struct Line {
    /// The turns that it is, or was drawn from.
    turns: Vec<String>,
    kept: Kept,
}

/// One conversation of the data set.
pub(crate) struct Conversation {
    turns: Vec<Line>,
    observations: Vec<Line>,
    questions: Vec<(String, Vec<String>, &'static str)>,
}

/// Reads the data set.
pub(crate) fn read(path: &Path) -> Result<Vec<Conversation>, String> {
    let named = |reason: String| format!("{}: {reason}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    let data: Value = serde_json::from_str(&text).map_err(|error| named(error.to_string()))?;
    let all = data.as_array().ok_or_else(|| named("no list of conversations".to_owned()))?;
    all.iter()
        .map(|value| conversation(value).ok_or_else(|| named("not of the form of LoCoMo".to_owned())))
        .collect()
}

/// One memory for each turn.
pub(crate) fn turns(data: &[Conversation]) -> Vec<Case> {
    data.iter().map(|conversation| case(&conversation.turns, &conversation.questions)).collect()
}

/// One memory for each observation that the data set draws from turns.
pub(crate) fn observations(data: &[Conversation]) -> Vec<Case> {
    data.iter().map(|conversation| case(&conversation.observations, &conversation.questions)).collect()
}

fn case(lines: &[Line], questions: &[(String, Vec<String>, &'static str)]) -> Case {
    let mut of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, line) in lines.iter().enumerate() {
        line.turns.iter().for_each(|turn| of.entry(turn).or_default().push(number));
    }
    let question = |(text, evidence, category): &(String, Vec<String>, &'static str)| Question {
        text: text.clone(),
        evidence: evidence.iter().map(|turn| of.get(turn.as_str()).cloned().unwrap_or_default()).collect(),
        category,
    };
    Case {
        memories: lines.iter().map(|line| line.kept.clone()).collect(),
        questions: questions.iter().map(question).collect(),
    }
}

fn conversation(value: &Value) -> Option<Conversation> {
    let said = value["conversation"].as_object()?;
    let (mut turns, mut observations) = (Vec::new(), Vec::new());
    for session in 1.. {
        let Some(lines) = said.get(&format!("session_{session}")).and_then(Value::as_array) else {
            if session > said.len() { break } else { continue }
        };
        let start = seconds(said.get(&format!("session_{session}_date_time"))?.as_str()?)?;
        let place = |number: usize| Some((format!("session {session}"), start + number as f64));
        for (number, line) in lines.iter().enumerate() {
            let text = format!("{}: {}", line["speaker"].as_str()?, line["text"].as_str()?);
            let kept = Kept { text, said: place(number) };
            turns.push(Line { turns: vec![line["dia_id"].as_str()?.to_owned()], kept });
        }
        let noted = value["observation"][format!("session_{session}_observation")].as_object();
        let facts = noted.into_iter().flat_map(|noted| noted.values()).filter_map(Value::as_array).flatten();
        for (number, fact) in facts.enumerate() {
            let kept = Kept { text: fact[0].as_str()?.to_owned(), said: place(number) };
            observations.push(Line { turns: ids(&fact[1]), kept });
        }
    }
    let known: Vec<&String> = turns.iter().flat_map(|line| &line.turns).collect();
    let questions = value["qa"].as_array()?.iter().filter_map(|asked| {
        let mut evidence: Vec<String> = Vec::new();
        for id in ids(&asked["evidence"]) {
            if known.contains(&&id) && !evidence.contains(&id) {
                evidence.push(id);
            }
        }
        let number = usize::try_from(asked["category"].as_u64()?).ok()?;
        let category = CATEGORIES.get(number.checked_sub(1)?)?;
        (!evidence.is_empty()).then(|| Some((asked["question"].as_str()?.to_owned(), evidence, *category)))?
    });
    let questions = questions.collect();
    Some(Conversation { turns, observations, questions })
}

/// The turns that a value names: some strings hold several (`D8:6; D9:17`), some have zeros before the number.
fn ids(value: &Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let parts = texts.into_iter().flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == ':')));
    let id = |part: &str| {
        let (session, turn) = part.strip_prefix('D')?.split_once(':')?;
        Some(format!("D{}:{}", session.parse::<u32>().ok()?, turn.parse::<u32>().ok()?))
    };
    parts.filter_map(id).collect()
}

/// `1:56 pm on 8 May, 2023` in seconds, taken as UTC.
fn seconds(text: &str) -> Option<f64> {
    let (time, date) = text.trim().split_once(" on ")?;
    let (clock, half) = time.split_once(' ')?;
    let (hour, minute) = clock.split_once(':')?;
    let hour = hour.parse::<u32>().ok()? % 12 + if half == "pm" { 12 } else { 0 };
    let mut parts = date.split([' ', ',']).filter(|part| !part.is_empty());
    let (day, month, year) = (parts.next()?, parts.next()?.to_lowercase(), parts.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day: u32 = day.parse().ok()?;
    let minute: u32 = minute.parse().ok()?;
    let iso = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z");
    model::Timestamp::from_stored_iso(&iso).map(model::Timestamp::as_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn evidence_is_read_in_all_its_forms() {
        assert_eq!(ids(&json!(["D8:6; D9:17", "D1:03", "D:1", "x"])), ["D8:6", "D9:17", "D1:3"]);
        assert_eq!(ids(&json!("D2:4")), ["D2:4"]);
    }

    #[test]
    fn dates_are_read() {
        let eight_may = model::Timestamp::from_stored_iso("2023-05-08T13:56:00Z").unwrap().as_seconds();
        assert_eq!(seconds("1:56 pm on 8 May, 2023"), Some(eight_may));
        assert_eq!(seconds("12:09 am on 8 May, 2023"), Some(eight_may - (13.0 * 60.0 + 47.0) * 60.0));
        assert_eq!(seconds("yesterday"), None);
    }

    #[test]
    fn a_conversation_gives_its_turns_observations_and_questions() {
        let value = json!({
            "conversation": {
                "session_1_date_time": "1:56 pm on 8 May, 2023",
                "session_1": [{"speaker": "Ann", "dia_id": "D1:1", "text": "hello"},
                              {"speaker": "Bo", "dia_id": "D1:2", "text": "the ferry is red"}],
            },
            "observation": {"session_1_observation": {"Bo": [["Bo saw a red ferry.", "D1:2"]]}},
            "qa": [{"question": "which colour", "evidence": ["D1:2"], "category": 4},
                   {"question": "nothing", "evidence": [], "category": 3}],
        });
        let data = [conversation(&value).unwrap()];
        let turns = turns(&data);
        assert_eq!(turns[0].memories[1].text, "Bo: the ferry is red");
        assert_eq!(turns[0].questions.len(), 1);
        assert_eq!(
            (turns[0].questions[0].category, &turns[0].questions[0].evidence),
            ("single-hop", &vec![vec![1]])
        );
        assert_eq!(observations(&data)[0].questions[0].evidence, [[0]]);
    }
}
