//! Vectors in the registers of NEON, which are half as long as those of AVX2: a [`Pair`] of them is a vector of usual width, with the same
//! bits in each lane.

use super::pair::Pair;
use super::registers::register_lanes;
use pulp::aarch64::Neon;
use pulp::{cast, f32x4, f64x2};
use std::arch::aarch64::{float64x2_t, uint32x4_t, uint64x2_t};

/// A line of a panel is four registers long.
#[inline(always)]
fn line(neon: Neon) -> Pair<Pair<Neon>> {
    Pair(Pair(neon))
}

#[inline(always)]
fn sum_f32(Neon { neon }: Neon, v: f32x4) -> f32 {
    let two = neon.vadd_f32(neon.vget_low_f32(cast(v)), neon.vget_high_f32(cast(v)));
    neon.vpadds_f32(two)
}

#[inline(always)]
fn sum_f64(Neon { neon }: Neon, v: f64x2) -> f64 {
    neon.vpaddd_f64(cast(v))
}

#[inline(always)]
fn transpose_f32(Neon { neon }: Neon, square: [f32x4; 4]) -> [f32x4; 4] {
    let [a, b, c, d] = square.map(cast);
    // The even and the odd numbers of two rows, each with its neighbour in the other row.
    let (ab, ab_odd) = (cast(neon.vtrn1q_f32(a, b)), cast(neon.vtrn2q_f32(a, b)));
    let (cd, cd_odd): (float64x2_t, _) = (cast(neon.vtrn1q_f32(c, d)), cast(neon.vtrn2q_f32(c, d)));
    [
        cast(neon.vtrn1q_f64(ab, cd)),
        cast(neon.vtrn1q_f64(ab_odd, cd_odd)),
        cast(neon.vtrn2q_f64(ab, cd)),
        cast(neon.vtrn2q_f64(ab_odd, cd_odd)),
    ]
}

#[inline(always)]
fn transpose_f64(Neon { neon }: Neon, [a, b]: [f64x2; 2]) -> [f64x2; 2] {
    [cast(neon.vtrn1q_f64(cast(a), cast(b))), cast(neon.vtrn2q_f64(cast(a), cast(b)))]
}

register_lanes! {
    Neon, 32, f32, u32, f32x4, 4, splat_f32x4 add_f32x4 sub_f32x4 mul_f32x4 div_f32x4
    mul_add_f32x4 negate_mul_add_f32x4 and_f32x4 or_f32x4 cmp_lt_f32x4 select_f32x4,
    uint32x4_t, i32, neon.vdupq_n_u32(u32), neon.vaddq_u32 vsubq_u32 vshlq_n_u32 vshrq_n_u32,
    partial_load_f32s partial_store_f32s,
    Pair<Pair<Self>> = line, sum_f32, transpose_f32
}

register_lanes! {
    Neon, 32, f64, u64, f64x2, 2, splat_f64x2 add_f64x2 sub_f64x2 mul_f64x2 div_f64x2
    mul_add_f64x2 negate_mul_add_f64x2 and_f64x2 or_f64x2 cmp_lt_f64x2 select_f64x2,
    uint64x2_t, i32, neon.vdupq_n_u64(u64), neon.vaddq_u64 vsubq_u64 vshlq_n_u64 vshrq_n_u64,
    partial_load_f64s partial_store_f64s,
    Pair<Pair<Self>> = line, sum_f64, transpose_f64
}
