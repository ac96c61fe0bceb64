//! The rows of a model, plain or quantised.

use std::io::BufRead;

use crate::Result;
use crate::read::bytes::Bytes;

/// So many centroids has each part of a row.
const CENTROIDS: u64 = 256;

/// A matrix `[rows, dim]`.
pub(super) enum Table {
    Dense { dim: usize, data: Vec<f32> },
    Quantised { codes: Codes, norms: Option<Codes> },
}

impl Table {
    /// Reads a matrix `[rows, dim]`, whose shape the header has promised.
    pub(super) fn read(bytes: &mut Bytes<impl BufRead>, shape: [u64; 2], quantised: bool) -> Result<Self> {
        let what = "the input matrix";
        if !quantised {
            let count = read_shape(bytes, shape)?;
            let mut data = Vec::with_capacity(bytes.promised(count, 4));
            bytes.floats(count, &what, &mut data)?;
            return Ok(Self::Dense { dim: shape[1] as usize, data });
        }
        let has_norms = bytes.flag(&"the flag for norms")?;
        read_shape(bytes, shape)?;
        let codes = Codes::read(bytes, shape, None)?;
        let norms = if has_norms { Some(Codes::read(bytes, [shape[0], 1], Some(shape[0]))?) } else { None };
        let largest = codes.largest() * norms.as_ref().map_or(1.0, Codes::largest);
        if largest > f64::from(f32::MAX) {
            return Err(bytes.fault(bytes.at(), format!("{what} has numbers as large as {largest:e}")));
        }
        Ok(Self::Quantised { codes, norms })
    }

    /// Leaves out a matrix, but for its bytes being there.
    pub(super) fn skip(bytes: &mut Bytes<impl BufRead>, quantised: bool) -> Result<()> {
        let what = "the output matrix";
        let has_norms = quantised && bytes.flag(&"the output matrix's flag for norms")?;
        let (rows, dim) = (bytes.count64(&"its number of rows")?, bytes.count64(&"its number of columns")?);
        if !quantised {
            let count = rows.checked_mul(dim).and_then(|count| count.checked_mul(4));
            let count = count.ok_or_else(|| {
                bytes.fault(bytes.at(), format!("{what} should be of {rows} times {dim} numbers"))
            })?;
            return bytes.skip(count, &what);
        }
        let codes = bytes.count32(&"its number of codes")?;
        bytes.skip(codes, &what)?;
        for codes in [0, rows].into_iter().take(1 + usize::from(has_norms)) {
            bytes.skip(codes, &what)?;
            let dim = bytes.count32(&"its quantiser's dimension")?;
            bytes.skip(12 + 4 * CENTROIDS * dim, &what)?;
        }
        Ok(())
    }

    pub(super) fn dim(&self) -> usize {
        match self {
            Self::Dense { dim, .. } => *dim,
            Self::Quantised { codes, .. } => codes.dim,
        }
    }

    /// Adds a row to `sum`, `[dim]`.
    pub(super) fn add(&self, row: usize, sum: &mut [f64]) {
        match self {
            Self::Dense { dim, data } => {
                let row = &data[row * dim..(row + 1) * dim];
                sum.iter_mut().zip(row).for_each(|(sum, &number)| *sum += f64::from(number));
            }
            Self::Quantised { codes, norms } => {
                let mut norm = [1.0];
                if let Some(norms) = norms {
                    norm = [0.0];
                    norms.add(row, 1.0, &mut norm);
                }
                codes.add(row, norm[0], sum);
            }
        }
    }
}

/// Reads a shape and compares it; returns the number of numbers.
fn read_shape(bytes: &mut Bytes<impl BufRead>, [rows, dim]: [u64; 2]) -> Result<u64> {
    let at = bytes.at();
    let found =
        [bytes.count64(&"the input matrix's number of rows")?, bytes.count64(&"its number of columns")?];
    if found != [rows, dim] {
        let message = format!(
            "the input matrix is of {} times {} numbers, expected {rows} (words and n-grams) times {dim}",
            found[0], found[1]
        );
        return Err(bytes.fault(at, message));
    }
    rows.checked_mul(dim)
        .ok_or_else(|| bytes.fault(at, format!("the input matrix should be of {rows} times {dim} numbers")))
}

/// Rows cut in parts, each part the number of its nearest centroid (Jégou et al. 2011, product quantisation).
pub(super) struct Codes {
    dim: usize,
    /// The length of a part; the last may be shorter.
    part: usize,
    /// `[rows, parts]`.
    ids: Vec<u8>,
    /// For each part `[256, its length]`.
    centroids: Vec<f32>,
}

impl Codes {
    /// Reads codes and their quantiser; `count` is how many codes there are where the file does not say.
    fn read(bytes: &mut Bytes<impl BufRead>, [rows, dim]: [u64; 2], count: Option<u64>) -> Result<Self> {
        let at = bytes.at();
        let count = match count {
            Some(count) => count,
            None => bytes.count32(&"the number of codes")?,
        };
        let mut ids = Vec::with_capacity(bytes.promised(count, 1));
        bytes.raw(count, &"the codes", &mut ids)?;
        let place = bytes.at();
        let mut next = || bytes.count32(&"the quantiser's shape");
        let (found, parts, part, last) = (next()?, next()?, next()?, next()?);
        let whole = parts.checked_sub(1).map(|whole| whole * part + last);
        if found != dim || whole != Some(dim) || last == 0 || last > part {
            let message = format!(
                "the quantiser has {parts} parts of {part} ({last} in the last) for {found} numbers, expected {dim}"
            );
            return Err(bytes.fault(place, message));
        }
        if rows.checked_mul(parts) != Some(count) {
            return Err(bytes.fault(at, format!("{count} codes, expected {parts} for each of {rows} rows")));
        }
        let mut centroids = Vec::with_capacity(bytes.promised(CENTROIDS * dim, 4));
        bytes.floats(CENTROIDS * dim, &"the centroids", &mut centroids)?;
        Ok(Self { dim: dim as usize, part: part as usize, ids, centroids })
    }

    fn largest(&self) -> f64 {
        self.centroids.iter().fold(0.0, |largest, &number| largest.max(f64::from(number.abs())))
    }

    /// Adds `scale` times a row to `sum`, `[dim]`.
    fn add(&self, row: usize, scale: f64, sum: &mut [f64]) {
        let parts = self.dim.div_ceil(self.part);
        let ids = &self.ids[row * parts..(row + 1) * parts];
        let tables = self.centroids.chunks(self.part * CENTROIDS as usize);
        for ((sum, table), &id) in sum.chunks_mut(self.part).zip(tables).zip(ids) {
            let centroid = &table[usize::from(id) * sum.len()..];
            sum.iter_mut().zip(centroid).for_each(|(sum, &number)| *sum += scale * f64::from(number));
        }
    }
}
