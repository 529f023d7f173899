//! Any text at all has a vector, soon.

use embed::{Encoder, Kernel};
use proptest::prelude::*;

/// Checks that each text's vector is of length 1 and of finite numbers.
fn assert_sound(encoder: &Encoder, texts: &[&str]) {
    let vectors = encoder.encode(texts);
    assert!(vectors.as_ref().is_ok_and(|vectors| vectors.len() == texts.len()));
    for vector in vectors.into_iter().flatten() {
        let squares: f32 = vector.as_slice().iter().map(|x| x * x).sum();
        assert_eq!(vector.dimension(), 384);
        assert!((squares - 1.0).abs() < 1e-4, "the square of the length is {squares}");
    }
}

#[test]
fn huge_and_odd_texts_have_vectors() {
    let encoder = Encoder::load().unwrap();
    let controls: String = (0..32).chain(127..160).filter_map(char::from_u32).collect();
    let megabyte = 1 << 20;
    let texts = [
        String::new(),
        controls.repeat(200),
        "a".repeat(megabyte),
        " ".repeat(megabyte),
        "a ".repeat(megabyte / 2),
        "\u{301}".repeat(megabyte / 2),
        "e\u{301}\u{323}".repeat(megabyte / 5),
        "[".repeat(megabyte),
        "[SEP]".repeat(megabyte / 5),
        "\u{d55c}".repeat(megabyte / 3),
        "\u{fdfa}".repeat(megabyte / 3),
        "\u{0}".repeat(megabyte),
        "ﷺ 字 🙂 ".repeat(megabyte / 13),
    ];
    assert_sound(&encoder, &texts.each_ref().map(String::as_str));
}

#[test]
fn a_batch_gives_each_text_the_vector_that_it_has_alone() {
    let encoder = Encoder::load().unwrap().with_threads(2);
    let texts: Vec<String> =
        (0..24).map(|number| "some words and more ".repeat(number % 7 * number / 2)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let together = encoder.encode(&texts).unwrap();
    for (text, vector) in texts.iter().zip(together) {
        for threads in [1, 3] {
            let alone = Encoder::load().unwrap().with_threads(threads).encode(&[text]).unwrap();
            assert!(alone[0] == vector, "a text of {} bytes on {threads} threads", text.len());
        }
    }
    assert!(encoder.encode(&[]).unwrap().is_empty());
}

#[test]
fn every_kernel_gives_nearly_the_same_vectors() {
    let texts = ["", "A ferry leaves the harbour at nine.", "SELECT 1; -- Größe 北京 🙂"];
    let expected = Encoder::with_kernel(Kernel::Scalar).unwrap().encode(&texts).unwrap();
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let vectors = Encoder::with_kernel(kernel).unwrap().encode(&texts).unwrap();
        for (vector, expected) in vectors.iter().zip(&expected) {
            let cosine = vector.cosine(expected).unwrap();
            assert!(cosine > 0.999, "{}: {cosine}", kernel.name());
        }
    }
}

#[test]
fn a_kernel_that_this_processor_lacks_is_refused() {
    let missing = Kernel::ALL.into_iter().find(|kernel| !kernel.is_available()).unwrap();
    let error = Encoder::with_kernel(missing).err().unwrap();
    assert!(error.to_string().contains(missing.name()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_texts_have_vectors(texts in prop::collection::vec(any::<String>(), 1..4)) {
        let encoder = Encoder::load().unwrap();
        assert_sound(&encoder, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
