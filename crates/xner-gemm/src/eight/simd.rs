//! The instructions: what the processor has is found at run time, and may be held back for tests.

#![allow(unsafe_code, reason = "the processor's instructions beyond the common ones")]

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use super::amx;
use super::rows::Rows8;
use super::{GROUP, PANEL, ROWS, rows};

/// A vector of weights: 16 columns, of each four inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [i8; 64]);

impl Default for Line {
    fn default() -> Self {
        Self([0; 64])
    }
}

/// A panel's weights of four inputs.
pub(super) type Group = [Line; PANEL / 16];

/// Rows that bodies without tiles take at a time.
const AT_ONCE: usize = 8;

/// Sums of a tile.
pub(super) type Tile = [[i32; PANEL]];

/// The instructions of a product in 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Those that every processor has.
    Plain,
    /// AVX2.
    Avx2,
    /// AVX-512 with VNNI: four products and their sum at once.
    Vnni,
    /// The same and AMX, which multiplies matrices of 16 rows.
    Amx,
}

impl Level {
    const ALL: [Self; 4] = [Self::Plain, Self::Avx2, Self::Vnni, Self::Amx];

    /// Whether the processor has them.
    pub fn is_here(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return match self {
            Self::Plain => true,
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Vnni => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
            Self::Amx => Self::Vnni.is_here() && amx::is_here(),
        };
        #[cfg(not(target_arch = "x86_64"))]
        return self == Self::Plain;
    }

    /// Those that the processor has.
    pub fn here() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|level| level.is_here())
    }

    /// The best that the processor has. The environment variable `XNER_SIMD`, `plain`, `avx2` or `vnni`, holds the
    /// others back, to try what another machine does.
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| {
            let most = match std::env::var("XNER_SIMD").as_deref() {
                Ok("plain") => Self::Plain,
                Ok("avx2") => Self::Avx2,
                Ok("vnni") => Self::Vnni,
                _ => Self::Amx,
            };
            Self::here().filter(|level| *level <= most).max().unwrap_or(Self::Plain)
        })
    }

    /// Quantises a row; see [`rows::quantise`].
    pub(super) fn quantise(self, x: &[f32], out: &mut [u8]) -> f32 {
        #[cfg(target_arch = "x86_64")]
        match self {
            // SAFETY: `Level::best` gave the level, so the processor has its instructions.
            Self::Vnni | Self::Amx => return unsafe { x86::quantise_512(x, out) },
            // SAFETY: likewise.
            Self::Avx2 => return unsafe { x86::quantise_256(x, out) },
            Self::Plain => {}
        }
        rows::quantise(x, out)
    }

    /// The sums of some rows of `x`, from `row` on, with a panel.
    pub(super) fn multiply(
        self,
        x: &Rows8,
        row: usize,
        rows: usize,
        weights: &[Group],
        tile: &mut [[i32; PANEL]; ROWS],
    ) {
        #[cfg(target_arch = "x86_64")]
        if self == Self::Amx && weights.len().is_multiple_of(amx::DEPTH) && rows > 1 {
            let (values, stride) = x.from(row);
            return amx::multiply(values, stride, rows, weights, tile);
        }
        let mut done = 0;
        while done < rows {
            let here = (rows - done).min(AT_ONCE);
            let mut values = [&[][..]; AT_ONCE];
            for (at, values) in values[..here].iter_mut().enumerate() {
                *values = x.row(row + done + at).0.as_chunks::<GROUP>().0;
            }
            done += self.some(&values[..here], weights, &mut tile[done..]);
        }
    }

    /// The first of some rows, as many as go together; their number.
    fn some(self, x: &[&[[u8; GROUP]]], weights: &[Group], tile: &mut Tile) -> usize {
        macro_rules! of {
            ($body:path, $($rows:literal),+) => {{
                $(if let (Some(x), Some(tile)) = (x.first_chunk::<$rows>(), tile.first_chunk_mut::<$rows>()) {
                    $body(x, weights, tile);
                    return $rows;
                })+
                return x.len();
            }};
        }
        #[cfg(target_arch = "x86_64")]
        match self {
            // SAFETY: whoever has a level has asked `Level::is_here`, so the processor has its instructions.
            Self::Vnni | Self::Amx => unsafe { of!(x86::vnni, 8, 4, 2, 1) },
            // SAFETY: likewise.
            Self::Avx2 => unsafe { of!(x86::avx2, 2, 1) },
            Self::Plain => {}
        }
        of!(plain, 1)
    }

    /// `out = (tile - sums) · scale · scales + bias` for as many columns as `out` has.
    pub(super) fn finish(
        self,
        out: &mut [f32],
        tile: &[i32; PANEL],
        sums: &[i32],
        scale: f32,
        scales: &[f32],
        bias: &[f32],
    ) {
        #[cfg(target_arch = "x86_64")]
        match self {
            // SAFETY: as in `Level::some`.
            Self::Vnni | Self::Amx => {
                return unsafe { x86::finish_512(out, tile, sums, scale, scales, bias) };
            }
            // SAFETY: likewise. These sums are of inputs with their sign, to which nothing was added.
            Self::Avx2 => return unsafe { x86::finish_256(out, tile, &[0; PANEL], scale, scales, bias) },
            Self::Plain => {}
        }
        finish(out, tile, sums, scale, scales, bias);
    }
}

/// The body of [`Level::finish`], inlined into bodies for longer vectors.
#[allow(clippy::inline_always, reason = "it is compiled for the vectors of whoever calls it")]
#[inline(always)]
fn finish(out: &mut [f32], tile: &[i32; PANEL], sums: &[i32], scale: f32, scales: &[f32], bias: &[f32]) {
    let value = |tile: i32, sum: i32, column: f32, bias: f32| (tile - sum) as f32 * (scale * column) + bias;
    // Of a length that is known, so that it becomes a few vectors.
    if let (Ok(out), Some(sums), Some(scales), Some(bias)) = (
        <&mut [f32; PANEL]>::try_from(&mut *out),
        sums.first_chunk::<PANEL>(),
        scales.first_chunk::<PANEL>(),
        bias.first_chunk::<PANEL>(),
    ) {
        for at in 0..PANEL {
            out[at] = value(tile[at], sums[at], scales[at], bias[at]);
        }
        return;
    }
    let columns = out.iter_mut().zip(tile).zip(sums).zip(scales).zip(bias);
    for ((((out, tile), sum), column), bias) in columns {
        *out = value(*tile, *sum, *column, *bias);
    }
}

/// The sums of a row with a panel.
fn plain(x: &[&[[u8; GROUP]]; 1], weights: &[Group], tile: &mut [[i32; PANEL]; 1]) {
    let mut sums = [0i32; PANEL];
    for (x, weights) in x[0].iter().zip(weights) {
        let weights = weights.iter().flat_map(|line| line.0.as_chunks::<GROUP>().0);
        for (sum, weights) in sums.iter_mut().zip(weights) {
            for (&x, &w) in x.iter().zip(weights) {
                *sum += i32::from(x) * i32::from(w);
            }
        }
    }
    tile[0] = sums;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm256_abs_epi8, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_sign_epi8, _mm256_storeu_si256,
        _mm512_dpbusd_epi32, _mm512_load_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    };

    use super::super::rows;
    use super::{GROUP, Group, PANEL};

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub(super) fn quantise_512(x: &[f32], out: &mut [u8]) -> f32 {
        rows::quantise(x, out)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn quantise_256(x: &[f32], out: &mut [u8]) -> f32 {
        rows::quantise(x, out)
    }

    // Without fused operations: they would round otherwise than the common ones.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    pub(super) fn finish_512(
        out: &mut [f32],
        tile: &[i32; PANEL],
        sums: &[i32],
        scale: f32,
        scales: &[f32],
        bias: &[f32],
    ) {
        super::finish(out, tile, sums, scale, scales, bias);
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn finish_256(
        out: &mut [f32],
        tile: &[i32; PANEL],
        sums: &[i32],
        scale: f32,
        scales: &[f32],
        bias: &[f32],
    ) {
        super::finish(out, tile, sums, scale, scales, bias);
    }

    /// The sums of `R` rows with a panel.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) fn vnni<const R: usize>(
        x: &[&[[u8; GROUP]]; R],
        weights: &[Group],
        tile: &mut [[i32; PANEL]; R],
    ) {
        let mut sums = [[_mm512_setzero_si512(); 3]; R];
        for (at, weights) in weights.iter().enumerate() {
            // SAFETY: a line is 64 bytes at an address that is a multiple of 64.
            let weights = weights.each_ref().map(|line| unsafe { _mm512_load_si512(line.0.as_ptr().cast()) });
            for (sums, x) in sums.iter_mut().zip(x) {
                // All rows are long enough: a panic here would cost registers.
                let Some(x) = x.get(at) else { break };
                let x = _mm512_set1_epi32(i32::from_le_bytes(*x));
                for (sum, weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm512_dpbusd_epi32(*sum, x, weights);
                }
            }
        }
        for (tile, sums) in tile.iter_mut().zip(sums) {
            for (tile, sum) in tile.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
                // SAFETY: 16 whole numbers of 32 bits are the vector's 64 bytes; the address may be any.
                unsafe { _mm512_storeu_si512(tile.as_mut_ptr().cast(), sum) };
            }
        }
    }

    /// The sums of `R` rows with a panel.
    ///
    /// The instruction multiplies numbers without sign by numbers with one, and adds two products in 16 bits. So the
    /// input's sign goes to the weight: 2 · 127 · 127 fits.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2<const R: usize>(
        x: &[&[[u8; GROUP]]; R],
        weights: &[Group],
        tile: &mut [[i32; PANEL]; R],
    ) {
        let mut sums = [[_mm256_setzero_si256(); 6]; R];
        let ones = _mm256_set1_epi16(1);
        for (at, weights) in weights.iter().enumerate() {
            for (sums, x) in sums.iter_mut().zip(x) {
                let Some(x) = x.get(at) else { break };
                let x = _mm256_set1_epi32(i32::from_le_bytes(x.map(|x| x ^ rows::ZERO)));
                let size = _mm256_abs_epi8(x);
                let halves = weights.iter().flat_map(|line| line.0.as_chunks::<32>().0);
                for (sum, half) in sums.iter_mut().zip(halves) {
                    // SAFETY: 32 bytes are the vector; the address may be any.
                    let weights = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
                    let pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(weights, x));
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
                }
            }
        }
        for (tile, sums) in tile.iter_mut().zip(sums) {
            for (tile, sum) in tile.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                // SAFETY: 8 whole numbers of 32 bits are the vector's 32 bytes; the address may be any.
                unsafe { _mm256_storeu_si256(tile.as_mut_ptr().cast(), sum) };
            }
        }
    }
}
