//! Intel's tiles (AMX): a register is a matrix of 16 rows of 64 bytes, and one instruction multiplies two of them.
//!
//! The compiler has no stable functions for it, so it is written in assembly. Each call sets the tiles up, uses them
//! and gives them back, so that nothing of them is left over.

#![allow(unsafe_code, reason = "the processor's instructions beyond the common ones")]

use std::arch::asm;
use std::arch::x86_64::__cpuid_count;
use std::sync::OnceLock;

use super::simd::Group;
use super::{GROUP, PANEL, ROWS};

/// Groups of inputs that an instruction takes: 64 inputs.
pub(super) const DEPTH: usize = 16;
/// Rows of a tile.
const TILE: usize = 16;
/// Rows that go together at most are two tiles.
const _: () = assert!(ROWS == 2 * TILE);

/// Whether the processor has tiles for whole numbers, and the system lets this process use them, for which it is asked.
pub(super) fn is_here() -> bool {
    static HERE: OnceLock<bool> = OnceLock::new();
    *HERE.get_or_init(|| {
        let tiles_and_whole_numbers = 1 << 24 | 1 << 25;
        __cpuid_count(7, 0).edx & tiles_and_whole_numbers == tiles_and_whole_numbers && permitted()
    })
}

/// Asks the system for the tiles' state, which it keeps for processes that want it alone.
#[cfg(target_os = "linux")]
fn permitted() -> bool {
    // The state of tiles, and the calls of `arch_prctl` that ask for one and tell which are given.
    const STATE: u64 = 18;
    let call = |code: u64, argument: u64| -> i64 {
        let answer: i64;
        // SAFETY: system call 158, `arch_prctl`. The first code gives a right to this process and changes nothing else;
        // the second writes one number to the address, which is that of a number of this function's.
        unsafe {
            asm!(
                "syscall", inlateout("rax") 158_i64 => answer, in("rdi") code, in("rsi") argument,
                lateout("rcx") _, lateout("r11") _, options(nostack),
            );
        }
        answer
    };
    let mut given = 0_u64;
    call(0x1023, STATE) == 0
        && call(0x1022, (&raw mut given).expose_provenance() as u64) == 0
        && given >> STATE & 1 == 1
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// How many rows and bytes each of the eight tiles has.
#[repr(C, align(64))]
struct Shape {
    palette: u8,
    start: u8,
    unused: [u8; 14],
    bytes: [u16; 16],
    rows: [u8; 16],
}

impl Shape {
    /// Tiles 0 to 5 are sums and 6 inputs, of so many rows; 7 is weights.
    fn of(rows: usize) -> Self {
        let mut shape = Self { palette: 1, start: 0, unused: [0; 14], bytes: [0; 16], rows: [0; 16] };
        shape.bytes[..8].fill(64);
        shape.rows[..7].fill(rows as u8);
        shape.rows[7] = TILE as u8;
        shape
    }
}

/// The sums of some rows with a panel. `x` begins with the first row; the next is `stride` bytes behind it.
///
/// # Panics
/// When there are more rows than [`ROWS`] or than in `x`, or the groups are no multiple of [`DEPTH`].
pub(super) fn multiply(
    x: &[u8],
    stride: usize,
    rows: usize,
    weights: &[Group],
    tile: &mut [[i32; PANEL]; ROWS],
) {
    assert!(is_here(), "the processor has not these instructions");
    assert!(rows <= ROWS && weights.len().is_multiple_of(DEPTH) && !weights.is_empty(), "whole tiles");
    assert!(weights.len() * GROUP <= stride && rows * stride <= x.len(), "rows of the left factor");
    let (mut row, sums) = (0, tile.as_flattened_mut());
    while row < rows {
        let here = if rows - row == ROWS { ROWS } else { TILE.min(rows - row) };
        let (x, sums) = (&x[row * stride..], &mut sums[row * PANEL..]);
        // SAFETY: `here` rows of `x` are there, each as long as the weights' inputs, and `here` rows of sums.
        unsafe {
            if here == ROWS {
                double(x.as_ptr(), stride, weights, sums.as_mut_ptr());
            } else {
                single(x.as_ptr(), stride, here, weights, sums.as_mut_ptr());
            }
        }
        row += here;
    }
}

/// Bytes from a group of the weights to the next.
const WEIGHTS: usize = size_of::<Group>();
/// Bytes from a row of sums to the next.
const SUMS: usize = PANEL * 4;

/// # Safety
/// `x` has 32 rows, `stride` bytes from one to the next, each of at least as many bytes as the weights have inputs;
/// `sums` has room for 32 rows; the processor has tiles.
unsafe fn double(x: *const u8, stride: usize, weights: &[Group], sums: *mut i32) {
    let shape = Shape::of(TILE);
    // SAFETY: each tile that is read is 16 rows of 64 bytes: of `x` within the rows, as 64 times the turns are its
    // inputs; of the weights one of the three vectors of 16 groups. What is written are 32 rows of 48 sums.
    unsafe {
        asm!(
            "ldtilecfg [{shape}]",
            "tilezero tmm0", "tilezero tmm1", "tilezero tmm2",
            "tilezero tmm3", "tilezero tmm4", "tilezero tmm5",
            "2:",
            "tileloadd tmm6, [{low} + {stride}]",
            "tileloadd tmm7, [{w} + {by}]",
            "tdpbusd tmm0, tmm6, tmm7",
            "tileloadd tmm6, [{high} + {stride}]",
            "tdpbusd tmm3, tmm6, tmm7",
            "tileloadd tmm7, [{w} + {by} + 64]",
            "tdpbusd tmm4, tmm6, tmm7",
            "tileloadd tmm6, [{low} + {stride}]",
            "tdpbusd tmm1, tmm6, tmm7",
            "tileloadd tmm7, [{w} + {by} + 128]",
            "tdpbusd tmm2, tmm6, tmm7",
            "tileloadd tmm6, [{high} + {stride}]",
            "tdpbusd tmm5, tmm6, tmm7",
            "add {low}, 64",
            "add {high}, 64",
            "add {w}, {turn}",
            "dec {turns}",
            "jnz 2b",
            "tilestored [{sums} + {by}], tmm0",
            "tilestored [{sums} + {by} + 64], tmm1",
            "tilestored [{sums} + {by} + 128], tmm2",
            "tilestored [{below} + {by}], tmm3",
            "tilestored [{below} + {by} + 64], tmm4",
            "tilestored [{below} + {by} + 128], tmm5",
            "tilerelease",
            shape = in(reg) &raw const shape,
            low = inout(reg) x => _,
            high = inout(reg) x.add(TILE * stride) => _,
            stride = in(reg) stride,
            w = inout(reg) weights.as_ptr() => _,
            // Weights and sums have the same bytes from row to row.
            by = in(reg) const { assert!(WEIGHTS == SUMS); SUMS },
            turn = const DEPTH * WEIGHTS,
            turns = inout(reg) weights.len() / DEPTH => _,
            sums = in(reg) sums,
            below = in(reg) sums.add(TILE * PANEL),
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}

/// # Safety
/// As [`double`], for `rows` rows, from 1 to 16.
unsafe fn single(x: *const u8, stride: usize, rows: usize, weights: &[Group], sums: *mut i32) {
    let shape = Shape::of(rows);
    // SAFETY: as in `double`; the tiles of inputs and sums have as many rows as there are.
    unsafe {
        asm!(
            "ldtilecfg [{shape}]",
            "tilezero tmm0", "tilezero tmm1", "tilezero tmm2",
            "2:",
            "tileloadd tmm6, [{x} + {stride}]",
            "tileloadd tmm7, [{w} + {by}]",
            "tdpbusd tmm0, tmm6, tmm7",
            "tileloadd tmm7, [{w} + {by} + 64]",
            "tdpbusd tmm1, tmm6, tmm7",
            "tileloadd tmm7, [{w} + {by} + 128]",
            "tdpbusd tmm2, tmm6, tmm7",
            "add {x}, 64",
            "add {w}, {turn}",
            "dec {turns}",
            "jnz 2b",
            "tilestored [{sums} + {by}], tmm0",
            "tilestored [{sums} + {by} + 64], tmm1",
            "tilestored [{sums} + {by} + 128], tmm2",
            "tilerelease",
            shape = in(reg) &raw const shape,
            x = inout(reg) x => _,
            stride = in(reg) stride,
            w = inout(reg) weights.as_ptr() => _,
            by = in(reg) SUMS,
            turn = const DEPTH * WEIGHTS,
            turns = inout(reg) weights.len() / DEPTH => _,
            sums = in(reg) sums,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
}
