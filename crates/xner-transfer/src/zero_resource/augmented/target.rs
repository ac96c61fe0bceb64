//! The target language's text, and which of it a round uses.

use rand::RngExt;
use xner_corpus::Sentence;
use xner_tagger::bilstm::{Batch, Forms, Lexicon};
use xner_train::{Purpose, stream};

/// The length threshold `l ~ U(min, max)`: only target sentences of at most `l` tokens are used until the next is
/// drawn. Short sentences have cleaner pseudo labels; a model that saw no others would not learn long ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// `min`, in tokens.
    pub shortest: usize,
    /// `max`, in tokens; not below `min`.
    pub longest: usize,
}

impl Threshold {
    /// The threshold of a round: uniform over whole numbers, both ends among them; a function of its arguments.
    pub fn draw(&self, seed: u64, round: usize) -> usize {
        let longest = self.longest.max(self.shortest);
        stream(seed, Purpose::Threshold, round, 0).random_range(self.shortest..=longest)
    }
}

/// The target language's unlabelled sentences, as numbers.
#[derive(Debug)]
pub struct Target {
    /// The words, in the space of the base model's, and the characters of both languages.
    pub lexicon: Lexicon,
    /// The sentences that may be used.
    pub sentences: Vec<Sentence>,
    forms: Forms,
}

impl Target {
    /// Of these sentences; empty ones, and those of more than `longest` tokens, are left out.
    pub fn new(lexicon: Lexicon, sentences: &[Sentence], longest: usize) -> Self {
        let kept = |sentence: &&Sentence| (1..=longest).contains(&sentence.len());
        let sentences: Vec<Sentence> = sentences.iter().filter(kept).cloned().collect();
        let forms = Forms::collect(&sentences, &lexicon);
        Self { lexicon, sentences, forms }
    }

    /// The numbers of the sentences of at most `threshold` tokens.
    pub fn within(&self, threshold: usize) -> Vec<usize> {
        (0..self.sentences.len()).filter(|&at| self.sentences[at].len() <= threshold).collect()
    }

    /// The lengths of the shortest and the longest sentence; none where there is no sentence.
    pub fn lengths(&self) -> Option<Threshold> {
        let lengths = || self.sentences.iter().map(Sentence::len);
        Some(Threshold { shortest: lengths().min()?, longest: lengths().max()? })
    }

    /// The length that so many percent of the sentences do not exceed, by the nearest rank; 0 where there is no
    /// sentence.
    pub fn percentile(&self, percent: f64) -> usize {
        let mut lengths: Vec<usize> = self.sentences.iter().map(Sentence::len).collect();
        lengths.sort_unstable();
        let rank = (percent / 100.0 * lengths.len() as f64).ceil() as usize;
        lengths.get(rank.max(1).min(lengths.len()).saturating_sub(1)).copied().unwrap_or(0)
    }

    /// The batch of these sentences.
    pub fn batch(&self, sentences: &[usize]) -> Batch {
        Batch::new(&self.forms, sentences)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_length_that_there_is() {
        let sentences: Vec<Sentence> = (1..=10).map(|n| Sentence::from_tokens(vec!["a"; n])).collect();
        let words = xner_tagger::bilstm::Words::new();
        let lexicon = Lexicon { words, dim: 1, vectors: vec![0.0], head: 1, characters: None };
        let target = Target::new(lexicon, &sentences, 250);
        let found = [0.0, 10.0, 11.0, 89.9, 90.0, 100.0].map(|percent| target.percentile(percent));
        assert_eq!(found, [1, 1, 2, 9, 9, 10]);
    }

    #[test]
    fn thresholds_are_uniform_between_both_ends() {
        let threshold = Threshold { shortest: 3, longest: 7 };
        let mut counts = [0; 10];
        for round in 0..5000 {
            counts[threshold.draw(9, round)] += 1;
        }
        assert_eq!((counts[2], counts[8]), (0, 0));
        // Five standard deviations of a count of 1000.
        assert!(counts[3..=7].iter().all(|&count| (858..1142).contains(&count)), "{counts:?}");
        assert_eq!(threshold.draw(9, 17), threshold.draw(9, 17));
        assert_eq!(Threshold { shortest: 4, longest: 4 }.draw(1, 0), 4);
    }
}
