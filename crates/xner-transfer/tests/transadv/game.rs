//! Who updates what, and by which loss.

use burn::tensor::{Tensor, TensorData};
use burn_flex::FlexDevice;
use xner_tagger::bert::SubwordBatch;
use xner_tagger::bert::train::{FineTuneOptimiser, FineTuned};
use xner_train::weights::host;
use xner_train::{Learner, Moment, Tensors};
use xner_transfer::transadv::{
    AdversarialLearner, Adversary, Dev, Discriminators, GameLists, Set, Tally, Words, word_languages,
    word_orders,
};

use crate::small::{A, Case, labelled, made, pairs};

const AT: Moment = Moment { epoch: 0, step: 0, rate: 1e-3 };

fn shown(case: &Case, model: &FineTuned<A>) -> GameLists {
    let (sets, pieces) = (case.sets(), |sentence: &_| model.pieces(sentence));
    let language = |set| word_languages(&sets, &[set], Words::All, pieces).unwrap();
    let order = |which: [Set; 2]| word_orders(&sets, &which, pieces).unwrap();
    GameLists {
        languages: Some([language(Set::Source), language(Set::Unlabelled)]),
        orders: Some([order([Set::Source, Set::Target]), order([Set::SourceShu, Set::TargetShu])]),
    }
}

fn adversary(case: &Case, model: &FineTuned<A>) -> Adversary<A> {
    adversary_at(case, model, 4096)
}

fn adversary_at(case: &Case, model: &FineTuned<A>, at_once: usize) -> Adversary<A> {
    let config = &case.config;
    let own = Discriminators::new(&config.adversary, [true; 2], 16, config.seed, &FlexDevice);
    let training = &config.training;
    let (optimiser, clip, batch) = (training.optimiser, training.clip, training.batch);
    Adversary::new(&config.adversary, optimiser, clip, batch, at_once, config.seed, shown(case, model), own)
}

/// Says that all weights changed but those that `kept` names.
fn changed(before: &Tensors, after: &Tensors, kept: impl Fn(&str) -> bool) {
    assert_eq!(before.iter().count(), after.iter().count());
    for (name, tensor) in before.iter() {
        assert_eq!(after.get(name) == Some(tensor), kept(name), "{name}");
    }
}

/// Twice: with all of the encoder trained, and with its embeddings and a layer frozen, as the paper has them.
fn cases(sentences: usize) -> [Case; 2] {
    [false, true].map(|frozen| {
        let mut case = Case::new(sentences);
        (case.config.bert.freeze_embeddings, case.config.bert.freeze_layers) = (frozen, usize::from(frozen));
        case
    })
}

#[test]
fn each_loss_updates_its_own() {
    cases(12).iter().for_each(updates_its_own);
}

fn updates_its_own(case: &Case) {
    let mut model = case.model();
    let mut adversary = adversary(case, &model);

    let (encoder, discriminators) = (model.weights(), adversary.weights());
    assert!(adversary.teach(&model, &AT).unwrap().gradient_norm > 0.0);
    assert_eq!(model.weights(), encoder, "discriminators' step");
    changed(&discriminators, &adversary.weights(), |_| false);

    let discriminators = adversary.weights();
    let found = adversary.deceive(&model, &AT);
    let training = &case.config.training;
    let mut generator = FineTuneOptimiser::new(training.optimiser, training.clip, &model);
    assert!(generator.step(&mut model, found, adversary.generator_rate(&AT)).unwrap().gradient_norm > 0.0);
    assert_eq!(adversary.weights(), discriminators, "generator's step");
    changed(&encoder, &model.weights(), |name| name.starts_with("head."));
}

/// A step of the learner is an NER step, which updates encoder and head, then the discriminators', then the
/// generator's: to the bit what each of them does alone.
#[test]
fn a_step_is_three_steps() {
    cases(12).iter().for_each(is_three_steps);
}

fn is_three_steps(case: &Case) {
    let dev = Dev { source: &case.corpora.dev, target: &[] };
    let learner = |adversary| {
        let (train, training) = (&case.corpora.train, &case.config.training);
        AdversarialLearner::<A>::new(case.model(), train, dev, training, 4096, 0, adversary).unwrap()
    };
    let batch: Vec<usize> = (2..9).collect();

    let mut ner = learner(None);
    let begin = ner.model().weights();
    let alone = ner.step(&batch, &AT).unwrap();
    changed(&begin, &ner.model().weights(), |_| false);

    let mut model = case.model();
    model.set_weights(&mut ner.model().weights(), "weights".as_ref()).unwrap();
    let mut other = adversary(case, &model);
    other.teach(&model, &AT).unwrap();
    let found = other.deceive(&model, &AT);
    let training = &case.config.training;
    let mut generator = FineTuneOptimiser::new(training.optimiser, training.clip, &model);
    generator.step(&mut model, found, other.generator_rate(&AT)).unwrap();

    let mut whole = learner(Some(adversary(case, &model)));
    assert_eq!(whole.step(&batch, &AT).unwrap(), alone, "the outcome is the NER step's");
    assert_eq!(whole.model().weights(), model.weights());
    assert_eq!(whole.adversary().unwrap().weights(), other.weights());
}

/// The sum over all four lists of the mean binary cross-entropy, with the right labels and with the flipped ones,
/// computed from the discriminators' log-odds.
fn by_hand(case: &Case, model: &FineTuned<A>, adversary: &Adversary<A>) -> [f64; 2] {
    let GameLists { languages, orders } = shown(case, model);
    let mut lists: Vec<(Vec<f32>, Vec<f64>)> = Vec::new();
    let states = |batch: &SubwordBatch| {
        let all = host(model.encode_inner(batch, None));
        let rows: Vec<f32> =
            batch.words.iter().flat_map(|&row| &all[row as usize * 16..][..16]).copied().collect();
        Tensor::<A, 2>::from_data(TensorData::new(rows, [batch.words.len(), 16]), &FlexDevice)
    };
    let discriminators = adversary.discriminators();
    for (list, source) in languages.unwrap().iter().zip([1.0, 0.0]) {
        let batch = SubwordBatch::new(list.iter().flat_map(|w| &w.windows).map(|w| &w.0), model.config());
        let odds = host(discriminators.language.as_ref().unwrap().forward(states(&batch)).inner());
        lists.push((odds, vec![source; batch.words.len()]));
    }
    for (list, ordered) in orders.unwrap().iter().zip([1.0, 0.0]) {
        let batch = SubwordBatch::new(list, model.config());
        let order = discriminators.order.as_ref().unwrap();
        lists.push((host(order.forward(states(&batch), &batch.answers).inner()), vec![ordered; list.len()]));
    }
    let loss = |flip: bool| {
        let mean = |(odds, right): &(Vec<f32>, Vec<f64>)| {
            assert_eq!(odds.len(), right.len());
            let one = |(&odds, &y): (&f32, &f64)| {
                let p = 1.0 / (1.0 + (-f64::from(odds)).exp());
                let y = if flip { 1.0 - y } else { y };
                -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
            };
            odds.iter().zip(right).map(one).sum::<f64>() / odds.len() as f64
        };
        lists.iter().map(mean).sum()
    };
    [loss(false), loss(true)]
}

#[test]
fn the_generators_loss_is_the_cross_entropy_of_flipped_labels() {
    let mut case = Case::new(9);
    let corpora = std::mem::take(&mut case.corpora);
    // Without dropout, and with batches that take whole lists, whatever their order.
    let mut case = Case::of(corpora, 0.0);
    case.config.adversary.batch = 100;
    let model = case.model();
    // All lists in one pass, or each in its own.
    for at_once in [1, 4096] {
        let mut adversary = adversary_at(&case, &model, at_once);
        for step in 0..3 {
            let at = Moment { step, ..AT };
            let [right, flipped] = by_hand(&case, &model, &adversary);
            let deceived = adversary.deceive(&model, &at).outcome().unwrap().loss;
            adversary.deceived(deceived);
            assert!((f64::from(deceived) - flipped).abs() < 1e-5);
            assert!((f64::from(adversary.teach(&model, &at).unwrap().loss) - right).abs() < 1e-5);
        }
        told(&case, &model, &adversary);
    }
}

/// What was told in three steps over whole lists.
fn told(case: &Case, model: &FineTuned<A>, adversary: &Adversary<A>) {
    let tally = adversary.take_tally();
    let words = |words: usize| words as u64;
    let answers: usize = shown(case, model)
        .languages
        .iter()
        .flatten()
        .flatten()
        .flat_map(|w| &w.windows)
        .map(|w| w.1.len())
        .sum();
    assert_eq!((tally.language.given.iter().sum::<u64>(), tally.steps), (words(3 * answers), 3));
    assert!(tally.order.given.iter().zip(tally.order.right).all(|(&all, right)| all > 0 && right <= all));
    assert_eq!(adversary.take_tally(), Tally::default(), "counting began anew");
}

/// What a learner tells behind an evaluation is of the steps since the one before, and both discriminators are in it.
#[test]
fn measures_are_of_the_steps_since_the_last() {
    let case = Case::new(12);
    let (model, dev) = (case.model(), Dev { source: &case.corpora.dev, target: &[] });
    let (train, training) = (&case.corpora.train, &case.config.training);
    let game = Some(adversary(&case, &model));
    let mut learner = AdversarialLearner::<A>::new(model, train, dev, training, 4096, 0, game).unwrap();
    assert!(learner.measures().is_empty());
    let batch: Vec<usize> = (0..5).collect();
    for steps in 1..=3 {
        let mut step = |at: usize| learner.step(&batch, &Moment { step: at, ..AT });
        (0..steps).try_for_each(|at| step(at).map(drop)).unwrap();
        let tally = learner.adversary().unwrap().take_tally();
        assert_eq!(tally.steps, steps as u64);
        assert!(learner.measures().is_empty(), "it was taken");
    }
    learner.step(&batch, &AT).unwrap();
    let names: Vec<&str> = learner.measures().iter().map(|measure| measure.name).collect();
    let right = ["language discriminator, share right", "order discriminator, share right"];
    assert_eq!(names, [right[0], right[1], "language discriminator, share of units dead"]);
    assert_eq!(learner.adversary().unwrap().take_tally(), Tally::default());
}

#[test]
fn rates_follow_the_schedule() {
    let case = Case::new(3);
    let adversary = adversary(&case, &case.model());
    for share in [0.0, 0.25, 1.0] {
        let at = Moment { rate: 1e-3 * share, ..AT };
        assert!((adversary.generator_rate(&at) - 1e-4 * share).abs() < 1e-18);
        assert!((adversary.discriminator_rate(&at) - 1e-2 * share).abs() < 1e-16);
    }
}

#[test]
fn a_rate_of_nothing_changes_nothing() {
    let case = Case::new(4);
    let model = case.model();
    let mut adversary = adversary(&case, &model);
    let before = adversary.weights();
    adversary.teach(&model, &Moment { rate: 0.0, ..AT }).unwrap();
    assert_eq!(adversary.weights(), before);
}

/// A discriminator of two languages that share no word tells them apart after a while, whatever the generator does,
/// when that hardly moves.
#[test]
fn a_discriminator_learns_and_its_saturation_is_told() {
    let mut corpora = made(vec![labelled("one O, two O, York B-LOC")], pairs("one uno, two dos, york jork"));
    corpora.unlabelled = vec![xner_corpus::Sentence::from_tokens(["uno", "dos", "tres"])];
    let case = Case::of(corpora, 0.0);
    let model = case.model();
    let mut adversary = adversary(&case, &model);
    for step in 0..300 {
        adversary.teach(&model, &Moment { step, ..AT }).unwrap();
    }
    adversary.take_tally();
    for step in 300..330 {
        adversary.teach(&model, &Moment { step, ..AT }).unwrap();
    }
    let late = adversary.take_tally();
    assert!(late.language.saturated(), "{late:?}");
}

/// An order discriminator that is shown sentences and the same backwards tells them apart after a while.
#[test]
fn an_order_discriminator_learns() {
    let mut corpora = made(vec![labelled("one O, two O, York B-LOC")], pairs("one uno, two dos, york jork"));
    corpora.unlabelled = vec![xner_corpus::Sentence::from_tokens(["uno", "dos", "tres"])];
    let case = Case::of(corpora, 0.0);
    let model = case.model();
    let pieces = |words: [&str; 3]| model.pieces(&xner_corpus::Sentence::from_tokens(words)).unwrap();
    let orders = [
        [pieces(["one", "two", "York"]), pieces(["uno", "dos", "jork"])].concat(),
        [pieces(["York", "two", "one"]), pieces(["jork", "dos", "uno"])].concat(),
    ];
    let config = &case.config;
    let own = Discriminators::new(&config.adversary, [false, true], 16, config.seed, &FlexDevice);
    let optimiser = config.training.optimiser;
    let shown = GameLists { languages: None, orders: Some(orders) };
    let mut adversary = Adversary::<A>::new(&config.adversary, optimiser, 1.0, 4, 4096, 1, shown, own);
    for step in 0..300 {
        adversary.teach(&model, &Moment { step, ..AT }).unwrap();
    }
    adversary.take_tally();
    for step in 300..320 {
        adversary.teach(&model, &Moment { step, ..AT }).unwrap();
    }
    let late = adversary.take_tally();
    assert!(late.order.accuracy().unwrap() > 0.9 && late.language.accuracy().is_none(), "{late:?}");
}

/// Words that nobody asks about stand among those that are asked about.
#[test]
fn words_inside_a_list_keep_their_places() {
    let mut case = Case::new(9);
    let corpora = std::mem::take(&mut case.corpora);
    let mut case = Case::of(corpora, 0.0);
    case.config.adversary.batch = 100;
    let model = case.model();
    let (sets, pieces) = (case.sets(), |sentence: &_| model.pieces(sentence));
    let list = |set, words| word_languages(&sets, &[set], words, pieces).unwrap();
    let lists = [list(Set::SourceSwi, Words::Entity), list(Set::Target, Words::Context)];
    let config = &case.config;
    let own = Discriminators::<A>::new(&config.adversary, [true, false], 16, config.seed, &FlexDevice);
    // One sentence after another, each by itself.
    let (mut sum, language) = (0.0, own.language.as_ref().unwrap());
    for list in &lists {
        let mut losses = Vec::new();
        for (piece, languages) in list.iter().flat_map(|words| &words.windows) {
            let batch = SubwordBatch::new([piece], model.config());
            let all = host(model.encode_inner(&batch, None));
            for (&(_, at), &right) in piece.words.iter().zip(languages) {
                let row = all[at as usize * 16..][..16].to_vec();
                let state = Tensor::<A, 2>::from_data(TensorData::new(row, [1, 16]), &FlexDevice);
                let odds = f64::from(host(language.forward(state).inner())[0]);
                if let Some(right) = right {
                    losses.push((1.0 + if right { -odds } else { odds }.exp()).ln());
                }
            }
        }
        assert!(!losses.is_empty());
        sum += losses.iter().sum::<f64>() / losses.len() as f64;
    }
    let optimiser = config.training.optimiser;
    let shown = GameLists { languages: Some(lists), orders: None };
    let mut adversary = Adversary::new(&config.adversary, optimiser, 1.0, 8, 4096, 1, shown, own);
    assert!((f64::from(adversary.teach(&model, &AT).unwrap().loss) - sum).abs() < 1e-5);
}

/// Each of a step's turns is shown other sentences, and there are as many updates.
#[test]
fn the_discriminators_make_as_many_steps_as_they_are_told_to() {
    let mut case = Case::new(12);
    let model = case.model();
    let taught = |case: &Case| -> (f32, f32) {
        let mut adversary = adversary(case, &model);
        let flat = |weights: &Tensors| -> Vec<f32> {
            weights.iter().flat_map(|(_, tensor)| tensor.values.clone()).collect()
        };
        let before = flat(&adversary.weights());
        let mut loss = |step| adversary.teach(&model, &Moment { step, ..AT }).unwrap().loss;
        let first = loss(0);
        loss(1);
        let after = flat(&adversary.weights());
        (first, after.iter().zip(&before).map(|(a, b)| (a - b).abs()).sum())
    };
    case.config.adversary.batch = 3;
    let (one, near) = taught(&case);
    case.config.adversary.steps = 3;
    let (three, far) = taught(&case);
    // What a step tells is its last turn's loss.
    assert!((one - three).abs() > 1e-4, "{one} {three}");
    // Six updates lead farther than two.
    assert!(far > 1.5 * near, "{far} {near}");
}

/// While the language discriminator knows too little, the generator is held back, and the NER step is all there is.
#[test]
fn the_generator_waits_for_a_discriminator_that_knows_something() {
    let mut case = Case::new(12);
    let batch: Vec<usize> = (0..5).collect();
    let stepped = |case: &Case, game: bool| {
        let (model, dev) = (case.model(), Dev { source: &case.corpora.dev, target: &[] });
        let (train, training) = (&case.corpora.train, &case.config.training);
        let game = game.then(|| adversary(case, &model));
        let mut learner = AdversarialLearner::<A>::new(model, train, dev, training, 4096, 0, game).unwrap();
        learner.step(&batch, &AT).unwrap();
        (
            learner.model().weights(),
            learner.measures().into_iter().map(|measure| measure.name).collect::<Vec<_>>(),
        )
    };
    let (alone, _) = stepped(&case, false);
    let (free, told) = stepped(&case, true);
    assert!(alone != free && !told.contains(&"generator, share of steps held back"));
    case.config.adversary.threshold = 0.95;
    let (held, told) = stepped(&case, true);
    assert!(alone == held && told.contains(&"generator, share of steps held back"), "{told:?}");
}
