//! mBERT-FT: fine-tuned on the source, run on the target as it is.

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

use crate::Result;
use crate::transadv::phases::Workshop;
use crate::transadv::{Outcome, source};

pub(crate) fn mbert_ft<A>(shop: &mut Workshop<'_, A>) -> Result<Outcome>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    Ok(Outcome::Model(source(shop, [false, false])?))
}
