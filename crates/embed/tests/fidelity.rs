//! The vectors beside those of the float model. `reference.py` made the stored ones.

use embed::Encoder;
use embed::shape::DIMENSION;

/// Vectors stored as halves.
fn stored(bytes: &[u8]) -> Vec<Vec<f32>> {
    let numbers: Vec<f32> =
        bytes.chunks_exact(2).map(|half| from_half(u16::from_le_bytes([half[0], half[1]]))).collect();
    numbers.chunks_exact(DIMENSION).map(<[f32]>::to_vec).collect()
}

/// The number of a half: sign, five bits of exponent, ten of fraction.
fn from_half(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(half >> 10) & 31, f32::from(half & 0x3ff) / 1024.0);
    if exponent == 0 {
        sign * fraction * 2.0_f32.powi(-14)
    } else {
        sign * (1.0 + fraction) * 2.0_f32.powi(exponent - 15)
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[expect(clippy::unwrap_used, reason = "part of the tests")]
fn encode(texts: &[&str]) -> Vec<Vec<f32>> {
    let vectors = Encoder::load().unwrap().encode(texts).unwrap();
    vectors.iter().map(|vector| vector.as_slice().to_vec()).collect()
}

/// The ten nearest others of each vector.
fn nearest(vectors: &[Vec<f32>]) -> Vec<Vec<usize>> {
    let ten = |(own, vector): (usize, &Vec<f32>)| {
        let others = vectors.iter().enumerate().filter(|(other, _)| *other != own);
        let mut near: Vec<_> = others.map(|(other, theirs)| (dot(vector, theirs), other)).collect();
        near.select_nth_unstable_by(9, |a, b| b.0.total_cmp(&a.0));
        near[..10].iter().map(|(_, other)| *other).collect()
    };
    vectors.iter().enumerate().map(ten).collect()
}

#[test]
fn varied_texts_have_nearly_the_vectors_of_the_float_model() {
    let texts: Vec<String> =
        include_str!("data/varied.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let expected = stored(include_bytes!("data/varied.f16"));
    assert_eq!((texts.len(), expected.len()), (200, 200));
    let cosines: Vec<f32> = encode(&texts).iter().zip(&expected).map(|(a, b)| cosine(a, b)).collect();
    let mean = cosines.iter().sum::<f32>() / 200.0;
    let lowest = cosines.iter().copied().fold(1.0, f32::min);
    println!("mean cosine {mean:.5}, lowest {lowest:.4}");
    assert!(mean >= 0.99, "mean cosine {mean}");
    assert!(lowest >= 0.98, "lowest cosine {lowest}");
}

#[test]
fn sentences_have_nearly_the_neighbours_that_the_float_model_gives_them() {
    let sentences = testkit::corpus::sentences();
    let expected = stored(include_bytes!("data/sentences.f16"));
    assert_eq!((sentences.len(), expected.len()), (2_000, 2_000));
    let found = nearest(&encode(&sentences));
    let shared = found
        .iter()
        .zip(nearest(&expected))
        .map(|(found, expected)| found.iter().filter(|other| expected.contains(other)).count());
    let overlap = shared.sum::<usize>() as f64 / 20_000.0;
    println!("overlap of the ten nearest {overlap:.4}");
    assert!(overlap >= 0.95, "overlap of the ten nearest {overlap}");
}
