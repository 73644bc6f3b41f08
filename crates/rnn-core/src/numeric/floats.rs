//! `f32` and `f64` as the numbers of a net: their constants, and how work is run on vectors of them.
#![allow(clippy::excessive_precision, reason = "constants as computed, to be rounded once")]

use super::lanes::Kernel;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use super::lanes::Lanes;
#[cfg(target_arch = "aarch64")]
use super::pair::Pair;
use super::portable::Portable;
use super::real::{Real, sealed};
use rand::Rng;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::marker::PhantomData;

/// Which instruction sets may be taken: 0 none in particular, 1 AVX2 or NEON, 2 AVX-512 too.
#[cfg(all(not(test), any(target_arch = "x86_64", target_arch = "aarch64")))]
const fn widest() -> usize {
    2
}

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
fn widest() -> usize {
    WIDEST.get()
}

#[cfg(test)]
thread_local! {
    static WIDEST: std::cell::Cell<usize> = const { std::cell::Cell::new(2) };
}

/// Does something with each of the instruction sets that this processor has, the narrowest first.
#[cfg(test)]
pub(crate) fn with_each_instruction_set<V>(mut work: impl FnMut() -> V) -> Vec<V> {
    let mut of = |widest| {
        WIDEST.set(widest);
        work()
    };
    let all = (0..=if cfg!(target_arch = "x86_64") { 2 } else { 1 }).map(&mut of).collect();
    WIDEST.set(2);
    all
}

/// A kernel and the vectors of `T` that it runs on.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
struct Run<T, K, S>(K, S, PhantomData<T>);

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
impl<T, K: Kernel<T>, S: Lanes<T>> pulp::NullaryFnOnce for Run<T, K, S> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.run(self.1)
    }
}

macro_rules! real {
    ($type:ty, $dtype:literal, $lanes:literal, $rounder:expr, $($name:ident = $value:expr;)*) => {
        impl sealed::Sealed for $type {}

        impl Real for $type {
            const WIDTH: usize = $lanes;
            const PANEL: usize = 2 * $lanes;
            const ROUNDER: Self = $rounder;
            const LOG2_E: Self = std::f64::consts::LOG2_E as Self;
            const INDICES: &'static [Self] = &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
            const SIMPLE: [Self; 4] = [0.0, 0.5, 1.0, 2.0];
            const NAME: &str = $dtype;
            $(const $name: real!(@type $name) = $value;)*

            #[inline]
            fn narrow(value: f64) -> Self {
                value as Self
            }

            #[inline]
            fn widen(self) -> f64 {
                f64::from(self)
            }

            fn write_le(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            fn unit_uniform<R: Rng + ?Sized>(rng: &mut R) -> Self {
                let digits = Self::MANTISSA_DIGITS;
                (rng.next_u64() >> (64 - digits)) as Self / (1_u64 << digits) as Self
            }

            #[inline(always)]
            fn run<K: Kernel<Self>>(kernel: K) -> K::Output {
                #[cfg(target_arch = "x86_64")]
                if let Some(avx2) = pulp::x86::V3::try_new().filter(|_| widest() >= 1) {
                    return avx2.vectorize(Run::<$type, _, _>(kernel, avx2, PhantomData));
                }
                #[cfg(target_arch = "aarch64")]
                if let Some(neon) = pulp::aarch64::Neon::try_new().filter(|_| widest() >= 1) {
                    return neon.vectorize(Run::<$type, _, _>(kernel, Pair(neon), PhantomData));
                }
                Self::run_portably(kernel)
            }

            #[inline(always)]
            fn run_wide<K: Kernel<Self>>(kernel: K) -> K::Output {
                #[cfg(target_arch = "x86_64")]
                if let Some(avx512) = pulp::x86::V4::try_new().filter(|_| widest() >= 2) {
                    return avx512.vectorize(Run::<$type, _, _>(kernel, avx512, PhantomData));
                }
                Self::run(kernel)
            }

            #[inline(never)]
            fn run_portably<K: Kernel<Self>>(kernel: K) -> K::Output {
                kernel.run(Portable)
            }
        }
    };
    (@type EXP) => { &'static [Self] };
    (@type LN) => { &'static [Self] };
    (@type $name:ident) => { Self };
}

real! { f32, "F32", 8, 12_582_912.0, // 1.5 · 2²³
    LN_2_HIGH = 0.693_359_375; // 10 bits
    LN_2_LOW = -2.121_944_400_546_905_8e-4;
    EXP = &[0.500_000_002_695_144_3, 0.166_665_769_701_691_601, 0.041_666_375_114_281_759,
        0.008_363_181_228_719_957, 0.001_394_112_556_680_738];
    LN = &[0.666_666_853_228_008_482, 0.399_886_958_335_911_985, 0.295_830_877_878_916_559];
    EXP_LOW = -87.0;
    EXP_HIGH = 88.0;
    TANH_HIGH = 20.0;
}

real! { f64, "F64", 4, 6_755_399_441_055_744.0, // 1.5 · 2⁵²
    LN_2_HIGH = 0.693_147_180_369_123_816_49; // 33 bits
    LN_2_LOW = 1.908_214_929_270_587_700_02e-10;
    EXP = &[0.5, 0.166_666_666_666_666_71, 0.041_666_666_666_666_683_8, 0.008_333_333_333_326_134_83,
        0.001_388_888_888_887_438_63, 1.984_126_987_482_144_68e-4, 2.480_158_734_737_128_98e-5,
        2.755_725_539_933_988_31e-6, 2.755_725_287_942_964_72e-7, 2.510_521_731_757_315_68e-8,
        2.092_160_111_521_710_14e-9];
    LN = &[0.666_666_666_666_666_975, 0.399_999_999_998_978_845, 0.285_714_286_266_524_481,
        0.222_222_110_316_334_655, 0.181_828_962_134_313_841, 0.153_314_976_318_895_914,
        0.146_190_981_085_430_211];
    EXP_LOW = -708.0;
    EXP_HIGH = 709.0;
    TANH_HIGH = 40.0;
}
