//! From subwords back to the words of the user's text.

use proptest::prelude::*;
use xner_corpus::Sentence;

use super::*;

/// The user's text, cut into words at spaces, as a sentence that knows where they stand.
fn sentence(text: &str) -> Sentence {
    let mut spans = Vec::new();
    let mut start = 0;
    for part in text.split(' ') {
        if !part.is_empty() {
            spans.push(start..start + part.len());
        }
        start += part.len() + 1;
    }
    Sentence::from_spans(text.to_owned(), spans).unwrap()
}

fn tokeniser(lower: bool) -> Tokeniser {
    open(&folder(&vocabulary(), Some(&json!({"do_lower_case": lower}))))
}

#[test]
fn each_subword_leads_back_to_the_text_of_its_word() {
    // Combining marks, an emoji of several characters, Arabic with marks, and a soft hyphen that gives no subword.
    let text = "Zu\u{308}rich  \u{1f44d}\u{1f3fd} \u{643}\u{650}\u{62a}\u{64e}\u{627}\u{628} \u{ad} re\u{301}sume\u{301}";
    let sentence = sentence(text);
    for lower in [false, true] {
        let tokeniser = tokeniser(lower);
        let subwords = tokeniser.encode(sentence.tokens()).unwrap();
        assert_eq!(
            subwords.first.iter().map(Option::is_some).collect::<Vec<_>>(),
            [true, true, true, false, true]
        );
        for (id, word) in subwords.ids.iter().zip(subwords.words()) {
            // What the user wrote, marks and all, though the subword may have lost them.
            let written = &text[sentence.bytes(word..word + 1)];
            assert_eq!(written, sentence.token(word));
            let piece = tokeniser.subword(*id).unwrap();
            let letters = piece.trim_start_matches("##").chars().filter(|c| c.is_alphabetic());
            let folded = written.to_lowercase();
            assert!(
                piece == "[UNK]" || letters.clone().all(|c| written.contains(c) || folded.contains(c)),
                "{piece} of {written}"
            );
        }
    }
    let ids = tokeniser(true).encode(sentence.tokens()).unwrap().ids;
    assert_eq!(
        ids,
        tokeniser(true).encode(text.replace(['\u{308}', '\u{301}'], "").split_whitespace()).unwrap().ids
    );
}

#[test]
fn words_that_give_no_subword_keep_their_place() {
    let tokeniser = tokeniser(false);
    let subwords = tokeniser.encode(["\u{0}", "in", "\u{200b}", "\u{7}\u{ad}", "Leeds", ""]).unwrap();
    assert_eq!(subwords.first.len(), 6);
    assert_eq!(subwords.first[1], Some(0));
    for silent in [0, 2, 3, 5] {
        assert_eq!(subwords.first[silent], None);
    }
    assert!(subwords.words().iter().all(|word| [1, 4].contains(word)));
    assert_eq!(tokeniser.encode([]).unwrap(), Subwords::default());
}

#[test]
fn ten_thousand_words_and_a_very_long_one() {
    let tokeniser = tokeniser(false);
    let words = vec!["Leeds"; 10_000];
    let one = pieces(&tokeniser, "Leeds").len();
    let subwords = tokeniser.encode(words).unwrap();
    assert_eq!((subwords.first.len(), subwords.ids.len()), (10_000, 10_000 * one));
    // WordPiece gives up on words of more than 100 characters.
    assert_eq!(pieces(&tokeniser, &"a".repeat(100_000)), ["[UNK]"]);
}

#[test]
fn a_word_known_already_gives_the_same_subwords() {
    let (warm, text) = (tokeniser(false), "Margaret moved from Leeds , Margaret moved");
    let first = warm.encode(text.split(' ')).unwrap();
    assert_eq!(warm.encode(text.split(' ')).unwrap(), first);
    let threads: Vec<_> = std::thread::scope(|scope| {
        let spawn = |_| scope.spawn(|| warm.encode(text.split(' ')).unwrap());
        let threads: Vec<_> = (0..4).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(threads.iter().all(|found| found == &first));
}

proptest! {
    #[test]
    fn any_words_have_subwords_in_order_and_within_the_vocabulary(words in prop::collection::vec(".{0,12}", 0..8)) {
        thread_local! {
            static TOKENISER: Tokeniser = tokeniser(false);
        }
        TOKENISER.with(|tokeniser| {
            let subwords = tokeniser.encode(words.iter().map(String::as_str)).unwrap();
            prop_assert_eq!(subwords.first.len(), words.len());
            prop_assert!(subwords.first.iter().flatten().is_sorted());
            prop_assert!(subwords.ids.iter().all(|&id| tokeniser.subword(id).is_some()));
            let by_word = subwords.words();
            prop_assert!(by_word.len() == subwords.ids.len() && by_word.is_sorted());
            // Each word's subwords are those that it has alone.
            for (at, word) in words.iter().enumerate() {
                let alone = tokeniser.encode([word.as_str()]).unwrap().ids;
                let here: Vec<u32> = by_word
                    .iter()
                    .zip(&subwords.ids)
                    .filter(|&(&of, _)| of == at)
                    .map(|(_, &id)| id)
                    .collect();
                prop_assert_eq!(here, alone);
            }
            Ok(())
        })?;
    }
}
