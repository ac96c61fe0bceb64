//! `TransAdv` and the baselines on the same parts, as strategies: each is a [`Method`].

use xner_tagger::bert::config::Head;
use xner_tagger::bert::train::tags_of;
use xner_train::{Checked, Error, Fingerprint, Result, TrainBackend, What, on_device};

use crate::baselines;
use crate::consensus;
use crate::fit::{BY_SETTING, settle};
use crate::report::Select;
use crate::strategy::{Common, Corpora, Phases, Strategy, Trained};
use crate::transadv::trainer::PhaseTrainer;
use crate::transadv::{
    AdversaryConfig, Method, Set, Sets, TransAdvConfig, TransAdvCorpora, Words, games_of_teachers, source,
    taught, train,
};

impl Strategy for Method {
    type Config = TransAdvConfig;
    type Data = TransAdvCorpora;

    fn name(&self) -> &str {
        Self::name(*self)
    }

    fn common<'a>(&self, config: &'a TransAdvConfig) -> Common<'a> {
        Common {
            seed: config.seed,
            row: config.row(*self),
            select: config.select,
            source: &config.source.language,
            target: &config.target.language,
            drop_types: &[],
        }
    }

    fn read(&self, config: &TransAdvConfig) -> Result<TransAdvCorpora> {
        TransAdvCorpora::read(config, *self)
    }

    fn corpora<'a>(&self, data: &'a TransAdvCorpora) -> Corpora<'a> {
        let TransAdvCorpora { train, dev, target_dev, target_test, .. } = data;
        Corpora { train, dev, target_dev, target_test, source_test: &[] }
    }

    fn check(&self, config: &Checked<TransAdvConfig>, data: &TransAdvCorpora) -> Result<()> {
        tags_of(config.bert.scheme, &data.train)?;
        if self.reads_unlabelled() && data.unlabelled.is_empty() {
            return Err(Error::setting(
                "target.unlabelled",
                "has no sentence, expected the target's own text",
            ));
        }
        if self.has_student() && config.bert.head == Head::Crf {
            let message = "is `crf`, expected `softmax`: a student learns probabilities of single words";
            return Err(Error::setting("bert.head", message));
        }
        if self.translates(&config.consensus) && data.made.is_none() {
            return Err(Error::data("no translated sentences were made"));
        }
        check_games(*self, config, data)
    }

    fn fit(&self, config: &Checked<TransAdvConfig>, data: &TransAdvCorpora) -> Result<Vec<String>> {
        settle(data.findings.clone(), config.misfit.unwrap_or_default(), BY_SETTING)
    }

    fn fingerprint(
        &self,
        config: &Checked<TransAdvConfig>,
        data: &TransAdvCorpora,
        print: &mut Fingerprint,
    ) -> Result<()> {
        print.bytes(xner_tagger::bert::fingerprint(&config.bert.directory()?)?.as_bytes());
        data.fingerprint(print);
        Ok(())
    }

    fn train(
        &self,
        config: &Checked<TransAdvConfig>,
        data: &TransAdvCorpora,
        phases: &mut Phases<'_>,
    ) -> Result<Trained> {
        if let Some(made) = &data.made {
            let words = [
                ("entity words", &made.coverage.entity_words),
                ("other words", &made.coverage.context_words),
            ];
            for (what, words) in words {
                let name = format!("{what} translated, share");
                phases.tell("data", What::measured(&name, words.share()))?;
            }
            for note in made.coverage.notes(&config.data) {
                phases.note("data", note)?;
            }
        }
        on_device!(phases.device, A, card => trained::<A>(*self, config, data, card, phases))
    }
}

fn trained<A: TrainBackend>(
    method: Method,
    config: &Checked<TransAdvConfig>,
    data: &TransAdvCorpora,
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<Trained> {
    let mut trainer = PhaseTrainer::<A>::new(config, data, card, phases)?;
    let source = source(&mut trainer, method.discriminators(config.ablation))?;
    let report = match method {
        Method::TransAdv => train(&mut trainer, &source)?,
        Method::UniTrans => baselines::unitrans(&mut trainer, &source)?,
        Method::AdvPicker => baselines::advpicker(&mut trainer, &source)?,
        Method::Consensus => consensus::consensus(&mut trainer, &source)?,
        Method::Tsl => {
            let soft = trainer.soft_labels("source", 1.0, &source)?;
            taught(&mut trainer, &source, soft)?
        }
        Method::MbertFt | Method::AdvCe => {
            let with_target = source.report.best_target.is_some();
            for (select, there) in [(Select::SourceDev, true), (Select::TargetDev, with_target)] {
                if there {
                    let model = trainer.open_by(&source, select)?.0;
                    let out = trainer.phases.models.of(select);
                    source.report.write(out)?;
                    model.save(out)?;
                }
            }
            source.report
        }
    };
    let teachers = trainer.teacher_scores()?;
    Ok(Trained { teachers, ..report.into() })
}

/// The fault of a discriminator's list of sets that leaves it nothing to do.
const NOTHING_TO_ASK: &str = "names sets without a word that the discriminator could be asked about, expected one of at \
     most `training.longest` words";

/// What the discriminators of all phases are to be shown is there.
fn check_games(method: Method, config: &TransAdvConfig, corpora: &TransAdvCorpora) -> Result<()> {
    let TransAdvCorpora { train, unlabelled, made, .. } = corpora;
    let sets = Sets { source: train, unlabelled, made: made.as_ref() };
    let [language, order] = method.discriminators(config.ablation);
    if !(language || order) {
        return Ok(());
    }
    if config.bert.freeze_embeddings
        && let Some(layers) = config.bert.layers()?
        && config.bert.freeze_layers >= layers
    {
        let message = format!(
            "is {}, and the encoder has {layers} layers: nothing of it would learn to deceive; expected fewer",
            config.bert.freeze_layers
        );
        return Err(Error::setting("bert.freeze_layers", message));
    }
    let AdversaryConfig { language: words, order: orders, .. } = &config.adversary;
    let lists = [
        (language, "adversary.language.source", &words.source),
        (language, "adversary.language.target", &words.target),
        (order, "adversary.order.ordered", &orders.ordered),
        (order, "adversary.order.shuffled", &orders.shuffled),
    ];
    let longest = config.training.longest;
    for (_, key, list) in lists.into_iter().filter(|(there, ..)| *there) {
        if let Some(set) = list.iter().find(|&&set| !sets.has(set)) {
            let message =
                format!("names `{set}`, which {} does not make, expected {}", method.name(), sets.names());
            return Err(Error::setting(key, message));
        }
        if !list.iter().any(|&set| sets.asks(set, Words::All, longest)) {
            return Err(Error::setting(key, NOTHING_TO_ASK));
        }
    }
    if method == Method::TransAdv && language {
        for (name, set, words) in games_of_teachers(config.ablation) {
            if let Some(set) = [set, Set::Target].into_iter().find(|&set| !sets.asks(set, words, longest)) {
                let message = format!(
                    "the set `{set}` has no word that the discriminator of the {name} teacher could be asked about: leave it out \
                     (`ablation = \"no-{name}-teacher\"`), or make other sets"
                );
                return Err(Error::data(message));
            }
        }
    }
    Ok(())
}
