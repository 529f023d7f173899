//! The thread's side: loads the model, then answers requests until nobody can send one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::Receiver;

use futures_channel::oneshot;
use model::Vector;
use ports::{EmbedError, Readiness};

use super::{MODEL, unavailable};
use crate::encoder::EncodeError;

/// Texts beyond which no further request joins a batch.
const BATCH: usize = 256;

pub(super) type Answer = Result<Vec<Vector>, EmbedError>;

/// Texts that wait for their vectors.
pub(super) struct Request {
    pub(super) texts: Vec<String>,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// The thread's side.
pub(super) struct Worker {
    state: Arc<AtomicU8>,
}

impl Worker {
    /// A worker that shows its state there, `Loading` from now on.
    pub(super) fn new(state: Arc<AtomicU8>) -> Self {
        let worker = Self { state };
        worker.set(Readiness::Loading);
        worker
    }

    fn set(&self, state: Readiness) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// Loads the model and answers. A model that cannot be loaded is an error for each request.
    pub(super) fn run<E>(&self, requests: &Receiver<Request>, load: impl FnOnce() -> Result<E, EncodeError>)
    where
        E: Fn(&[&str]) -> Result<Vec<Vector>, EncodeError>,
    {
        let loaded = catch_unwind(AssertUnwindSafe(load)).map_err(|_| PANICKED.to_owned());
        match loaded.and_then(|result| result.map_err(|error| error.to_string())) {
            Ok(encode) => {
                self.set(Readiness::Ready);
                while let Ok(first) = requests.recv() {
                    answer(&encode, batch(first, requests));
                }
            }
            Err(reason) => {
                self.set(Readiness::Failed);
                for request in requests {
                    // Whoever asked may have gone.
                    let _ = request.answer.send(Err(unavailable(&reason, None)));
                }
            }
        }
    }
}

/// A request and those that wait behind it.
fn batch(first: Request, requests: &Receiver<Request>) -> Vec<Request> {
    let mut texts = first.texts.len();
    let mut waiting = vec![first];
    while texts < BATCH
        && let Ok(request) = requests.try_recv()
    {
        texts += request.texts.len();
        waiting.push(request);
    }
    waiting
}

/// Encodes the texts of all requests together and gives each its vectors. Whoever asked may have gone.
fn answer(encode: &impl Fn(&[&str]) -> Result<Vec<Vector>, EncodeError>, requests: Vec<Request>) {
    let texts: Vec<_> = requests.iter().flat_map(|request| &request.texts).map(String::as_str).collect();
    let outcome = catch_unwind(AssertUnwindSafe(|| encode(&texts)));
    let count = texts.len();
    match outcome {
        Ok(Ok(vectors)) if vectors.len() == count => {
            let mut vectors = vectors.into_iter();
            for request in requests {
                let own = vectors.by_ref().take(request.texts.len()).collect();
                let _ = request.answer.send(Ok(own));
            }
        }
        Ok(Ok(_)) => refuse(requests, || bad("as many vectors as texts were expected")),
        Ok(Err(error)) => refuse(requests, || bad(&error.to_string())),
        Err(_) => refuse(requests, || unavailable(PANICKED, None)),
    }
}

/// What a panic is to those who asked.
const PANICKED: &str = "the encoder failed unexpectedly";

fn bad(reason: &str) -> EmbedError {
    EmbedError::BadVector { model: MODEL.to_owned(), reason: reason.to_owned() }
}

fn refuse(requests: Vec<Request>, error: impl Fn() -> EmbedError) {
    for request in requests {
        let _ = request.answer.send(Err(error()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc;

    use super::*;

    type Encode = fn(&[&str]) -> Result<Vec<Vector>, EncodeError>;

    /// Runs a worker over requests of one text each, all waiting from the start; the answers, and the state.
    fn run<E>(texts: &[&str], load: impl FnOnce() -> Result<E, EncodeError>) -> (Vec<Option<Answer>>, u8)
    where
        E: Fn(&[&str]) -> Result<Vec<Vector>, EncodeError>,
    {
        let (sender, receiver) = mpsc::channel();
        let asked: Vec<_> = texts
            .iter()
            .map(|text| {
                let (answer, vectors) = oneshot::channel();
                sender.send(Request { texts: vec![(*text).to_owned()], answer }).unwrap();
                vectors
            })
            .collect();
        drop(sender);
        let worker = Worker::new(Arc::new(AtomicU8::new(Readiness::Idle as u8)));
        worker.run(&receiver, load);
        let answers = asked.into_iter().map(|mut vectors| vectors.try_recv().unwrap()).collect();
        (answers, worker.state.load(Ordering::Acquire))
    }

    fn lengths(texts: &[&str]) -> Vec<Vector> {
        texts.iter().map(|text| Vector::new(vec![text.len() as f32]).unwrap()).collect()
    }

    #[test]
    fn requests_that_wait_are_encoded_together_and_answered_apart() {
        let batches = Mutex::new(vec![]);
        let encode = |texts: &[&str]| {
            batches.lock().unwrap().push(texts.len());
            Ok(lengths(texts))
        };
        let (answers, state) = run(&["a", "bb", "ccc"], || Ok(encode));
        let found: Vec<f32> =
            answers.into_iter().map(|answer| answer.unwrap().unwrap()[0].as_slice()[0]).collect();
        assert_eq!(found, [1.0, 2.0, 3.0]);
        assert_eq!(*batches.lock().unwrap(), [3]);
        assert_eq!(state, Readiness::Ready as u8);
    }

    #[test]
    fn a_batch_takes_no_more_requests_beyond_its_limit() {
        let batches = Mutex::new(vec![]);
        let encode = |texts: &[&str]| {
            batches.lock().unwrap().push(texts.len());
            Ok(lengths(texts))
        };
        run(&vec!["text"; BATCH + 1], || Ok(encode));
        assert_eq!(*batches.lock().unwrap(), [BATCH, 1]);
    }

    #[test]
    fn a_panic_is_an_error_for_those_who_asked_and_the_next_are_served() {
        let encode = |texts: &[&str]| {
            assert!(!texts.contains(&"boom"), "a test's panic");
            Ok(lengths(texts))
        };
        let mut texts = vec!["boom"; BATCH];
        texts.push("fine");
        let (mut answers, _) = run(&texts, || Ok(encode));
        assert!(answers.pop().unwrap().unwrap().is_ok());
        assert_eq!(answers.len(), BATCH);
        for answer in answers {
            assert!(matches!(answer, Some(Err(EmbedError::Unavailable { .. }))));
        }
    }

    #[test]
    fn a_model_that_cannot_be_loaded_is_an_error_that_says_why() {
        let load = || -> Result<Encode, _> { Err(EncodeError::Damaged(crate::layout::LayoutError::Header)) };
        let (mut answers, state) = run(&["text"], load);
        let error = answers.pop().unwrap().unwrap().unwrap_err().to_string();
        assert!(error.contains("all-MiniLM-L6-v2") && error.contains("damaged"), "{error}");
        assert_eq!(state, Readiness::Failed as u8);
    }

    #[test]
    fn a_panic_while_loading_is_an_error_too() {
        let load = || -> Result<Encode, EncodeError> { panic!("a test's panic") };
        let (answers, state) = run(&["text"], load);
        assert!(matches!(answers[0], Some(Err(EmbedError::Unavailable { .. }))));
        assert_eq!(state, Readiness::Failed as u8);
    }

    #[test]
    fn a_wrong_number_of_vectors_is_refused() {
        let (answers, _) = run(&["a", "b"], || Ok(|_: &[&str]| Ok(lengths(&["one"]))));
        for answer in answers {
            assert!(matches!(answer, Some(Err(EmbedError::BadVector { .. }))));
        }
    }
}
