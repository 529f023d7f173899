use std::sync::mpsc;

use super::*;

/// A model whose vectors say how many tokens a text has, one for each character. It panics at `boom`, and refuses `bad`.
#[derive(Default)]
struct Lengths {
    /// What was encoded together: the number of tokens of each text.
    portions: Mutex<Vec<Vec<usize>>>,
    /// A request that comes while the first portion is encoded.
    late: Mutex<Option<(mpsc::Sender<Request>, Request)>>,
}

impl Encode for &Lengths {
    fn tokens(&self, _: Purpose, text: &str) -> Result<Vec<u32>, String> {
        assert!(text != "boom", "a test's panic");
        if text == "bad" { Err("told to fail".to_owned()) } else { Ok(vec![1; text.len()]) }
    }

    fn vectors(&self, texts: &[Vec<u32>]) -> Result<Vec<Vector>, String> {
        self.portions.lock().unwrap().push(texts.iter().map(Vec::len).collect());
        if let Some((sender, request)) = self.late.lock().unwrap().take() {
            sender.send(request).unwrap();
        }
        Ok(texts.iter().map(|text| Vector::new(vec![text.len() as f32]).unwrap()).collect())
    }
}

fn request(purpose: Purpose, texts: &[&str]) -> (Request, oneshot::Receiver<Answer>) {
    let (answer, vectors) = oneshot::channel();
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    (Request { purpose, texts, answer }, vectors)
}

fn worker() -> Worker {
    Worker::new("m".to_owned(), Arc::default(), Arc::default())
}

fn found(answer: &mut oneshot::Receiver<Answer>) -> Vec<f32> {
    let vectors = answer.try_recv().unwrap().unwrap().unwrap();
    vectors.iter().map(|vector| vector.as_slice()[0]).collect()
}

#[test]
fn texts_are_encoded_in_portions_and_answered_together() {
    let (sender, receiver) = mpsc::channel();
    let long = "x".repeat(PORTION_TOKENS);
    let (first, mut answer) = request(Purpose::Document, &["a", "bb", &long, "ccc"]);
    sender.send(first).unwrap();
    drop(sender);
    let model = Lengths::default();
    worker().run(&receiver, || Ok(&model));
    assert_eq!(found(&mut answer), [1.0, 2.0, PORTION_TOKENS as f32, 3.0]);
    assert_eq!(*model.portions.lock().unwrap(), [vec![1, 2], vec![PORTION_TOKENS], vec![3]]);
}

#[test]
fn a_query_goes_before_the_next_portion_of_documents() {
    let (sender, receiver) = mpsc::channel();
    let long = "x".repeat(PORTION_TOKENS);
    let (documents, mut answer) = request(Purpose::Document, &[&long, &long]);
    let (query, mut asked) = request(Purpose::Query, &["what"]);
    sender.send(documents).unwrap();
    let model = Lengths::default();
    *model.late.lock().unwrap() = Some((sender, query));
    worker().run(&receiver, || Ok(&model));
    assert_eq!(*model.portions.lock().unwrap(), [[PORTION_TOKENS], [4], [PORTION_TOKENS]]);
    assert_eq!((found(&mut asked).len(), found(&mut answer).len()), (1, 2));
}

#[test]
fn a_text_that_fails_is_an_error_for_its_request_alone() {
    let (sender, receiver) = mpsc::channel();
    let asked = ["boom", "bad", "fine"].map(|text| {
        let (request, answer) = request(Purpose::Document, &[text]);
        sender.send(request).unwrap();
        answer
    });
    drop(sender);
    let model = Lengths::default();
    worker().run(&receiver, || Ok(&model));
    let [boom, bad, mut fine] = asked;
    for (mut answer, reason) in [(boom, "failed unexpectedly"), (bad, "told to fail")] {
        let error = answer.try_recv().unwrap().unwrap().unwrap_err();
        assert!(
            matches!(&error, EmbedError::BadVector { reason: found, .. } if found.contains(reason)),
            "{error}"
        );
    }
    assert_eq!(found(&mut fine), [4.0]);
}

#[test]
fn a_model_that_cannot_be_loaded_is_an_error_that_says_why() {
    for load in [|| Err("torn".to_owned()), || panic!("a test's panic")]
        as [fn() -> Result<&'static Lengths, String>; 2]
    {
        let (sender, receiver) = mpsc::channel();
        let (request, mut answer) = request(Purpose::Document, &["text"]);
        sender.send(request).unwrap();
        let worker = worker();
        worker.run(&receiver, load);
        let error = answer.try_recv().unwrap().unwrap().unwrap_err();
        assert!(matches!(error, EmbedError::Unavailable { .. }), "{error}");
        assert_eq!(worker.state.load(Ordering::Acquire), Readiness::Failed as u8);
        assert!(worker.failure.lock().unwrap().is_some());
    }
}
