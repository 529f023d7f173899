//! The adapter of the port.

use std::sync::Arc;

use embed::{BuiltIn, Encoder};
use ports::{Embedder, Readiness};

/// Waits on the calling thread: the adapter needs no runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn the_model_is_known_before_it_is_loaded() {
    let embedder = BuiltIn::new();
    assert_eq!(embedder.model().to_string(), "all-MiniLM-L6-v2/mean-l2/384");
    assert_eq!(embedder.readiness(), Readiness::Idle);
}

#[test]
fn a_request_loads_the_model_and_gets_the_encoder_s_vectors() {
    let (embedder, texts) = (BuiltIn::with_threads(1), ["a brown fox", "", "\n"]);
    embedder.warm();
    assert_ne!(embedder.readiness(), Readiness::Idle);
    let vectors = block_on(embedder.embed(&texts)).unwrap();
    assert_eq!(embedder.readiness(), Readiness::Ready);
    assert!(vectors == Encoder::load().unwrap().encode(&texts).unwrap());
    assert!(block_on(embedder.embed(&[])).unwrap().is_empty());
}

#[test]
fn requests_of_many_threads_each_get_their_own_vectors() {
    let embedder = Arc::new(BuiltIn::new());
    let asking: Vec<_> = (0..8)
        .map(|number| {
            let embedder = Arc::clone(&embedder);
            std::thread::spawn(move || {
                let texts: Vec<String> =
                    (0..=number).map(|text| format!("text {text} of thread {number}")).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let vectors = block_on(embedder.embed(&texts)).unwrap();
                assert!(vectors == Encoder::load().unwrap().encode(&texts).unwrap());
            })
        })
        .collect();
    asking.into_iter().for_each(|thread| thread.join().unwrap());
}
