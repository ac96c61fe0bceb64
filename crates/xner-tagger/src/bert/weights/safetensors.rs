//! safetensors files, read by range.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use half::f16;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use super::super::eight::{Rows, SCALE};
use super::super::four::{BLOCK, Blocks};
use super::numbers::Numbers;
use super::{Listed, fault};
use crate::{Error, Result};

/// The largest header that the format allows, in bytes.
const LARGEST_HEADER: u64 = 100_000_000;
/// Bytes that are read at a time; a whole number of any numbers.
const CHUNK: usize = 1 << 18;

/// An opened file: its header in memory.
#[derive(Debug)]
pub(super) struct SafetensorsFile {
    path: PathBuf,
    file: File,
    metadata: Metadata,
    /// Where the first tensor begins.
    start: u64,
}

/// Whether a tensor is the scales of one in 8 or 4 bits.
fn is_scale(metadata: &Metadata, name: &str) -> bool {
    let of = name.strip_suffix(SCALE).and_then(|matrix| metadata.info(matrix));
    of.is_some_and(|info| matches!(info.dtype, Dtype::I8 | Dtype::U8))
}

/// The shape of the values that a tensor stands for: a byte without sign is two of them, where scales are beside it.
fn shape(metadata: &Metadata, name: &str, info: &TensorInfo) -> Vec<usize> {
    let mut shape = info.shape.clone();
    let has_scales = || metadata.info(&format!("{name}{SCALE}")).is_some();
    if let Some(columns) = shape.last_mut().filter(|_| info.dtype == Dtype::U8 && has_scales()) {
        *columns = columns.saturating_mul(2);
    }
    shape
}

impl SafetensorsFile {
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Listed>)> {
        let mut file = File::open(path).map_err(Error::io(path))?;
        let length = file.metadata().map_err(Error::io(path))?.len();
        let short =
            |message: String| Error::model(path, format!("cut short, or no safetensors file: {message}"));
        if length < 8 {
            return Err(short(format!("it has {length} bytes, expected at least 8")));
        }
        let mut size = [0; 8];
        file.read_exact(&mut size).map_err(Error::io(path))?;
        let size = u64::from_le_bytes(size);
        if size > LARGEST_HEADER.min(length - 8) {
            return Err(short(format!("it says its header has {size} bytes, the file has {length}")));
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header).map_err(Error::io(path))?;
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|fault| short(format!("its header: {fault}")))?;
        let (start, data) = (8 + size, metadata.data_len() as u64);
        if start.checked_add(data) != Some(length) {
            return Err(short(format!(
                "its header tells of {data} bytes of tensors, there are {}",
                length - start
            )));
        }
        let mut listed: Vec<Listed> = metadata
            .tensors()
            .into_iter()
            .filter(|(name, _)| !is_scale(&metadata, name))
            .map(|(name, info)| Listed { shape: shape(&metadata, &name, info), name })
            .collect();
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((Self { path: path.to_owned(), file, metadata, start }, listed))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<f32>> {
        if let Some(rows) = self.rows(name)? {
            return Ok(rows.values());
        }
        if let Some(blocks) = self.blocks(name)? {
            return Ok(blocks.values());
        }
        let info = self.info(name)?;
        let numbers = match info.dtype {
            Dtype::F64 => Numbers::F64,
            Dtype::F32 => Numbers::F32,
            Dtype::F16 => Numbers::F16,
            Dtype::BF16 => Numbers::Bf16,
            other => return Err(fault(&self.path, name, format!("holds {other:?}, expected floats"))),
        };
        let mut values = Vec::with_capacity(info.shape.iter().product());
        self.chunks(info, |bytes| numbers.widen(bytes, &mut values))?;
        Ok(values)
    }

    /// A matrix that is stored in 8 bits, with its scales; none where the tensor is of floats.
    pub(super) fn rows(&self, name: &str) -> Result<Option<Rows>> {
        let info = self.info(name)?;
        if info.dtype != Dtype::I8 {
            return Ok(None);
        }
        let rows = info.shape.first().copied().unwrap_or(0);
        if info.shape.len() != 2 {
            return Err(fault(&self.path, name, format!("has shape {:?}, expected a matrix", info.shape)));
        }
        let fits = |scale: f32| scale.is_finite() && !scale.is_sign_negative();
        let scales = self.scales(name, &[rows], fits, "finite and not negative")?;
        let mut values = Vec::with_capacity(info.shape.iter().product());
        self.chunks(info, |bytes| values.extend(bytes.iter().map(|&byte| byte.cast_signed())))?;
        Ok(Some(Rows { values, scales }))
    }

    /// A table that is stored in 4 bits, with its scales; none where the tensor is of other numbers.
    pub(super) fn blocks(&self, name: &str) -> Result<Option<Blocks>> {
        let info = self.info(name)?;
        if info.dtype != Dtype::U8 {
            return Ok(None);
        }
        let &[rows, columns] = info.shape.as_slice() else {
            return Err(fault(&self.path, name, format!("has shape {:?}, expected a matrix", info.shape)));
        };
        if !(columns * 2).is_multiple_of(BLOCK) {
            let message = format!("has rows of {columns} bytes, expected whole blocks of {BLOCK} numbers");
            return Err(fault(&self.path, name, message));
        }
        // What was of 16 bits loses nothing.
        let fits = |scale: f32| f16::from_f32(scale).is_finite();
        let scales = self.scales(name, &[rows, columns * 2 / BLOCK], fits, "finite in 16 bits")?;
        let scales = scales.into_iter().map(f16::from_f32).collect();
        let mut bytes = Vec::with_capacity(rows * columns);
        self.chunks(info, |some| bytes.extend_from_slice(some))?;
        Ok(Some(Blocks { bytes, scales }))
    }

    /// The scales of a tensor of whole numbers, in this shape, all of which `fits` takes for what `expected` says.
    fn scales(
        &self,
        name: &str,
        shape: &[usize],
        fits: impl Fn(f32) -> bool,
        expected: &str,
    ) -> Result<Vec<f32>> {
        let name_of_scale = format!("{name}{SCALE}");
        let Some(scale) = self.metadata.info(&name_of_scale) else {
            let dtype = self.info(name)?.dtype;
            let message = format!("holds {dtype:?}, expected floats, or `{name_of_scale}` beside it");
            return Err(fault(&self.path, name, message));
        };
        if scale.shape != shape {
            let message = format!("has shape {:?}, expected {shape:?}", scale.shape);
            return Err(fault(&self.path, &name_of_scale, message));
        }
        let scales = self.read(&name_of_scale)?;
        match scales.iter().find(|&&scale| !fits(scale)) {
            None => Ok(scales),
            Some(bad) => {
                let message = format!("holds the scale {bad}, expected one that is {expected}");
                Err(fault(&self.path, &name_of_scale, message))
            }
        }
    }

    fn info(&self, name: &str) -> Result<&TensorInfo> {
        self.metadata.info(name).ok_or_else(|| fault(&self.path, name, "missing"))
    }

    /// A tensor's bytes, some at a time.
    fn chunks(&self, info: &TensorInfo, mut take: impl FnMut(&[u8])) -> Result<()> {
        let (begin, end) = info.data_offsets;
        let mut left = end - begin;
        let mut buffer = vec![0; CHUNK.min(left)];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.start + begin as u64)).map_err(Error::io(&self.path))?;
        while left > 0 {
            let bytes = &mut buffer[..CHUNK.min(left)];
            file.read_exact(bytes).map_err(Error::io(&self.path))?;
            take(bytes);
            left -= bytes.len();
        }
        Ok(())
    }
}
