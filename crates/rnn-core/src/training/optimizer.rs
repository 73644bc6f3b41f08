//! Optimizers: how gradients change parameters, element by element over the flat slice.

use super::schedule::Schedule;
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::numeric::{Kernel, Lanes, zeros};

/// A method of descent and its constants.
///
/// With the gradient g, the learning rate lr (as the schedule has it at this step) and the step's number t, counted
/// from 1:
///
/// ```text
/// SGD       v ← μ·v + g                               p ← p − lr · v          v starts at 0
///   Nesterov                                          p ← p − lr · (g + μ·v)
/// Adagrad   a ← a + g²                                p ← p − lr · g / (√a + ε)
/// RMSProp   a ← α·a + (1 − α)·g²                      p ← p − lr · g / (√a + ε)     a starts at 0
/// Adam      m ← m + (1 − β₁)·(g − m)                  m and v start at 0
///           v ← β₂·v + (1 − β₂)·g²                    p ← p − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// AdamW     first p ← p − lr·λ·p, then as Adam
/// ```
///
/// These are PyTorch's forms, but for Adagrad, which is PyTorch's with a = 0 at the start and ε = 10⁻¹⁰ and
/// TensorFlow's with a = 0.1 and ε = 0. Sources: Polyak, "Some methods of speeding up the convergence of iteration
/// methods", 1964; Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013
/// (Nesterov); Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011; Tieleman and Hinton, "Lecture 6.5 —
/// RMSProp", 2012; Kingma and Ba, "Adam", 2015; Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Stochastic gradient descent.
    Sgd {
        /// μ, from 0 (none) to less than 1.
        momentum: f64,
        /// Whether the momentum is Nesterov's.
        nesterov: bool,
    },
    /// Adagrad.
    Adagrad {
        /// What a starts at.
        initial_accumulator: f64,
        /// ε.
        epsilon: f64,
    },
    /// RMSProp.
    RmsProp {
        /// α, from 0 to less than 1.
        rms_decay: f64,
        /// ε.
        epsilon: f64,
    },
    /// Adam.
    Adam {
        /// β₁, from 0 to less than 1.
        beta1: f64,
        /// β₂, from 0 to less than 1.
        beta2: f64,
        /// ε.
        epsilon: f64,
    },
    /// Adam with decoupled weight decay.
    AdamW {
        /// β₁, from 0 to less than 1.
        beta1: f64,
        /// β₂, from 0 to less than 1.
        beta2: f64,
        /// ε.
        epsilon: f64,
        /// λ.
        weight_decay: f64,
    },
}

impl Method {
    /// Plain gradient descent.
    pub const SGD: Self = Self::Sgd { momentum: 0.0, nesterov: false };
    /// Adagrad as in TensorFlow, and in the tutorial.
    pub const ADAGRAD: Self = Self::Adagrad { initial_accumulator: 0.1, epsilon: 0.0 };
    /// Adagrad as in PyTorch.
    pub const ADAGRAD_PYTORCH: Self = Self::Adagrad { initial_accumulator: 0.0, epsilon: 1e-10 };
    /// RMSProp with PyTorch's constants.
    pub const RMSPROP: Self = Self::RmsProp { rms_decay: 0.99, epsilon: 1e-8 };
    /// Adam with the paper's constants.
    pub const ADAM: Self = Self::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    /// AdamW with PyTorch's constants.
    pub const ADAMW: Self = Self::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };

    /// Makes sure of its constants, as the net's number type `T` has them.
    ///
    /// # Errors
    /// [`Error::Range`] with the name that the constant has above.
    pub fn check<T: Scalar>(&self) -> Result<(), Error> {
        let share = |name, value: f64| ((0.0..1.0).contains(&value), name, value, "from 0 to less than 1");
        let holds = |value: f64| value >= 0.0 && T::narrow(value).is_finite();
        let at_least_0 = |name, value: f64| (holds(value), name, value, "a number of at least 0");
        // What it is added to can be 0.
        let divisor = |name, value: f64| (is_positive::<T>(value), name, value, "a number greater than 0");
        let constants = match *self {
            Self::Sgd { momentum, nesterov } => {
                let nesterov_too = (!nesterov || momentum > 0.0, "momentum", momentum, "greater than 0 for Nesterov's");
                vec![share("momentum", momentum), nesterov_too]
            }
            Self::Adagrad { initial_accumulator, epsilon } => {
                let allowed = "greater than 0 where the accumulator starts at 0";
                let either = is_positive::<T>(initial_accumulator) || is_positive::<T>(epsilon);
                vec![
                    at_least_0("initial_accumulator", initial_accumulator),
                    at_least_0("epsilon", epsilon),
                    (either, "epsilon", epsilon, allowed),
                ]
            }
            Self::RmsProp { rms_decay, epsilon } => vec![share("rms_decay", rms_decay), divisor("epsilon", epsilon)],
            Self::Adam { beta1, beta2, epsilon } => {
                vec![share("beta1", beta1), share("beta2", beta2), divisor("epsilon", epsilon)]
            }
            Self::AdamW { beta1, beta2, epsilon, weight_decay } => vec![
                share("beta1", beta1),
                share("beta2", beta2),
                divisor("epsilon", epsilon),
                at_least_0("weight_decay", weight_decay),
            ],
        };
        match constants.into_iter().find(|(right, ..)| !right) {
            Some((_, name, value, allowed)) => Err(Error::Range { name, value, allowed }),
            None => Ok(()),
        }
    }

    /// The names of what it remembers of each parameter.
    pub(crate) fn memories(&self) -> &'static [&'static str] {
        match self {
            Self::Sgd { momentum, .. } if *momentum == 0.0 => &[],
            Self::Sgd { .. } => &["velocity"],
            Self::Adagrad { .. } | Self::RmsProp { .. } => &["accumulator"],
            Self::Adam { .. } | Self::AdamW { .. } => &["first_moment", "second_moment"],
        }
    }
}

/// How far gradients may go. The default lets them go.
///
/// Before a step, gradients can be clipped (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural
/// networks", 2013): first each element to −c .. c, then all of them together, multiplied by c / ‖g‖ where their
/// Euclidean norm ‖g‖ is greater than c.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clip {
    /// The greatest absolute value of an element.
    pub value: Option<f64>,
    /// The greatest Euclidean norm of all elements.
    pub norm: Option<f64>,
}

impl Clip {
    /// Makes sure of its limits, as the net's number type `T` has them.
    ///
    /// # Errors
    /// [`Error::Range`] for one that is not a number greater than 0.
    pub fn check<T: Scalar>(&self) -> Result<(), Error> {
        for (name, limit) in [("clip_value", self.value), ("clip_norm", self.norm)] {
            if let Some(value) = limit.filter(|limit| !is_positive::<T>(*limit)) {
                return Err(Error::Range { name, value, allowed: "a number greater than 0" });
            }
        }
        Ok(())
    }

    /// Clips in place, given the norm as it is before.
    fn apply<T: Scalar>(&self, gradients: &mut [T], norm: f64) {
        let mut norm = norm;
        if let Some(limit) = self.value {
            let limit = T::narrow(limit);
            // Written so that what is not a number stays what it is.
            for g in &mut *gradients {
                *g = if *g > limit {
                    limit
                } else if *g < -limit {
                    -limit
                } else {
                    *g
                };
            }
            norm = euclidean_norm(gradients);
        }
        if let Some(limit) = self.norm.filter(|limit| norm > *limit) {
            let factor = T::narrow(limit / norm);
            gradients.iter_mut().for_each(|g| *g *= factor);
        }
    }
}

/// Whether a number is one greater than 0 in the net's own type too.
fn is_positive<T: Scalar>(value: f64) -> bool {
    let value = T::narrow(value);
    value > T::zero() && value.is_finite()
}

/// The Euclidean norm, summed up in `f64`.
pub(crate) fn euclidean_norm<T: Scalar>(values: &[T]) -> f64 {
    // Eight sums side by side, as vector instructions take them.
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        sums.iter_mut().zip(eight).for_each(|(sum, value)| *sum += value.widen() * value.widen());
    }
    sums.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value.widen() * value.widen());
    let sum = sums.into_iter().sum::<f64>();
    if sum.is_normal() || sum.is_nan() {
        return sum.sqrt();
    }
    // Squares can be beyond the largest or below the smallest numbers; those of numbers near 1 are not.
    let scaled = |unit: f64| values.iter().map(|value| (value.widen() / unit).powi(2)).sum::<f64>();
    let greatest = values.iter().map(|value| value.widen().abs()).fold(0.0, f64::max);
    if greatest == 0.0 || greatest.is_infinite() { greatest } else { greatest * scaled(greatest).sqrt() }
}

/// What makes parameters better, given the loss's gradient: a method, its learning rate, and what it remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer<T> {
    pub(crate) method: Method,
    pub(crate) learning_rate: f64,
    pub(crate) schedule: Schedule,
    pub(crate) clip: Clip,
    /// How many steps it has made.
    pub(crate) steps: u64,
    /// One slice for each of the method's memories, as the parameters.
    pub(crate) memories: Vec<Vec<T>>,
    parameters: usize,
}

impl<T: Scalar> Optimizer<T> {
    /// An optimizer for `parameters` parameters, with a constant learning rate and without clipping.
    ///
    /// # Errors
    /// [`Error::LearningRate`] unless it is a number greater than 0 in the net's own type; those of [`Method::check`];
    /// [`Error::OutOfMemory`].
    pub fn new(method: Method, learning_rate: f64, parameters: usize) -> Result<Self, Error> {
        Self::check_learning_rate(learning_rate)?;
        method.check::<T>()?;
        let memory = |_| zeros("the optimizer's memory", parameters, 1).map(|memory| memory.data.into());
        let mut memories = method.memories().iter().map(memory).collect::<Result<Vec<Vec<T>>, _>>()?;
        if let Method::Adagrad { initial_accumulator, .. } = method {
            memories[0].fill(T::narrow(initial_accumulator));
        }
        let (schedule, clip) = (Schedule::default(), Clip::default());
        Ok(Self { method, learning_rate, schedule, clip, steps: 0, memories, parameters })
    }

    /// The same with a schedule.
    ///
    /// # Errors
    /// Those of [`Schedule::check`].
    pub fn with_schedule(self, schedule: Schedule) -> Result<Self, Error> {
        schedule.check()?;
        Ok(Self { schedule, ..self })
    }

    /// The same with clipping.
    ///
    /// # Errors
    /// Those of [`Clip::check`].
    pub fn with_clip(self, clip: Clip) -> Result<Self, Error> {
        clip.check::<T>()?;
        Ok(Self { clip, ..self })
    }

    /// Makes sure that a learning rate is a number greater than 0 in the net's own type.
    ///
    /// # Errors
    /// [`Error::LearningRate`].
    pub fn check_learning_rate(learning_rate: f64) -> Result<(), Error> {
        if is_positive::<T>(learning_rate) {
            Ok(())
        } else {
            Err(Error::LearningRate { learning_rate, dtype: std::any::type_name::<T>() })
        }
    }

    /// The learning rate of the next step.
    #[must_use]
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate * self.schedule.factor(self.steps)
    }

    /// Makes sure that it was made for this many parameters.
    pub(crate) fn check_count(&self, parameters: usize) -> Result<(), Error> {
        check_length("parameters", self.parameters, parameters)
    }

    /// Clips `gradients` and changes `parameters`.
    ///
    /// # Errors
    /// [`Error::Length`] for another number of parameters or gradients than it was made for.
    pub fn step(&mut self, parameters: &mut [T], gradients: &mut [T]) -> Result<(), Error> {
        check_length("gradients", self.parameters, gradients.len())?;
        let norm = if self.clip == Clip::default() { 0.0 } else { euclidean_norm(gradients) };
        self.step_with_norm(parameters, gradients, norm)
    }

    /// The same for gradients whose norm is known.
    pub(crate) fn step_with_norm(&mut self, parameters: &mut [T], gradients: &mut [T], norm: f64) -> Result<(), Error> {
        self.check_count(parameters.len())?;
        check_length("gradients", self.parameters, gradients.len())?;
        self.clip.apply(gradients, norm);
        let rate = self.learning_rate();
        // A checkpoint can say any number.
        self.steps = self.steps.saturating_add(1);
        T::run(Descent { optimizer: self, rate, parameters, gradients });
        Ok(())
    }

    /// `lr` is `rate` in the net's own type.
    #[inline(always)]
    fn descend(&mut self, lr: T, rate: f64, parameters: &mut [T], gradients: &[T]) {
        let narrow = T::narrow;
        let both = parameters.iter_mut().zip(gradients);
        match (self.method, &mut self.memories[..]) {
            (Method::Sgd { momentum, nesterov }, [velocity]) => {
                let momentum = narrow(momentum);
                for ((p, &g), v) in both.zip(velocity) {
                    *v = momentum * *v + g;
                    *p -= lr * if nesterov { g + momentum * *v } else { *v };
                }
            }
            (Method::Adagrad { epsilon, .. }, [accumulator]) => {
                let epsilon = narrow(epsilon);
                for ((p, &g), a) in both.zip(accumulator) {
                    *a += g * g;
                    *p -= lr * g / (a.sqrt() + epsilon);
                }
            }
            (Method::RmsProp { rms_decay, epsilon }, [accumulator]) => {
                let (decay, rest, epsilon) = (narrow(rms_decay), narrow(1.0 - rms_decay), narrow(epsilon));
                for ((p, &g), a) in both.zip(accumulator) {
                    *a = decay * *a + rest * g * g;
                    *p -= lr * g / (a.sqrt() + epsilon);
                }
            }
            (Method::Adam { beta1, beta2, epsilon } | Method::AdamW { beta1, beta2, epsilon, .. }, [first, second]) => {
                let steps = self.steps as f64;
                let lr = narrow(rate / (1.0 - beta1.powf(steps)));
                let second_scale = narrow((1.0 - beta2.powf(steps)).sqrt());
                let shrink = match self.method {
                    Method::AdamW { weight_decay, .. } => narrow(1.0 - rate * weight_decay),
                    _ => T::one(),
                };
                let (rest1, beta2, rest2, epsilon) =
                    (narrow(1.0 - beta1), narrow(beta2), narrow(1.0 - beta2), narrow(epsilon));
                for (((p, &g), m), v) in both.zip(first).zip(second) {
                    *m += rest1 * (g - *m);
                    *v = beta2 * *v + rest2 * g * g;
                    *p = *p * shrink - lr * *m / (v.sqrt() / second_scale + epsilon);
                }
            }
            // Gradient descent without momentum, which alone remembers nothing.
            _ => both.for_each(|(p, &g)| *p -= lr * g),
        }
    }
}

/// A step of an optimizer, whose loops the compiler makes vectors of.
struct Descent<'a, T> {
    optimizer: &'a mut Optimizer<T>,
    rate: f64,
    parameters: &'a mut [T],
    gradients: &'a [T],
}

impl<T: Scalar> Kernel<T> for Descent<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, _lanes: S) {
        self.optimizer.descend(T::narrow(self.rate), self.rate, self.parameters, self.gradients);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Decay;

    const ALL: [Method; 6] =
        [Method::SGD, Method::ADAGRAD, Method::ADAGRAD_PYTORCH, Method::RMSPROP, Method::ADAM, Method::ADAMW];

    /// One parameter that starts at 1, after each of some gradients.
    fn path(mut optimizer: Optimizer<f64>, gradients: &[f64]) -> Vec<f64> {
        let mut parameters = [1.0];
        let mut step = |&g: &f64| {
            optimizer.step(&mut parameters, &mut [g]).unwrap();
            parameters[0]
        };
        gradients.iter().map(&mut step).collect()
    }

    /// Worked out by hand: 0.1 + 0.3² = 0.19, then 0.19 + 0.9² = 1.
    #[test]
    fn adagrad_by_hand() {
        let [first, second] = path(Optimizer::new(Method::ADAGRAD, 0.5, 1).unwrap(), &[0.3, -0.9])[..] else {
            panic!()
        };
        assert!((first - (1.0 - 0.15 / 0.19_f64.sqrt())).abs() < 1e-15);
        assert!((second - (first + 0.45)).abs() < 1e-15);
    }

    /// Adam's first step is the learning rate, whatever the gradient; AdamW's has the decay in addition.
    #[test]
    fn first_steps_of_adam() {
        for g in [1e-3, -20.0] {
            let adam = path(Optimizer::new(Method::ADAM, 0.25, 1).unwrap(), &[g])[0];
            assert!((adam - (1.0 - 0.25 * f64::signum(g))).abs() < 1e-5, "{adam}");
            let adamw = path(Optimizer::new(Method::ADAMW, 0.25, 1).unwrap(), &[g])[0];
            assert!((adamw - (adam - 0.25 * 0.01)).abs() < 1e-15);
        }
    }

    #[test]
    fn gradients_are_clipped_by_value_and_then_by_norm() {
        let sgd = || Optimizer::<f64>::new(Method::SGD, 1.0, 2).unwrap();
        let stepped = |clip, gradients: [f64; 2]| {
            let (mut parameters, mut gradients) = ([0.0; 2], gradients);
            sgd().with_clip(clip).unwrap().step(&mut parameters, &mut gradients).unwrap();
            assert_eq!(parameters, gradients.map(|g| -g));
            gradients
        };
        let (value, norm) = (Some(4.0), Some(2.5));
        assert_eq!(stepped(Clip { value, norm: None }, [3.0, -9.0]), [3.0, -4.0]);
        assert_eq!(stepped(Clip { value: None, norm }, [3.0, -4.0]), [1.5, -2.0]);
        assert_eq!(stepped(Clip { value, norm }, [3.0, -9.0]), [1.5, -2.0]);
        assert_eq!(stepped(Clip { value: None, norm }, [1.5, 2.0]), [1.5, 2.0]);
        assert!(stepped_nan(sgd().with_clip(Clip { value, norm }).unwrap()));
    }

    /// 3, 4, 5 in units whose squares no `f64` holds.
    #[test]
    fn norms_of_great_and_small_numbers() {
        for unit in [1e-300, 1e-160, 1.0, 1e160, 1e300] {
            assert!((euclidean_norm(&[3.0 * unit, -4.0 * unit]) / (5.0 * unit) - 1.0).abs() < 1e-14, "{unit}");
        }
        assert_eq!([euclidean_norm::<f64>(&[]), euclidean_norm(&[0.0, -0.0])], [0.0; 2]);
        assert_eq!(euclidean_norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        assert!(euclidean_norm(&[f64::NAN, f64::INFINITY]).is_nan() && euclidean_norm(&[f32::NAN, 1.0]).is_nan());
        let mut gradients = [3e160_f64, 4e160];
        let clip = Clip { value: None, norm: Some(5.0) };
        Optimizer::new(Method::SGD, 1.0, 2)
            .unwrap()
            .with_clip(clip)
            .unwrap()
            .step(&mut [0.0; 2], &mut gradients)
            .unwrap();
        assert!((gradients[0] - 3.0).abs() < 1e-14 && (gradients[1] - 4.0).abs() < 1e-14);
    }

    /// What is not a number must not be clipped to one.
    fn stepped_nan(mut sgd: Optimizer<f64>) -> bool {
        let mut parameters = [0.0; 2];
        sgd.step(&mut parameters, &mut [f64::NAN, 1.0]).unwrap();
        parameters[0].is_nan()
    }

    #[test]
    fn the_schedule_counts_steps() {
        let schedule = Schedule { warmup: 2, decay: Decay::Step { steps: 1, factor: 0.5 } };
        let sgd = Optimizer::new(Method::SGD, 1.0, 1).unwrap().with_schedule(schedule).unwrap();
        assert_eq!(sgd.learning_rate(), 0.5);
        assert_eq!(path(sgd, &[1.0; 4]), [0.5, -0.5, -1.5, -2.0]);
    }

    #[test]
    fn a_learning_rate_must_be_positive_in_the_nets_own_type() {
        for method in ALL {
            for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
                assert!(matches!(Optimizer::<f64>::new(method, rate, 3), Err(Error::LearningRate { .. })));
            }
            for rate in [1e39, 1e-60] {
                assert!(Optimizer::<f64>::new(method, rate, 3).is_ok());
                assert!(Optimizer::<f32>::new(method, rate, 3).is_err());
            }
        }
    }

    #[test]
    fn constants_out_of_range_are_named() {
        let adam = |beta1, epsilon| Method::Adam { beta1, beta2: 0.999, epsilon };
        let cases = [
            (Method::Sgd { momentum: 1.0, nesterov: false }, "momentum is 1.0: it must be from 0 to less than 1"),
            (
                Method::Sgd { momentum: 0.0, nesterov: true },
                "momentum is 0.0: it must be greater than 0 for Nesterov's",
            ),
            (adam(f64::NAN, 1e-8), "beta1 is NaN: it must be from 0 to less than 1"),
            (adam(0.9, -1.0), "epsilon is -1.0: it must be a number greater than 0"),
            (adam(0.9, 1e-60), "epsilon is 1e-60: it must be a number greater than 0"),
            (
                Method::Adagrad { initial_accumulator: 1e60, epsilon: 0.0 },
                "initial_accumulator is 1e60: it must be a number of at least 0",
            ),
            (
                Method::AdamW { beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weight_decay: 1e60 },
                "weight_decay is 1e60: it must be a number of at least 0",
            ),
            (
                Method::Adagrad { initial_accumulator: 0.0, epsilon: 0.0 },
                "epsilon is 0.0: it must be greater than 0 where the accumulator starts at 0",
            ),
        ];
        for (method, message) in cases {
            assert_eq!(method.check::<f32>().unwrap_err().to_string(), message);
        }
        for limit in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-60, 1e60] {
            assert!(Clip { value: Some(limit), norm: None }.check::<f32>().is_err());
            assert!(Clip { value: None, norm: Some(limit) }.check::<f32>().is_err());
        }
    }

    #[test]
    fn slices_of_another_length_are_refused() {
        for method in ALL {
            let mut optimizer = Optimizer::<f32>::new(method, 0.1, 3).unwrap();
            let before = optimizer.clone();
            for (parameters, gradients) in [(2, 3), (3, 2), (4, 4), (0, 0)] {
                let stepped = optimizer.step(&mut vec![1.0; parameters], &mut vec![1.0; gradients]);
                assert!(matches!(stepped, Err(Error::Length { expected: 3, .. })));
                assert_eq!(optimizer, before);
            }
        }
    }
}
