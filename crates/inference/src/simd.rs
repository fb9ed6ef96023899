//! One source, compiled for any processor and for those with AVX2: the second is chosen where the program runs.

/// Defines a function whose body is compiled twice, the second time for AVX2 and fused multiply-add. The body gives the
/// same bits both times: it says itself where a multiplication and an addition are one (`f32::mul_add`), and in which order
/// it sums.
macro_rules! vectorised {
    ($(#[$doc:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $body:block) => {
        $(#[$doc])*
        $visibility fn $name($($argument: $type),*) {
            #[inline(always)]
            #[allow(clippy::inline_always, clippy::too_many_arguments, reason = "it is to be compiled into both")]
            fn body($($argument: $type),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments, reason = "those of the function")]
                fn with_avx2($($argument: $type),*) {
                    body($($argument),*);
                }
                if $crate::simd::has_avx2() {
                    #[expect(unsafe_code, reason = "a function for a processor feature")]
                    // SAFETY: the processor has the features that the function is compiled for.
                    unsafe {
                        with_avx2($($argument),*);
                    }
                    return;
                }
            }
            body($($argument),*);
        }
    };
}
pub(crate) use vectorised;

/// Whether the processor has AVX2 and fused multiply-add.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}
