//! Vectors in the registers of AVX2 and FMA.

use super::pair::Pair;
use super::registers::register_lanes;
use pulp::x86::V3;
use pulp::{cast, f32x4, f32x8, f64x2, f64x4};
use std::arch::x86_64::__m256i;

#[inline(always)]
pub(super) fn sum_f32(v3: V3, v: f32x8) -> f32 {
    let [low, high]: [f32x4; 2] = cast(v);
    let four = v3.sse._mm_add_ps(cast(low), cast(high));
    let two = v3.sse._mm_add_ps(four, v3.sse._mm_movehl_ps(four, four));
    v3.sse._mm_cvtss_f32(v3.sse._mm_add_ss(two, v3.sse3._mm_movehdup_ps(two)))
}

#[inline(always)]
pub(super) fn sum_f64(v3: V3, v: f64x4) -> f64 {
    let [low, high]: [f64x2; 2] = cast(v);
    let two = v3.sse2._mm_add_pd(cast(low), cast(high));
    v3.sse2._mm_cvtsd_f64(v3.sse2._mm_add_sd(two, v3.sse2._mm_unpackhi_pd(two, two)))
}

/// Two rows of a square to the neighbouring numbers of both, those in the low and those in the high half of each half.
macro_rules! neighbours {
    ($avx:ident $low:ident $high:ident, $a:expr, $b:expr) => {
        ($avx.$low(cast($a), cast($b)), $avx.$high(cast($a), cast($b)))
    };
}

#[inline(always)]
fn transpose_f32(v3: V3, [a, b, c, d, e, f, g, h]: [f32x8; 8]) -> [f32x8; 8] {
    let avx = v3.avx;
    macro_rules! fours {
        ($a:ident $b:ident $c:ident $d:ident) => {{
            let (ab, ab_high) = neighbours!(avx _mm256_unpacklo_ps _mm256_unpackhi_ps, $a, $b);
            let (cd, cd_high) = neighbours!(avx _mm256_unpacklo_ps _mm256_unpackhi_ps, $c, $d);
            [
                avx._mm256_shuffle_ps::<0x44>(ab, cd),
                avx._mm256_shuffle_ps::<0xee>(ab, cd),
                avx._mm256_shuffle_ps::<0x44>(ab_high, cd_high),
                avx._mm256_shuffle_ps::<0xee>(ab_high, cd_high),
            ]
        }};
    }
    macro_rules! halves {
        ($which:literal, $number:literal, $above:ident $below:ident) => {
            cast(avx._mm256_permute2f128_ps::<$which>($above[$number], $below[$number]))
        };
    }
    let (above, below) = (fours!(a b c d), fours!(e f g h));
    [
        halves!(0x20, 0, above below),
        halves!(0x20, 1, above below),
        halves!(0x20, 2, above below),
        halves!(0x20, 3, above below),
        halves!(0x31, 0, above below),
        halves!(0x31, 1, above below),
        halves!(0x31, 2, above below),
        halves!(0x31, 3, above below),
    ]
}

#[inline(always)]
fn transpose_f64(v3: V3, [a, b, c, d]: [f64x4; 4]) -> [f64x4; 4] {
    let avx = v3.avx;
    let (ab, ab_high) = neighbours!(avx _mm256_unpacklo_pd _mm256_unpackhi_pd, a, b);
    let (cd, cd_high) = neighbours!(avx _mm256_unpacklo_pd _mm256_unpackhi_pd, c, d);
    [
        cast(avx._mm256_permute2f128_pd::<0x20>(ab, cd)),
        cast(avx._mm256_permute2f128_pd::<0x20>(ab_high, cd_high)),
        cast(avx._mm256_permute2f128_pd::<0x31>(ab, cd)),
        cast(avx._mm256_permute2f128_pd::<0x31>(ab_high, cd_high)),
    ]
}

register_lanes! {
    V3, 16, f32, u32, f32x8, 8, splat_f32x8 add_f32x8 sub_f32x8 mul_f32x8 div_f32x8
    mul_add_f32x8 negate_mul_add_f32x8 and_f32x8 or_f32x8 cmp_lt_f32x8 select_f32x8,
    __m256i, i32, avx._mm256_set1_epi32(i32), avx2._mm256_add_epi32 _mm256_sub_epi32 _mm256_slli_epi32 _mm256_srli_epi32,
    partial_load_f32s partial_store_f32s,
    @ avx._mm256_min_ps _mm256_max_ps,
    Pair<Self> = Pair, sum_f32, transpose_f32
}

register_lanes! {
    V3, 16, f64, u64, f64x4, 4, splat_f64x4 add_f64x4 sub_f64x4 mul_f64x4 div_f64x4
    mul_add_f64x4 negate_mul_add_f64x4 and_f64x4 or_f64x4 cmp_lt_f64x4 select_f64x4,
    __m256i, i32, avx._mm256_set1_epi64x(i64), avx2._mm256_add_epi64 _mm256_sub_epi64 _mm256_slli_epi64 _mm256_srli_epi64,
    partial_load_f64s partial_store_f64s,
    @ avx._mm256_min_pd _mm256_max_pd,
    Pair<Self> = Pair, sum_f64, transpose_f64
}
