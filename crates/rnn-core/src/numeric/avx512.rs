//! Vectors in the registers of AVX-512: twice as many lanes as [`avx2`](super::avx2), and the same bits in each.

use super::lanes::Lanes;
use pulp::x86::V4;
use pulp::{b8, b16, cast, f32x16, f64x8};
use std::arch::x86_64::__m512i;

macro_rules! avx512 {
    (
        $type:ty, $bits:ty, $vector:ident, $mask:ident, $lanes:literal, $splat:ident $add:ident $sub:ident $mul:ident $div:ident
        $mul_add:ident $neg_mul_add:ident $abs:ident $and:ident $or:ident $less:ident $select:ident
        $set_bits:ident($as_bits:ty) $add_bits:ident $sub_bits:ident $shl:ident $shr:ident
    ) => {
        impl Lanes<$type> for V4 {
            type Vector = $vector;

            type Line = Self;

            const WIDTH: usize = $lanes;
            const REGISTERS: usize = 32;

            #[inline(always)]
            fn line(self) -> Self {
                self
            }

            #[inline(always)]
            fn splat(self, x: $type) -> $vector {
                V4::$splat(self, x)
            }

            #[inline(always)]
            fn load(self, from: &[$type]) -> $vector {
                let (whole, _) = from.split_at($lanes);
                cast::<[$type; $lanes], $vector>(*whole.first_chunk().unwrap_or(&[0.0; $lanes]))
            }

            #[inline(always)]
            fn store(self, v: $vector, to: &mut [$type]) {
                to[..$lanes].copy_from_slice(&cast::<$vector, [$type; $lanes]>(v));
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                V4::$add(self, a, b)
            }

            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                V4::$sub(self, a, b)
            }

            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                V4::$mul(self, a, b)
            }

            #[inline(always)]
            fn div(self, a: $vector, b: $vector) -> $vector {
                V4::$div(self, a, b)
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                V4::$mul_add(self, a, b, c)
            }

            #[inline(always)]
            fn neg_mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                V4::$neg_mul_add(self, a, b, c)
            }

            #[inline(always)]
            fn abs(self, a: $vector) -> $vector {
                V4::$abs(self, a)
            }

            #[inline(always)]
            fn with_sign(self, a: $vector, b: $vector) -> $vector {
                V4::$or(self, a, V4::$and(self, b, V4::$splat(self, -0.0)))
            }

            #[inline(always)]
            fn if_less(self, a: $vector, b: $vector, yes: $vector, no: $vector) -> $vector {
                let less: $mask = V4::$less(self, a, b);
                V4::$select(self, less, yes, no)
            }

            #[inline(always)]
            fn sum(self, v: $vector) -> $type {
                let mut all: [$type; $lanes] = cast(v);
                let mut half = $lanes / 2;
                while half > 0 {
                    (0..half).for_each(|i| all[i] += all[i + half]);
                    half /= 2;
                }
                all[0]
            }

            #[inline(always)]
            fn power_of_two(self, rounded: $vector) -> $vector {
                const MANTISSA: u32 = <$type>::MANTISSA_DIGITS - 1;
                let bias = self.avx512f.$set_bits((1.0 as $type).to_bits() as $as_bits);
                let shifted = self.avx512f.$shl::<MANTISSA>(cast::<$vector, __m512i>(rounded));
                cast(self.avx512f.$add_bits(shifted, bias))
            }

            #[inline(always)]
            fn split(self, a: $vector) -> ($vector, $vector) {
                const MANTISSA: u32 = <$type>::MANTISSA_DIGITS - 1;
                let low = (std::f64::consts::FRAC_1_SQRT_2 as $type).to_bits();
                let bits = cast::<$vector, __m512i>(a);
                let k = self.avx512f.$shr::<MANTISSA>(
                    self.avx512f.$sub_bits(bits, self.avx512f.$set_bits(low as $as_bits)),
                );
                let m = self.avx512f.$sub_bits(bits, self.avx512f.$shl::<MANTISSA>(k));
                // A small whole number in the last bits of 2^(digits of the mantissa) is added to it.
                let great = (1 as $bits << MANTISSA) as $type;
                let sum = self.avx512f.$add_bits(k, self.avx512f.$set_bits(great.to_bits() as $as_bits));
                (V4::$sub(self, cast(sum), V4::$splat(self, great)), cast(m))
            }
        }
    };
}

avx512! {
    f32, u32, f32x16, b16, 16, splat_f32x16 add_f32x16 sub_f32x16 mul_f32x16 div_f32x16
    mul_add_f32x16 negate_mul_add_f32x16 abs_f32x16 and_f32x16 or_f32x16 cmp_lt_f32x16 select_f32x16
    _mm512_set1_epi32(i32) _mm512_add_epi32 _mm512_sub_epi32 _mm512_slli_epi32 _mm512_srli_epi32
}

avx512! {
    f64, u64, f64x8, b8, 8, splat_f64x8 add_f64x8 sub_f64x8 mul_f64x8 div_f64x8
    mul_add_f64x8 negate_mul_add_f64x8 abs_f64x8 and_f64x8 or_f64x8 cmp_lt_f64x8 select_f64x8
    _mm512_set1_epi64(i64) _mm512_add_epi64 _mm512_sub_epi64 _mm512_slli_epi64 _mm512_srli_epi64
}
