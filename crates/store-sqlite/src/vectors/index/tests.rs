use super::*;
use crate::vectors::exact;

fn of(dimension: usize) -> Index {
    Index::new(Home::Vec0, Spaces { whole: 0, chunks: 1 }, dimension, 0, 0)
}

fn index() -> Index {
    of(24)
}

fn numbers(id: i64, part: u16) -> Vec<f32> {
    let seed = f32::from(i16::try_from(id).unwrap()) * 3.7 + f32::from(part) * 0.9;
    (0..24_u8).map(|n| (f32::from(n) * 1.3 + seed).sin() + (f32::from(n) * seed).cos()).collect()
}

fn put(index: &mut Index, id: i64, part: u16) {
    let numbers = numbers(id, part);
    let code = Code::of(index.rotation(), &numbers).unwrap();
    index.put(Entry { id, part, code, fine: Fine::of(&numbers) });
}

/// Whether every vector is where the index says, by its code and exactly.
fn assert_holds(index: &Index, expected: &[(i64, u16)]) {
    assert_eq!(index.len(), expected.len());
    for (id, part) in expected {
        let slots: Vec<usize> = index.slots(*id).collect();
        let slot = *slots.iter().find(|slot| index.at(**slot) == (*id, *part)).unwrap();
        let numbers = numbers(*id, *part);
        assert_eq!(index.code(slot), Code::of(index.rotation(), &numbers).unwrap());
        if let Some(fine) = index.fine(slot) {
            let fine: Vec<f32> = fine.iter().map(|code| f32::from(*code)).collect();
            assert!(exact::cosine(&fine, &numbers).unwrap() > 0.999_999);
        }
        let query = Query::of(index.rotation(), &numbers).unwrap();
        index.estimates(&query, |estimates| {
            assert_eq!(estimates[slot], index.estimate(&query, slot));
            assert!(estimates[slot] > 0.8, "{}", estimates[slot]);
        });
    }
}

#[test]
fn vectors_that_come_in_any_order_are_found() {
    let mut index = index();
    let order = [(5, 0), (9, 0), (9, 1), (2, 0), (7, 0), (7, 1), (11, 0), (9, 2)];
    for (id, part) in order {
        put(&mut index, id, part);
    }
    assert_holds(&index, &order);
    index.sort();
    assert_holds(&index, &order);
    assert_eq!(index.all().map(|slot| index.at(slot).0).collect::<Vec<_>>(), [2, 5, 7, 7, 9, 9, 9, 11]);
}

#[test]
fn removing_the_vectors_of_a_memory_leaves_the_others() {
    let mut index = index();
    for id in [1, 2, 4, 3, 5] {
        put(&mut index, id, 0);
        put(&mut index, id, 1);
    }
    index.remove(3);
    index.remove(2);
    index.remove(77);
    let left = [(1, 0), (1, 1), (4, 0), (4, 1), (5, 0), (5, 1)];
    assert_holds(&index, &left);
    assert_eq!(index.slots(3).count() + index.slots(2).count(), 0);
    put(&mut index, 2, 0);
    index.sort();
    assert_holds(&index, &[&left[..], &[(2, 0)]].concat());
}

#[test]
fn a_vector_that_was_removed_has_no_estimate() {
    let mut index = index();
    (0..20).for_each(|id| put(&mut index, id, 0));
    let slot = index.slots(13).next().unwrap();
    index.remove(13);
    let query = Query::of(index.rotation(), &numbers(13, 0)).unwrap();
    index.estimates(&query, |estimates| {
        assert!(estimates[slot].is_nan());
        assert_eq!((estimates.len(), estimates.iter().filter(|estimate| estimate.is_nan()).count()), (20, 1));
    });
}

#[test]
fn disorder_is_put_in_order_before_it_grows() {
    let mut index = index();
    for id in (0..6000).rev() {
        put(&mut index, id, 0);
    }
    assert!(index.strays <= DISORDER + index.ids.len() / DISORDER_SHARE, "{}", index.strays);
    (0..5900).for_each(|id| index.remove(id));
    assert!(index.ids.len() < 4500, "{}", index.ids.len());
    assert_holds(&index, &(5900..6000).map(|id| (id, 0)).collect::<Vec<_>>());
}

#[test]
fn a_thousand_vectors_take_at_most_a_hundred_bytes_each() {
    let mut index = of(384);
    index.reserve(100_000);
    let code = Code { words: vec![0; 6], factor: 1.0 };
    (0..100_000).for_each(|id| index.put(Entry { id, part: 0, code: code.clone(), fine: None }));
    let query = Query::of(index.rotation(), &[1.0; 384]).unwrap();
    index.estimates(&query, |_| ());
    let scratch: usize = index.scratch.lock().unwrap().iter().map(|room| room.capacity() * 4).sum();
    let bytes = index.ids.capacity() * 8
        + index.parts.capacity() * 2
        + index.factors.capacity() * 4
        + index.codes.capacity() * 8
        + scratch * crate::pool::READERS;
    assert!(bytes <= 100 * 100_000, "{bytes}");
}
