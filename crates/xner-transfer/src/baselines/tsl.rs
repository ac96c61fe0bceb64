//! TSL: a student learns the soft labels that the model fine-tuned on the source gives the target's own text.

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

use crate::Result;
use crate::folders::Folders;
use crate::transadv::phases::Workshop;
use crate::transadv::{Outcome, lessons, source};

pub(crate) fn tsl<A>(shop: &mut Workshop<'_, A>, folders: &Folders) -> Result<Outcome>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    let teacher = source(shop, [false, false])?;
    let soft = shop.soft_labels(&teacher)?;
    let lessons = lessons(&shop.corpora.unlabelled, soft);
    Ok(Outcome::Student(shop.student(&teacher, &lessons, 0.0, &folders.by_source, &folders.by_target)?))
}
