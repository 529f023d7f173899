//! The answer of the endpoint, checked.

use model::Vector;
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// One vector of length 1 for each of `count` texts, in their order, or what is wrong. The reason has nothing of the
/// answer's text in it.
pub(crate) fn vectors(body: &[u8], count: usize, dimension: usize) -> Result<Vec<Vector>, String> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("its answer is not the JSON of an embeddings endpoint (line {line}, column {column})")
    })?;
    let mut places: Vec<Option<Vector>> = vec![None; count];
    for entry in answer.data {
        let index = entry.index.ok_or("an entry of its answer has no index")?;
        let place = places
            .get_mut(index)
            .ok_or_else(|| format!("it was sent {count} texts and answered for one with index {index}"))?;
        if place.is_some() {
            return Err(format!("its answer has index {index} twice"));
        }
        *place = Some(of_length_one(&entry.embedding, dimension)?);
    }
    let missing = places.iter().position(Option::is_none);
    missing.map_or(Ok(()), |index| Err(format!("its answer has no entry with index {index}")))?;
    Ok(places.into_iter().flatten().collect())
}

fn of_length_one(numbers: &[f32], dimension: usize) -> Result<Vector, String> {
    let found = numbers.len();
    if found != dimension {
        return Err(format!(
            "its vectors have {found} numbers, {dimension} were expected: set the dimension to {found} if the model is right"
        ));
    }
    let vector = Vector::new(numbers.to_vec()).map_err(|error| error.to_string())?;
    let norm = vector.as_slice().iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    // Divided as `f64`: the square of a small number is nothing as `f32`.
    let scaled = numbers.iter().map(|number| (f64::from(*number) / norm) as f32).collect();
    Vector::new(scaled).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<Vec<f32>>, String> {
        let found = vectors(body.as_bytes(), 2, 2)?;
        Ok(found.iter().map(|vector| vector.as_slice().to_vec()).collect())
    }

    fn entry(index: &str, embedding: &str) -> String {
        format!(r#"{{"object":"embedding","index":{index},"embedding":{embedding}}}"#)
    }

    fn answer(entries: &[String]) -> String {
        format!(r#"{{"data":[{}],"model":"m","usage":{{"total_tokens":1}}}}"#, entries.join(","))
    }

    #[test]
    fn entries_are_put_in_the_order_of_the_texts_and_scaled_to_length_one() {
        let body = answer(&[entry("1", "[0,-2]"), entry("0", "[3,4]")]);
        assert_eq!(read(&body), Ok(vec![vec![0.6, 0.8], vec![0.0, -1.0]]));
    }

    #[test]
    fn the_smallest_numbers_have_a_direction_too() {
        let body = answer(&[entry("0", "[1e-40,0]"), entry("1", "[0,3e38]")]);
        assert_eq!(read(&body), Ok(vec![vec![1.0, 0.0], vec![0.0, 1.0]]));
    }

    #[test]
    fn an_answer_that_does_not_fit_is_refused_with_what_is_wrong() {
        let good = entry("0", "[1,0]");
        for (entries, reason) in [
            (vec![good.clone()], "no entry with index 1"),
            (vec![good.clone(), good.clone()], "index 0 twice"),
            (vec![good.clone(), entry("2", "[1,0]")], "sent 2 texts and answered for one with index 2"),
            (vec![good.clone(), entry("null", "[1,0]")], "no index"),
            (vec![good.clone(), entry("1", "[1,0,0]")], "have 3 numbers, 2 were expected"),
            (vec![good.clone(), entry("1", "[]")], "have 0 numbers"),
            (vec![good.clone(), entry("1", "[0,0]")], "all zeros"),
            (vec![good.clone(), entry("1", "[0,1e39]")], "not the JSON"),
            (vec![good.clone(), entry("1", "[0,NaN]")], "not the JSON"),
            (vec![good.clone(), entry("-1", "[1,0]")], "not the JSON"),
            (vec![good, entry("1", r#""hunter2""#)], "not the JSON"),
        ] {
            let error = read(&answer(&entries)).unwrap_err();
            assert!(error.contains(reason) && !error.contains("hunter2"), "{error}");
        }
        assert!(read("<html>").unwrap_err().contains("line 1, column 1"));
    }
}
