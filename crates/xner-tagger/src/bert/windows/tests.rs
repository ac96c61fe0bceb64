#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use proptest::prelude::*;

use super::*;

/// A sentence of words with these numbers of subwords.
fn sentence(lengths: &[usize]) -> Subwords {
    let mut subwords = Subwords::default();
    for (word, &length) in lengths.iter().enumerate() {
        subwords.first.push((length > 0).then_some(subwords.ids.len()));
        subwords.ids.extend(std::iter::repeat_n(word as u32, length));
    }
    subwords
}

fn windows(lengths: &[usize], length: usize, overlap: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let windows = Windows::new(length, overlap, 2).unwrap().of(&sentence(lengths));
    windows.into_iter().map(|window| (window.words, window.subwords)).collect()
}

#[test]
fn a_sentence_that_fits_is_one_window() {
    assert_eq!(windows(&[1, 2, 1], 6, 3), [(0..3, 0..4)]);
    assert_eq!(windows(&[0, 2, 0], 6, 3), [(0..3, 0..2)]);
}

#[test]
fn nothing_has_no_window_and_silence_has_one() {
    assert_eq!(windows(&[], 6, 3), []);
    assert_eq!(windows(&[0, 0], 6, 3), [(0..2, 0..0)]);
}

#[test]
fn windows_share_their_overlap_and_cut_at_words() {
    // Four subwords of room, two shared.
    assert_eq!(windows(&[1; 7], 6, 2), [(0..4, 0..4), (2..6, 2..6), (4..7, 4..7)]);
    // Sharing two would cut the word of three.
    assert_eq!(windows(&[1, 3, 1, 1], 6, 2), [(0..2, 0..4), (2..4, 4..6)]);
    // Less is shared where the new word needs the room.
    assert_eq!(windows(&[1, 1, 1, 1, 3], 6, 2), [(0..4, 0..4), (3..5, 3..7)]);
    assert_eq!(windows(&[1, 1, 1, 1, 4], 6, 2), [(0..4, 0..4), (4..5, 4..8)]);
}

#[test]
fn a_word_longer_than_a_window_has_one_of_its_own() {
    assert_eq!(windows(&[9], 6, 2), [(0..1, 0..4)]);
    assert_eq!(windows(&[1, 9, 1], 6, 2), [(0..1, 0..1), (1..2, 1..5), (2..3, 10..11)]);
    // Words without subwords go along.
    assert_eq!(windows(&[0, 9, 0, 1], 6, 2), [(0..3, 0..4), (2..4, 9..10)]);
    assert_eq!(windows(&[1, 0, 9, 0], 6, 2), [(0..2, 0..1), (1..4, 1..5)]);
}

#[test]
fn ten_thousand_words_are_all_there() {
    let found = windows(&vec![2; 10_000], 128, 32);
    assert_eq!(found.first().unwrap(), &(0..63, 0..126));
    assert_eq!(found.last().unwrap().0.end, 10_000);
    // Each brings 47 new words: 63 less the 16 shared.
    assert_eq!(found.len(), 1 + (10_000_usize - 63).div_ceil(47));
}

#[test]
fn settings_without_room_are_named() {
    for (length, overlap, key) in [(2, 0, "length"), (0, 0, "length"), (6, 4, "overlap"), (3, 1, "overlap")] {
        let fault = Windows::new(length, overlap, 2).unwrap_err();
        assert!(fault.to_string().contains(&format!("`{key}`")), "{fault}");
    }
}

#[test]
fn what_windows_say_is_averaged() {
    let mut average = Average::new(3, 2);
    average.add(0, &[1.0, 0.0]);
    average.add(1, &[1.0, 0.0]);
    average.add(1, &[0.0, 1.0]);
    average.add(1, &[0.5, 0.5]);
    assert_eq!(average.finish(), [1.0, 0.0, 0.5, 0.5, 0.0, 0.0]);
}

#[test]
fn batches_are_sorted_and_kept_within_the_budget() {
    assert_eq!(batches(&[3, 9, 1, 3, 3], 9), [vec![1], vec![0, 3, 4], vec![2]]);
    assert_eq!(batches(&[20, 1], 9), [vec![0], vec![1]]);
    assert_eq!(batches(&[0, 0], 2), [vec![0, 1]]);
    assert_eq!(batches(&[], 9), Vec::<Vec<usize>>::new());
}

proptest! {
    #[test]
    fn every_word_is_covered_in_order_and_no_window_is_too_long(
        lengths in prop::collection::vec(prop_oneof![4 => 1usize..4, 1 => Just(0), 1 => 0usize..30], 0..60),
        length in 3usize..24,
        share in 0usize..24,
    ) {
        let subwords = sentence(&lengths);
        let room = length - 2;
        let overlap = share % room;
        let found = Windows::new(length, overlap, 2).unwrap().of(&subwords);
        let mut next = 0;
        let mut previous: Option<&Window> = None;
        for window in &found {
            prop_assert!(window.subwords.len() <= room && window.subwords.end <= subwords.ids.len());
            // Each brings something new, and leaves nothing out.
            prop_assert!(window.words.start <= next && window.words.end > next);
            next = window.words.end;
            let first: Vec<usize> =
                subwords.first[window.words.clone()].iter().flatten().copied().collect();
            // The window begins with a word, and holds the first subword of each of its words.
            prop_assert!(first.iter().all(|first| window.subwords.contains(first)));
            prop_assert!(first.is_empty() || first[0] == window.subwords.start);
            // It ends between words, unless one word is all it has.
            let whole: usize = lengths[window.words.clone()].iter().sum();
            prop_assert!(whole == window.subwords.len() || (first.len() == 1 && window.subwords.len() == room));
            prop_assert!(window.subwords.is_empty() == subwords.ids.is_empty());
            if let Some(previous) = previous {
                let shared = previous.subwords.end.saturating_sub(window.subwords.start);
                prop_assert!(previous.subwords.start < window.subwords.start && shared <= overlap);
            }
            previous = Some(window);
        }
        prop_assert_eq!(next, lengths.len());
    }

    #[test]
    fn batches_hold_each_item_once(lengths in prop::collection::vec(0usize..50, 0..60), budget in 0usize..200) {
        let found = batches(&lengths, budget);
        let mut all: Vec<usize> = found.iter().flatten().copied().collect();
        prop_assert!(all.is_sorted_by_key(|&at| (std::cmp::Reverse(lengths[at]), at)));
        all.sort_unstable();
        prop_assert_eq!(all, (0..lengths.len()).collect::<Vec<_>>());
        for batch in &found {
            let longest = batch.iter().map(|&at| lengths[at].max(1)).max().unwrap();
            prop_assert!(batch.len() == 1 || batch.len() * longest <= budget);
        }
    }
}
