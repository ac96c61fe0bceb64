//! What a search finds.

/// The nearest keys of some queries, best first; of equal scores the lower id first.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    queries: usize,
    k: usize,
    ids: Vec<u32>,
    /// `[queries, k]`.
    pub(super) scores: Vec<f32>,
}

impl Neighbours {
    /// `ids` and `scores` are `[queries, k]`.
    pub(super) fn new(queries: usize, k: usize, ids: Vec<u32>, scores: Vec<f32>) -> Self {
        debug_assert!(ids.len() == queries * k && scores.len() == queries * k);
        Self { queries, k, ids, scores }
    }

    /// The number of queries.
    pub fn len(&self) -> usize {
        self.queries
    }

    /// Whether there was no query.
    pub fn is_empty(&self) -> bool {
        self.queries == 0
    }

    /// The neighbours of each query: what was asked for, or the number of keys where there are not so many.
    pub fn k(&self) -> usize {
        self.k
    }

    /// The ids of the keys nearest to query `at`, `[k]`.
    ///
    /// # Panics
    /// When there is no such query.
    pub fn ids(&self, at: usize) -> &[u32] {
        assert!(at < self.queries, "query {at} of {}", self.queries);
        &self.ids[at * self.k..(at + 1) * self.k]
    }

    /// The scores of the keys nearest to query `at`, `[k]`.
    ///
    /// # Panics
    /// When there is no such query.
    pub fn scores(&self, at: usize) -> &[f32] {
        assert!(at < self.queries, "query {at} of {}", self.queries);
        &self.scores[at * self.k..(at + 1) * self.k]
    }

    /// The keys nearest to query `at` with their scores.
    ///
    /// # Panics
    /// When there is no such query.
    pub fn of(&self, at: usize) -> impl ExactSizeIterator<Item = (u32, f32)> + '_ {
        self.ids(at).iter().copied().zip(self.scores(at).iter().copied())
    }

    /// The best key of query `at` with its score; of no keys none.
    ///
    /// # Panics
    /// When there is no such query.
    pub fn best(&self, at: usize) -> Option<(u32, f32)> {
        self.of(at).next()
    }
}
