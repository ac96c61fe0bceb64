//! How an encoder's layers are built, as data: what tells the architectures apart.

/// The form of a layer. All bodies read it, and nothing else in them knows one architecture from another. The default
/// is BERT's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EncoderForm {
    /// Where the norms stand.
    pub norms: Norms,
    /// Whether the feed-forward block has a gate: `gelu(a) · g` in the place of `gelu(a)`, where `a` and `g` are the
    /// halves of the way up, which then has `2 inner` columns.
    pub gated: bool,
    /// θ of rotary positions: query and key are turned by angles of their place in the sentence, `place · θ^(-2 j / d)`
    /// for the columns `j` and `j + d/2` of a head of `d`. None where the input knows positions.
    pub rotary: Option<f32>,
    /// How many rows away attention reads, to either side. None reads the whole sentence.
    pub window: Option<usize>,
    /// Where dropout is.
    pub dropped: DropoutSites,
}

/// Where a layer's norms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Norms {
    /// Behind attention and behind the feed-forward block, each on the sum with what went in.
    #[default]
    Behind,
    /// Before both, on what goes in; the sums have none.
    Before,
    /// Before the feed-forward block alone: the first layer of such an encoder, whose input is normalised already.
    BeforeFeedForward,
}

/// Where dropout is, besides on attention's probabilities, and at which of the two rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DropoutSites {
    /// Behind attention and behind the feed-forward block, at the rate of hidden values.
    #[default]
    BehindBoth,
    /// Behind the feed-forward block alone, at the rate of hidden values.
    BehindFeedForward,
    /// Behind attention at attention's rate, and inside of the feed-forward block, before its way down, at the rate of
    /// hidden values.
    Inside,
}

/// Which biases a layer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Biases {
    /// Those of query, key, value and attention's output.
    pub attention: bool,
    /// Those of the feed-forward block.
    pub feed_forward: bool,
    /// Those of the norms.
    pub norms: bool,
}

impl Default for Biases {
    /// All of them.
    fn default() -> Self {
        Self { attention: true, feed_forward: true, norms: true }
    }
}

impl EncoderForm {
    /// Columns of the way up, for each of the block's inner columns.
    pub(super) fn ways_up(&self) -> usize {
        if self.gated { 2 } else { 1 }
    }

    /// The angles' cosines and sines for a head of `size` columns, `[longest, size / 2]` each, row by row.
    pub(super) fn turns(&self, longest: usize, size: usize) -> Option<[Vec<f32>; 2]> {
        let theta = f64::from(self.rotary?);
        // In 32 bits, as the models were trained.
        let speed = |at: usize| theta.powf(-2.0 * at as f64 / size as f64) as f32;
        let speeds: Vec<f32> = (0..size / 2).map(speed).collect();
        let angles = (0..longest).flat_map(|place| speeds.iter().map(move |speed| place as f32 * speed));
        let angles: Vec<f32> = angles.collect();
        Some([angles.iter().map(|a| a.cos()).collect(), angles.iter().map(|a| a.sin()).collect()])
    }

    /// The rows that a row of a sentence reads.
    pub(super) fn read_by(&self, row: usize, len: usize) -> std::ops::Range<usize> {
        match self.window {
            None => 0..len,
            Some(window) => row.saturating_sub(window)..len.min(row.saturating_add(window).saturating_add(1)),
        }
    }
}
