//! Asking for values before they are needed.

#![allow(unsafe_code, reason = "the processor's instruction for it")]

/// Asks that the cache line of the first value be brought into the second-level cache. It changes nothing but time.
#[allow(clippy::inline_always, reason = "it is one instruction")]
#[inline(always)]
pub fn fetch_ahead(values: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: every processor of this kind has the instruction; it may be given any address, and reads nothing that
        // the program could see.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(values.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
