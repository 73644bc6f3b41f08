//! What AVX2, AVX-512 and NEON have alike: vectors of `pulp`, whose operations have the same form under other names.

/// Implements [`Lanes`](super::lanes::Lanes).
macro_rules! register_lanes {
    (
        $simd:ty, $registers:literal, $type:ty, $bits:ty, $vector:ident, $lanes:literal,
        $splat:ident $add:ident $sub:ident $mul:ident $div:ident
        $mul_add:ident $neg_mul_add:ident $and:ident $or:ident $less:ident $select:ident,
        $integers:ty, $count:ty, $set:ident.$set_bits:ident($as_bits:ty),
        $bits_of:ident.$add_bits:ident $sub_bits:ident $shl:ident $shr:ident,
        $load_some:ident $store_some:ident,
        $(@ $compare:ident.$lesser:ident $greater:ident,)?
        $line:ty = $make_line:path, $sum:path $(, $transpose:path)?
    ) => {
        impl $crate::numeric::lanes::Lanes<$type> for $simd {
            type Vector = $vector;
            type Line = $line;

            const WIDTH: usize = $lanes;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            fn line(self) -> $line {
                $make_line(self)
            }

            #[inline(always)]
            fn splat(self, x: $type) -> $vector {
                <$simd>::$splat(self, x)
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
            fn load_some(self, from: &[$type]) -> $vector {
                pulp::Simd::$load_some(self, from)
            }

            #[inline(always)]
            fn store_some(self, v: $vector, to: &mut [$type]) {
                pulp::Simd::$store_some(self, to, v);
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                <$simd>::$add(self, a, b)
            }

            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                <$simd>::$sub(self, a, b)
            }

            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                <$simd>::$mul(self, a, b)
            }

            #[inline(always)]
            fn div(self, a: $vector, b: $vector) -> $vector {
                <$simd>::$div(self, a, b)
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                <$simd>::$mul_add(self, a, b, c)
            }

            #[inline(always)]
            fn neg_mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                <$simd>::$neg_mul_add(self, a, b, c)
            }

            #[inline(always)]
            fn abs(self, a: $vector) -> $vector {
                <$simd>::$and(self, a, <$simd>::$splat(self, <$type>::from_bits(<$bits>::MAX >> 1)))
            }

            #[inline(always)]
            fn with_sign(self, a: $vector, b: $vector) -> $vector {
                <$simd>::$or(self, a, <$simd>::$and(self, b, <$simd>::$splat(self, -0.0)))
            }

            #[inline(always)]
            fn if_less(self, a: $vector, b: $vector, yes: $vector, no: $vector) -> $vector {
                <$simd>::$select(self, <$simd>::$less(self, a, b), yes, no)
            }

            $(
            #[inline(always)]
            fn lesser(self, a: $vector, b: $vector) -> $vector {
                cast(self.$compare.$lesser(cast(a), cast(b)))
            }

            #[inline(always)]
            fn greater(self, a: $vector, b: $vector) -> $vector {
                cast(self.$compare.$greater(cast(a), cast(b)))
            }
            )?

            #[inline(always)]
            fn sum(self, v: $vector) -> $type {
                $sum(self, v)
            }

            #[inline(always)]
            fn power_of_two(self, rounded: $vector) -> $vector {
                let bias = self.$set.$set_bits((1.0 as $type).to_bits() as $as_bits);
                let shifted = self.$bits_of.$shl::<MANTISSA>(cast::<$vector, $integers>(rounded));
                const MANTISSA: $count = <$type>::MANTISSA_DIGITS as $count - 1;
                cast(self.$bits_of.$add_bits(shifted, bias))
            }

            #[inline(always)]
            fn split(self, a: $vector) -> ($vector, $vector) {
                const MANTISSA: $count = <$type>::MANTISSA_DIGITS as $count - 1;
                let low = (std::f64::consts::FRAC_1_SQRT_2 as $type).to_bits();
                let bits = cast::<$vector, $integers>(a);
                let k = self.$bits_of.$shr::<MANTISSA>(
                    self.$bits_of.$sub_bits(bits, self.$set.$set_bits(low as $as_bits)),
                );
                let m = self.$bits_of.$sub_bits(bits, self.$bits_of.$shl::<MANTISSA>(k));
                // A small whole number in the last bits of 2^(digits of the mantissa) is added to it.
                let great = (1 as $bits << MANTISSA) as $type;
                let sum = self.$bits_of.$add_bits(k, self.$set.$set_bits(great.to_bits() as $as_bits));
                (<$simd>::$sub(self, cast(sum), <$simd>::$splat(self, great)), cast(m))
            }

            $(
            #[inline(always)]
            fn transpose(
                self,
                _width: usize,
                mut row: impl FnMut(usize) -> $vector,
                mut column: impl FnMut(usize, $vector),
            ) {
                let mut square = [<$simd>::$splat(self, 0.0); $lanes];
                for (number, to) in square.iter_mut().enumerate() {
                    *to = row(number);
                }
                let square = $transpose(self, square);
                for number in 0..$lanes {
                    column(number, square[number]);
                }
            }
            )?
        }
    };
}

pub(super) use register_lanes;
