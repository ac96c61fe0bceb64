//! A copy of a model with another row in its table of subwords.

use std::path::Path;

use half::{bf16, f16};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use xner_train::{digest, files};

use super::config::BertConfig;
use super::weights::{canonical, weight_files};
use crate::{Error, Result};

/// Files of a folder that are copied with the weights.
const OTHERS: [&str; 9] = [
    "added_tokens.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "vocab.txt",
    "config.json",
];

/// Writes a copy of the model in `folder` to `out`, with these values in a row of its table of subwords. What else its
/// weights hold is copied byte for byte.
///
/// # Errors
/// [`Error::Io`]; [`Error::Model`] where the weights are not one `.safetensors`, or the table is not of floats.
pub(crate) fn with_row(folder: &Path, out: &Path, row: u32, values: &[f32]) -> Result<()> {
    let config = BertConfig::read(&folder.join("config.json"))?;
    let files = weight_files(folder)?;
    let path = match files.all().collect::<Vec<_>>().as_slice() {
        [path] if path.extension().is_some_and(|ending| ending == "safetensors") => (*path).clone(),
        _ => {
            let message = "its weights are not in one .safetensors, where a row can be replaced: fine-tune it once, or \
                           save it by `transformers`";
            return Err(Error::model(folder, message));
        }
    };
    let mut bytes = std::fs::read(&path).map_err(Error::io(&path))?;
    let (header, metadata) = SafeTensors::read_metadata(&bytes)
        .map_err(|fault| Error::model(&path, format!("no safetensors file: {fault}")))?;
    let table = metadata.tensors().into_iter().find(|(name, _)| canonical(name) == config.kind().names.words);
    let Some((name, info)) = table else {
        return Err(Error::model(&path, "has no table of subwords"));
    };
    let one = |value: f32| match info.dtype {
        Dtype::F32 => Some(value.to_le_bytes().to_vec()),
        Dtype::F16 => Some(f16::from_f32(value).to_le_bytes().to_vec()),
        Dtype::BF16 => Some(bf16::from_f32(value).to_le_bytes().to_vec()),
        _ => None,
    };
    let Some(new) = values.iter().map(|&value| one(value)).collect::<Option<Vec<_>>>() else {
        let message = format!("`{name}` holds {:?}, expected F32, F16 or BF16", info.dtype);
        return Err(Error::model(&path, message));
    };
    let new = new.concat();
    let start = 8 + header + info.data_offsets.0 + row as usize * new.len();
    bytes[start..start + new.len()].copy_from_slice(&new);

    files::create_folder(out)?;
    digest::clear(out)?;
    let weights = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    files::write(&out.join(&weights), |file| std::io::Write::write_all(file, &bytes))?;
    let mut names = vec![weights];
    for name in OTHERS {
        let from = folder.join(name);
        if from.is_file() {
            let bytes = std::fs::read(&from).map_err(Error::io(&from))?;
            files::write(&out.join(name), |file| std::io::Write::write_all(file, &bytes))?;
            names.push(name.to_owned());
        }
    }
    digest::write(out, &names.iter().map(String::as_str).collect::<Vec<_>>())
}
