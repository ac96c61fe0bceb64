//! Masking of entity words ("Masking on Named Entities").

use rand::RngExt;
use xner_tagger::bert::train::Example;
use xner_train::{Purpose, stream};

use super::config::{MaskingConfig, Subwords};

/// Masks words of entities.
#[derive(Debug, Clone, Copy)]
pub struct Masking {
    /// How many, and which subwords of them.
    pub config: MaskingConfig,
    /// The subword that takes their place.
    pub mask: u32,
    /// The special subwords behind a window.
    pub behind: usize,
    /// Decides the draws, with epoch and sentence.
    pub seed: u64,
}

impl Masking {
    /// The windows of the sentence that stands at `place` of the source, as epoch `epoch` sees them: each word of an
    /// entity is masked with the config's probability, in all windows alike. Labels stay as they are, and so does every
    /// other subword. A function of seed, epoch and place.
    #[must_use]
    pub fn of(&self, windows: &[Example], epoch: usize, place: usize) -> Vec<Example> {
        let mut masked = windows.to_vec();
        if self.config.ratio <= 0.0 {
            return masked;
        }
        // A draw for each word up to the last, whether it is of an entity or not.
        let words = windows.iter().flat_map(|window| &window.piece.words).map(|&(word, _)| word as usize + 1);
        let mut draws = stream(self.seed, Purpose::Masking, epoch, place);
        let drawn: Vec<bool> =
            (0..words.max().unwrap_or(0)).map(|_| draws.random::<f64>() < self.config.ratio).collect();
        for Example { piece, gold } in &mut masked {
            let end = piece.ids.len() - self.behind;
            for (at, &(word, begin)) in piece.words.iter().enumerate() {
                // Tag 0 is O.
                if gold[at] == 0 || !drawn[word as usize] {
                    continue;
                }
                let next = piece.words.get(at + 1).map_or(end, |&(_, next)| next as usize);
                let last = match self.config.subwords {
                    Subwords::All => next,
                    Subwords::First => begin as usize + 1,
                };
                piece.ids[begin as usize..last].fill(self.mask);
            }
        }
        masked
    }
}
