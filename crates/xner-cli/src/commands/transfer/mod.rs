//! `xner transfer`: a tagger for a language without labels.

mod bwet;
mod bwet_settings;
mod common_settings;
mod figures;
mod meta;
mod meta_settings;
mod runs;
mod settings;
mod table;
mod transadv;
mod transadv_settings;
mod watch;
mod zero_resource;

pub(super) use self::meta::Watch as MetaWatch;

use anyhow::Result;
use xner_transfer::transadv::Method as Of;

/// Train a tagger for a language without labels, from another's labels
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    method: Method,
}

#[derive(Debug, clap::Subcommand)]
enum Method {
    ZeroResource(zero_resource::Args),
    Bwet(bwet::Args),
    /// TransAdv: adversarial training on translated text, several teachers, one student
    ///
    /// DIR becomes a model directory of Hugging Face's layout, which `xner tag` and `transformers` open, with a report
    /// beside it. Of each phase disk and time are told. A run that was stopped or killed goes on from its last
    /// checkpoint when the same command is given again, and ends with the same bytes as one that never stopped.
    #[command(name = "transadv", verbatim_doc_comment)]
    TransAdv(transadv::Args),
    /// mBERT-FT (Wu and Dredze 2019): an encoder fine-tuned on the source
    MbertFt(transadv::Args),
    /// AdvCE (Keung et al. 2019): fine-tuned against a language discriminator
    #[command(name = "advce")]
    AdvCe(transadv::Args),
    /// TSL (Wu et al. 2020): a student of one teacher's soft labels
    Tsl(transadv::Args),
    /// UniTrans (Wu et al. 2020): teachers on source and translation, soft labels and votes
    #[command(name = "unitrans")]
    UniTrans(transadv::Args),
    /// AdvPicker (Chen et al. 2021): a student of what a language discriminator can least tell
    #[command(name = "advpicker")]
    AdvPicker(transadv::Args),
    Meta(meta::Args),
    Table(table::Args),
    Figures(figures::Args),
}

pub(crate) fn run(args: Args) -> Result<()> {
    match args.method {
        Method::ZeroResource(args) => zero_resource::run(&args),
        Method::Bwet(args) => bwet::run(&args),
        Method::TransAdv(args) => transadv::run(&args, Of::TransAdv),
        Method::MbertFt(args) => transadv::run(&args, Of::MbertFt),
        Method::AdvCe(args) => transadv::run(&args, Of::AdvCe),
        Method::Tsl(args) => transadv::run(&args, Of::Tsl),
        Method::UniTrans(args) => transadv::run(&args, Of::UniTrans),
        Method::AdvPicker(args) => transadv::run(&args, Of::AdvPicker),
        Method::Meta(args) => meta::run(&args),
        Method::Table(args) => table::run(&args),
        Method::Figures(args) => figures::run(&args),
    }
}
