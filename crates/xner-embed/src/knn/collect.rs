//! What is kept of the inner products that pass by: for each row the largest few, or the best alone.
//!
//! What a collector ends with does not depend on the order in which values are offered, so neither blocks nor
//! threads can show in a result.

use super::Dropout;

/// Keeps something for each of some rows.
pub(super) trait Collect: Send {
    /// Whether there is anything to keep.
    const ACTIVE: bool = true;

    /// For each row the value from which on an offer may matter.
    fn least(&self) -> &[f32];

    /// Row `at` has `value` with row `id` of the other side.
    fn offer(&mut self, at: usize, id: u32, value: f32);
}

/// Keeps nothing.
pub(super) struct Nothing;

impl Collect for Nothing {
    const ACTIVE: bool = false;

    fn least(&self) -> &[f32] {
        &[]
    }

    fn offer(&mut self, _: usize, _: u32, _: f32) {}
}

/// An entry of a list of the best as one number: the larger the better.
pub(super) trait Key: Copy + Ord + Default + Send {
    fn new(value: f32, id: u32) -> Self;
    fn value(self) -> f32;
}

/// The values in the order of their numbers; -0 is 0.
impl Key for u32 {
    fn new(value: f32, _: u32) -> Self {
        let bits = (value + 0.0).to_bits();
        if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
    }

    fn value(self) -> f32 {
        f32::from_bits(if self >> 31 == 1 { self & !(1 << 31) } else { !self })
    }
}

/// Value first, then the lower id.
impl Key for u64 {
    fn new(value: f32, id: u32) -> Self {
        u64::from(u32::new(value, id)) << 32 | u64::from(!id)
    }

    fn value(self) -> f32 {
        Key::value((self >> 32) as u32)
    }
}

/// The id of an entry that has one.
pub(super) fn id_of(key: u64) -> u32 {
    !(key as u32)
}

/// The `k` best of each row. New entries go behind them until there is no room; then the best are found anew.
pub(super) struct Top<K> {
    k: usize,
    room: usize,
    /// `[rows, room]`.
    entries: Vec<K>,
    held: Vec<u32>,
    /// The entry that a new one must be above.
    last: Vec<K>,
    least: Vec<f32>,
}

impl<K: Key> Top<K> {
    /// Nothing yet of `rows` rows; `padded` rows have a threshold, those from `rows` on one that nothing reaches.
    pub(super) fn new(rows: usize, padded: usize, k: usize) -> Self {
        let room = k + k.max(16);
        let mut least = vec![f32::MAX; padded];
        least[..rows].fill(f32::NEG_INFINITY);
        Self {
            k,
            room,
            entries: vec![K::default(); rows * room],
            held: vec![0; rows],
            last: vec![K::default(); rows],
            least,
        }
    }

    /// The entries of each row, best first, `[rows, k]` where at least `k` were offered.
    pub(super) fn finish(mut self) -> Vec<K> {
        let mut all = Vec::with_capacity(self.held.len() * self.k);
        for at in 0..self.held.len() {
            let from = at * self.room;
            let entries = &mut self.entries[from..from + self.held[at] as usize];
            entries.sort_unstable_by(|a, b| b.cmp(a));
            all.extend_from_slice(&entries[..entries.len().min(self.k)]);
        }
        all
    }

    fn put(&mut self, at: usize, entry: K) {
        // No real entry is as low as the default one.
        if entry <= self.last[at] {
            return;
        }
        let from = at * self.room;
        self.entries[from + self.held[at] as usize] = entry;
        self.held[at] += 1;
        if self.held[at] as usize == self.room {
            let entries = &mut self.entries[from..from + self.room];
            let (_, &mut last, _) = entries.select_nth_unstable_by(self.k - 1, |a, b| b.cmp(a));
            self.held[at] = self.k as u32;
            self.last[at] = last;
            self.least[at] = last.value();
        }
    }
}

impl<K: Key> Collect for Top<K> {
    fn least(&self) -> &[f32] {
        &self.least
    }

    fn offer(&mut self, at: usize, id: u32, value: f32) {
        self.put(at, K::new(value, id));
    }
}

/// The best of each row, where similarities may be left out at random.
pub(super) struct Single {
    pub(super) best: Vec<u64>,
    least: Vec<f32>,
    /// What is left out, and the number of the first row.
    dropout: Option<(Dropout, u32)>,
}

impl Single {
    /// Nothing yet of the `rows` rows from number `first` on; `padded` as for [`Top::new`].
    pub(super) fn new(rows: usize, padded: usize, first: usize, dropout: Option<Dropout>) -> Self {
        let mut least = vec![f32::MAX; padded];
        least[..rows].fill(f32::NEG_INFINITY);
        Self { best: vec![0; rows], least, dropout: dropout.map(|dropout| (dropout, first as u32)) }
    }
}

impl Collect for Single {
    fn least(&self) -> &[f32] {
        &self.least
    }

    fn offer(&mut self, at: usize, id: u32, mut value: f32) {
        if let Some((dropout, first)) = self.dropout
            && !dropout.keeps(first + at as u32, id)
        {
            value = 0.0;
        }
        let entry = u64::new(value, id);
        if entry > self.best[at] {
            self.best[at] = entry;
            // What is left out counts as 0, so up to there every value has to be looked at.
            if self.dropout.is_none() || value > 0.0 {
                self.least[at] = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_ordered_as_their_values() {
        let values = [f32::MIN, -1.0, -1e-40, 0.0, 1e-40, 0.5, 1.0, f32::MAX];
        for pair in values.windows(2) {
            assert!(u32::new(pair[0], 0) < u32::new(pair[1], 0));
            assert!(u64::new(pair[0], 3) < u64::new(pair[1], 9));
        }
        assert_eq!(u64::new(-0.0, 3), u64::new(0.0, 3));
        for value in values {
            assert_eq!(Key::value(u32::new(value, 0)).to_bits(), value.to_bits());
            assert_eq!((Key::value(u64::new(value, 7)), id_of(u64::new(value, 7))), (value, 7));
            assert!(u64::new(value, 3) > u64::new(value, 4) && u64::new(value, u32::MAX) > u64::default());
        }
    }

    proptest! {
        #[test]
        fn order_does_not_matter(values in prop::collection::vec(-3i8..4, 0..200), k in 1usize..20, cut in 0usize..200) {
            let offers: Vec<(u32, f32)> = values.iter().enumerate().map(|(id, &x)| (id as u32, x.into())).collect();
            let mut expected: Vec<u64> = offers.iter().map(|&(id, x)| Key::new(x, id)).collect();
            expected.sort_unstable_by(|a, b| b.cmp(a));
            expected.truncate(k);
            let collect = |offers: &mut dyn Iterator<Item = &(u32, f32)>| {
                let mut top = Top::<u64>::new(1, 1, k);
                offers.filter(|offer| offer.1 >= top.least()[0]).copied().collect::<Vec<_>>().iter().for_each(|&(id, x)| top.offer(0, id, x));
                top
            };
            prop_assert_eq!(&collect(&mut offers.iter()).finish(), &expected);
            prop_assert_eq!(&collect(&mut offers.iter().rev()).finish(), &expected);
            let (left, right) = offers.split_at(cut.min(offers.len()));
            prop_assert_eq!(&collect(&mut right.iter().chain(left)).finish(), &expected);
        }
    }
}
