use super::*;

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn some(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.next()).collect()
    }
}

#[test]
fn every_kernel_counts_as_the_scalar_one() {
    let mut numbers = Numbers(7);
    for words in [1, 2, 6, 12, 30, 31, 32, 63, 128] {
        for blocks in [0, 1, 2, 5] {
            let codes = numbers.some(words * blocks * LANES);
            let planes = numbers.some(words * PLANES);
            let mut expected = vec![7; blocks * LANES];
            scalar::scan(&codes, &planes, &mut expected);
            for (name, scan) in available() {
                let mut sums = vec![-1; blocks * LANES];
                scan(&codes, &planes, &mut sums);
                assert_eq!(sums, expected, "{name}, {words} words, {blocks} blocks");
            }
        }
    }
}

#[test]
fn full_words_do_not_overflow_a_byte() {
    let (words, mut sums) = (128, vec![0; LANES]);
    let (codes, planes) = (vec![u64::MAX; words * LANES], vec![u64::MAX; words * PLANES]);
    for (name, scan) in available() {
        scan(&codes, &planes, &mut sums);
        // Every plane has every bit: each number of the query is -1.
        assert!(sums.iter().all(|sum| *sum == -(64 * 128)), "{name}: {sums:?}");
    }
}

#[test]
#[should_panic(expected = "as many vectors")]
fn codes_that_are_too_few_are_refused() {
    scalar::scan(&[0; 8], &[0; 8], &mut [0; 8]);
}
