//! `AdvCE`: fine-tuned on the source while the encoder learns to hide each word's language from a discriminator.

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

use crate::Result;
use crate::transadv::phases::Workshop;
use crate::transadv::{Outcome, source};

pub(crate) fn advce<A>(shop: &mut Workshop<'_, A>) -> Result<Outcome>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    Ok(Outcome::Model(source(shop, [true, false])?))
}
