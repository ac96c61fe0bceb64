//! `xner transfer`: a tagger for a language without labels.

mod figures;
mod runs;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use xner_transfer::bwet::Bwet;
use xner_transfer::distil::Distil;
use xner_transfer::meta::{Meta, MetaConfig, Preset};
use xner_transfer::transadv::Method as Encoder;
use xner_transfer::zero_resource::ZeroResource;

/// Train a tagger for a language without labels, from another's labels
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    method: Method,
}

/// The arguments of a method whose phases several runs may share.
#[derive(Debug, clap::Args)]
struct Shared {
    #[command(flatten)]
    runs: runs::Args,
    /// The folder of the phases' models, and of sentences' vectors: runs that share it make once what they have in
    /// common. By default `phases` in DIR
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Method {
    /// Zero-resource transfer (Bari et al. 2020): word vectors mapped without a dictionary, pseudo labels
    ///
    /// DIR becomes a model directory that `xner tag` opens, with a report beside it. A run that was stopped or
    /// killed, in whatever phase, goes on from there when the same command is given again, and ends with the same
    /// bytes as one that never stopped. With --seeds, DIR gets a folder for each seed and `results.json` over all.
    ZeroResource(runs::Args),
    /// BWET (Xie et al. 2018): the labelled source translated word by word, and a tagger trained on it
    ///
    /// DIR becomes a model directory that `xner tag` opens, with a report and the translated sentences beside it. A
    /// run that was stopped or killed goes on from its last checkpoint when the same command is given again, and ends
    /// with the same bytes as one that never stopped. With --seeds, DIR gets a folder for each seed and
    /// `results.json` over all.
    Bwet(runs::Args),
    /// TransAdv: adversarial training on translated text, several teachers, one student
    ///
    /// DIR becomes a model directory of Hugging Face's layout, which `xner tag` and `transformers` open, with a report
    /// beside it. Of each phase disk and time are told. A run that was stopped or killed goes on from its last
    /// checkpoint when the same command is given again, and ends with the same bytes as one that never stopped.
    #[command(name = "transadv")]
    TransAdv(Shared),
    /// mBERT-FT (Wu and Dredze 2019): an encoder fine-tuned on the source
    MbertFt(Shared),
    /// AdvCE (Keung et al. 2019): fine-tuned against a language discriminator
    #[command(name = "advce")]
    AdvCe(Shared),
    /// TSL (Wu et al. 2020): a student of one teacher's soft labels
    Tsl(Shared),
    /// UniTrans (Wu et al. 2020): teachers on source and translation, soft labels and votes
    #[command(name = "unitrans")]
    UniTrans(Shared),
    /// AdvPicker (Chen et al. 2021): a student of what a language discriminator can least tell
    #[command(name = "advpicker")]
    AdvPicker(Shared),
    /// Consensus (ours): a student of what many models, and a word's neighbours, agree on
    Consensus(Shared),
    /// Meta-learning (Wu et al. 2020): a model that adapts to each sentence by similar source sentences
    ///
    /// DIR becomes a model directory of Hugging Face's layout, which `xner tag` and `transformers` open, with a
    /// report beside it: the scores of the model as it is, and adapted to each test sentence; `adaptation.json` has
    /// the sentences whose tags adaptation changed. `xner tag --adapt` tags so. A run that was stopped or killed goes
    /// on from its last checkpoint when the same command is given again, and ends with the same bytes as one that
    /// never stopped.
    Meta(Shared),
    /// Distillation: a student with some of a teacher's layers and subwords learns the teacher's soft labels
    ///
    /// DIR becomes a model directory of Hugging Face's layout. What the teacher says of the texts is kept in the cache.
    /// A run that was stopped or killed goes on from its last checkpoint when the same command is given again, and
    /// ends with the same bytes as one that never stopped.
    Distil(Shared),
    Table(table::Args),
    Figures(figures::Args),
}

pub(crate) fn run(args: Args) -> Result<()> {
    let encoder = |method: Encoder, Shared { runs, cache }: Shared| {
        let about = "Settings of `xner transfer transadv`, `mbert-ft`, `advce`, `tsl`, `unitrans`, `advpicker` and \
                     `consensus`: one file serves them all. Every key may be left out but `source.train`, \
                     `source.dev`, `bert.encoder` and what the method reads of `target` and `dictionary`.";
        runs.run(&method, cache.as_deref(), about, None)
    };
    match args.method {
        Method::ZeroResource(runs) => {
            let about = "Settings of `xner transfer zero-resource`. Every key may be left out but the corpora, and the \
                         vectors that the variant reads.";
            runs.run(&ZeroResource, None, about, None)
        }
        Method::Bwet(runs) => {
            let about = "Settings of `xner transfer bwet`. Every key may be left out but the source's corpora, the \
                         target's vectors, and a dictionary or a mapping.";
            runs.run(&Bwet, None, about, None)
        }
        Method::TransAdv(args) => encoder(Encoder::TransAdv, args),
        Method::MbertFt(args) => encoder(Encoder::MbertFt, args),
        Method::AdvCe(args) => encoder(Encoder::AdvCe, args),
        Method::Tsl(args) => encoder(Encoder::Tsl, args),
        Method::UniTrans(args) => encoder(Encoder::UniTrans, args),
        Method::AdvPicker(args) => encoder(Encoder::AdvPicker, args),
        Method::Consensus(args) => encoder(Encoder::Consensus, args),
        Method::Meta(Shared { runs, cache }) => {
            let about = "Settings of `xner transfer meta`. Every key may be left out but `source.train`, `source.dev` \
                         and `bert.encoder`. The preset is the paper's, or that of its authors' program.";
            let released = MetaConfig::preset(Preset::Released);
            runs.run(&Meta, cache.as_deref(), about, Some(("released", &released)))
        }
        Method::Distil(args) => {
            let about = "Settings of `xner transfer distil`. Every key may be left out but `teacher.model`, \
                         `source.train` and `source.dev`.";
            args.runs.run(&Distil, args.cache.as_deref(), about, None)
        }
        Method::Table(args) => table::run(&args),
        Method::Figures(args) => figures::run(&args),
    }
}
