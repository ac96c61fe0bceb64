//! The kernels against looking at every path.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use common::{close, log_sum, probability, small_case};
use proptest::prelude::*;
use xner_crf::Error;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn sums_and_probabilities(case in small_case(), at in any::<prop::sample::Index>()) {
        let (crf, paths) = (case.crf(), case.paths());
        if paths.is_empty() {
            let fault = Error::Unsatisfiable { sentence: 0, len: case.len };
            prop_assert_eq!(crf.log_partition(&case.emissions()).unwrap_err(), fault.clone());
            prop_assert_eq!(crf.posterior(&case.emissions()).unwrap_err(), fault);
            return Ok(());
        }
        let posterior = crf.posterior(&case.emissions()).unwrap();
        let expected = log_sum(&paths);
        prop_assert!(close(crf.log_partition(&case.emissions()).unwrap(), expected));
        prop_assert!(close(posterior.log_partition(), expected));
        for step in 0..case.len {
            for tag in 0..case.tags {
                let expected = probability(&paths, |path| usize::from(path[step]) == tag);
                let found = posterior.marginal(step, tag);
                prop_assert!(close(found, expected), "step {} tag {}: {} for {}", step, tag, found, expected);
            }
        }
        let (score, path) = at.get(&paths);
        prop_assert!(close(crf.score(&case.emissions(), path).unwrap(), *score));
        prop_assert!(close(crf.loss(&case.emissions(), path).unwrap(), expected - score));
    }

    #[test]
    fn parts_of_paths(
        case in small_case(),
        tags in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        continuing in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        start in any::<prop::sample::Index>(),
    ) {
        let (crf, paths) = (case.crf(), case.paths());
        let number = |index: prop::sample::Index| index.index(case.tags) as u16;
        let tags: Vec<u16> = tags.into_iter().map(number).collect();
        let continuing: Vec<u16> = continuing.into_iter().map(number).collect();
        let start = start.index(case.len + 1);
        if paths.is_empty() || start + tags.len() > case.len {
            return Ok(());
        }
        let posterior = crf.posterior(&case.emissions()).unwrap();
        let end = start + tags.len();
        let here = |path: &[u16]| path[start..end] == tags;
        let found = posterior.path_probability(start, &tags).unwrap();
        prop_assert!(close(found, probability(&paths, here)));
        if !tags.is_empty() {
            let ends = |path: &[u16]| here(path) && path.get(end).is_none_or(|tag| !continuing.contains(tag));
            let found = posterior.span_probability(start, &tags, &continuing).unwrap();
            prop_assert!(close(found, probability(&paths, ends)));
        }
    }

    #[test]
    fn best_paths(case in small_case(), k in 0usize..40) {
        let (crf, paths) = (case.crf(), case.paths());
        if paths.is_empty() {
            let fault = Error::Unsatisfiable { sentence: 0, len: case.len };
            prop_assert_eq!(crf.viterbi(&case.emissions()).unwrap_err(), fault.clone());
            prop_assert_eq!(crf.k_best(&case.emissions(), k + 1).unwrap_err(), fault);
            return Ok(());
        }
        let best = crf.viterbi(&case.emissions()).unwrap();
        prop_assert_eq!(best.score, paths[0].0);
        prop_assert_eq!(&best.tags, &paths[0].1);
        let found = crf.k_best(&case.emissions(), k).unwrap();
        prop_assert_eq!(found.len(), k.min(paths.len()));
        for (found, (score, path)) in found.iter().zip(&paths) {
            prop_assert_eq!(found.score, *score);
            prop_assert_eq!(&found.tags, path);
            prop_assert_eq!(crf.score(&case.emissions(), path).unwrap(), *score);
        }
    }

    #[test]
    fn forbidden_paths_are_refused(case in small_case(), tags in prop::collection::vec(any::<u16>(), 5)) {
        let path: Vec<u16> = tags.iter().take(case.len).map(|tag| tag % case.tags as u16).collect();
        prop_assume!(path.len() == case.len);
        let allowed = case.constraints.as_ref().is_none_or(|c| c.allows(&path));
        match case.crf().score(&case.emissions(), &path) {
            Ok(score) => prop_assert!(allowed && score == case.path_score(&path)),
            Err(Error::Forbidden { sentence: 0, step, .. }) => prop_assert!(!allowed && step < case.len),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
