//! Vectors in the registers of AVX-512: twice as many lanes as [`avx2`], and the same bits in each.

use super::avx2;
use super::registers::register_lanes;
use pulp::x86::V4;
use pulp::{cast, f32x8, f32x16, f64x4, f64x8};
use std::arch::x86_64::__m512i;
use std::convert::identity;

/// One half of the lanes added to the other, which are then those of AVX2.
#[inline(always)]
fn sum_f32(v4: V4, v: f32x16) -> f32 {
    let [low, high]: [f32x8; 2] = cast(v);
    avx2::sum_f32(*v4, v4.add_f32x8(low, high))
}

#[inline(always)]
fn sum_f64(v4: V4, v: f64x8) -> f64 {
    let [low, high]: [f64x4; 2] = cast(v);
    avx2::sum_f64(*v4, v4.add_f64x4(low, high))
}

register_lanes! {
    V4, 32, f32, u32, f32x16, 16, splat_f32x16 add_f32x16 sub_f32x16 mul_f32x16 div_f32x16
    mul_add_f32x16 negate_mul_add_f32x16 and_f32x16 or_f32x16 cmp_lt_f32x16 select_f32x16,
    __m512i, u32, avx512f._mm512_set1_epi32(i32), avx512f._mm512_add_epi32 _mm512_sub_epi32 _mm512_slli_epi32 _mm512_srli_epi32,
    partial_load_f32s partial_store_f32s,
    @ avx512f._mm512_min_ps _mm512_max_ps,
    Self = identity, sum_f32
}

register_lanes! {
    V4, 32, f64, u64, f64x8, 8, splat_f64x8 add_f64x8 sub_f64x8 mul_f64x8 div_f64x8
    mul_add_f64x8 negate_mul_add_f64x8 and_f64x8 or_f64x8 cmp_lt_f64x8 select_f64x8,
    __m512i, u32, avx512f._mm512_set1_epi64(i64), avx512f._mm512_add_epi64 _mm512_sub_epi64 _mm512_slli_epi64 _mm512_srli_epi64,
    partial_load_f64s partial_store_f64s,
    @ avx512f._mm512_min_pd _mm512_max_pd,
    Self = identity, sum_f64
}
