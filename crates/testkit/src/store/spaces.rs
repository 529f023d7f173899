//! Vectors of several models.

use model::{EmbeddingState, Filter, ModelIdentity};
use ports::store::spaces::keep_nearest;
use ports::{NearPair, VectorsOf};

use super::rows::selected;
use super::{Legacy, Rows};

impl Rows {
    /// The vectors of the model before are another's now.
    pub(super) fn change_model(&mut self, before: &ModelIdentity, now: &ModelIdentity) {
        let deleted = self.tombstones.values_mut().map(|tombstone| &mut tombstone.row);
        for row in self.live.values_mut().chain(deleted) {
            row.chunks.clear();
            row.others.extend(row.vector.take().map(|vector| (before.clone(), vector)));
            if let Some(own) = row.others.iter().position(|(model, _)| model == now) {
                row.vector = Some(row.others.remove(own).1);
            }
            let is_done = row.vector.is_some();
            row.memory.embedding = if is_done { EmbeddingState::Done } else { EmbeddingState::Pending };
        }
    }

    pub(super) fn vector_spaces(&self, own: &ModelIdentity) -> Vec<VectorsOf> {
        let mut spaces: Vec<VectorsOf> = Vec::new();
        let mut count =
            |model: Option<&ModelIdentity>| match spaces.iter_mut().find(|of| of.model.as_ref() == model) {
                Some(of) => of.memories += 1,
                None => spaces.push(VectorsOf { model: model.cloned(), memories: 1 }),
            };
        for row in self.live.values() {
            if row.vector.is_some() {
                count(Some(own));
            }
            if row.legacy.is_some() && self.legacy != Legacy::None {
                count(None);
            }
            row.others.iter().for_each(|(model, _)| count(Some(model)));
        }
        spaces
    }

    pub(super) fn drop_vectors(&mut self, model: &ModelIdentity) -> u64 {
        let mut dropped = 0;
        for row in self.live.values_mut() {
            let before = row.others.len();
            row.others.retain(|(of, _)| of != model);
            dropped += (before - row.others.len()) as u64;
        }
        dropped
    }

    pub(super) fn near_pairs(&self, threshold: f64, filter: &Filter, limit: usize) -> Vec<NearPair> {
        let mut rows = selected(self, filter);
        rows.sort_by_key(|row| row.memory.id);
        let mut pairs = Vec::new();
        for (n, first) in rows.iter().enumerate() {
            for second in &rows[n + 1..] {
                let cosine = first.vector.as_ref().zip(second.vector.as_ref()).and_then(|(a, b)| a.cosine(b));
                if let Some(cosine) = cosine.filter(|cosine| *cosine >= threshold) {
                    pairs.push(NearPair { first: first.memory.id, second: second.memory.id, cosine });
                }
            }
        }
        keep_nearest(&mut pairs, limit);
        pairs
    }
}
