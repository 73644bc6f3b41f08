//! An optimizer: a method, its learning rate, clipping, and what it remembers.

use super::clip::{Clip, euclidean_norm};
use super::constants::is_positive;
use super::descent::Step;
use super::method::Method;
use crate::error::{Error, check_length};
use crate::kernels::Scalar;
use crate::numeric::{Kernel, Lanes, flat_zeros};
use crate::training::schedule::Schedule;

/// What makes parameters better, given the loss's gradient: a method, its learning rate, and what it remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer<T> {
    pub(crate) method: Method,
    pub(crate) learning_rate: f64,
    pub(crate) schedule: Schedule,
    pub(crate) clip: Clip,
    /// How many steps it has made.
    pub(crate) steps: u64,
    /// One slice for each thing that the method remembers, as the parameters.
    pub(crate) remembered: Vec<Vec<T>>,
    parameters: usize,
}

impl<T: Scalar> Optimizer<T> {
    /// An optimizer for `parameters` parameters, with a constant learning rate and without clipping.
    ///
    /// # Errors
    /// [`Error::LearningRate`] unless it is a number greater than 0 in the net's own type; those of [`Method::check`];
    /// [`Error::OutOfMemory`].
    pub fn new(method: impl Into<Method>, learning_rate: f64, parameters: usize) -> Result<Self, Error> {
        let method = method.into();
        Self::check_learning_rate(learning_rate)?;
        method.check::<T>()?;
        let memory = |_| flat_zeros("the optimizer's memory", parameters, 1);
        let mut remembered = method.remembers().iter().map(memory).collect::<Result<Vec<Vec<T>>, _>>()?;
        remembered.iter_mut().for_each(|memory| memory.fill(T::narrow(method.start())));
        let (schedule, clip) = (Schedule::default(), Clip::default());
        Ok(Self { method, learning_rate, schedule, clip, steps: 0, remembered, parameters })
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
        check_length("parameters", self.parameters, parameters.len())?;
        check_length("gradients", self.parameters, gradients.len())?;
        self.clip.apply(gradients, norm);
        let rate = self.learning_rate();
        // A checkpoint can say any number.
        self.steps = self.steps.saturating_add(1);
        let (method, number, remembered) = (self.method, self.steps, &mut self.remembered[..]);
        T::run(Run(method, Step { rate, number, parameters, gradients, remembered }));
        Ok(())
    }
}

/// A step of a method, whose loops the compiler makes vectors of.
struct Run<'a, T>(Method, Step<'a, T>);

impl<T: Scalar> Kernel<T> for Run<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Lanes<T>>(self, _lanes: S) {
        self.0.step(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::clip::euclidean_norm;
    use super::super::{Adagrad, AdagradPytorch, Adam, AdamW, Sgd};
    use super::*;
    use crate::named::Named;
    use crate::training::schedule::Decay;

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
        let [first, second] = path(Optimizer::new(Adagrad::default(), 0.5, 1).unwrap(), &[0.3, -0.9])[..] else {
            panic!()
        };
        assert!((first - (1.0 - 0.15 / 0.19_f64.sqrt())).abs() < 1e-15);
        assert!((second - (first + 0.45)).abs() < 1e-15);
    }

    /// Adam's first step is the learning rate, whatever the gradient; AdamW's has the decay in addition.
    #[test]
    fn first_steps_of_adam() {
        for g in [1e-3, -20.0] {
            let adam = path(Optimizer::new(Adam::default(), 0.25, 1).unwrap(), &[g])[0];
            assert!((adam - (1.0 - 0.25 * f64::signum(g))).abs() < 1e-5, "{adam}");
            let adamw = path(Optimizer::new(AdamW::default(), 0.25, 1).unwrap(), &[g])[0];
            assert!((adamw - (adam - 0.25 * 0.01)).abs() < 1e-15);
        }
    }

    #[test]
    fn gradients_are_clipped_by_value_and_then_by_norm() {
        let sgd = || Optimizer::<f64>::new(Method::Sgd(Sgd::default()), 1.0, 2).unwrap();
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
        Optimizer::new(Sgd::default(), 1.0, 2)
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
        let sgd = Optimizer::new(Sgd::default(), 1.0, 1).unwrap().with_schedule(schedule).unwrap();
        assert_eq!(sgd.learning_rate(), 0.5);
        assert_eq!(path(sgd, &[1.0; 4]), [0.5, -0.5, -1.5, -2.0]);
    }

    #[test]
    fn a_learning_rate_must_be_positive_in_the_nets_own_type() {
        for &method in Method::ALL {
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
        let adam = |beta1, epsilon| Method::Adam(Adam { beta1, beta2: 0.999, epsilon });
        let cases = [
            (Method::Sgd(Sgd { momentum: 1.0, nesterov: false }), "momentum is 1.0: it must be from 0 to less than 1"),
            (
                Method::Sgd(Sgd { momentum: 0.0, nesterov: true }),
                "nesterov is true: it needs a momentum greater than 0",
            ),
            (adam(f64::NAN, 1e-8), "beta1 is NaN: it must be from 0 to less than 1"),
            (adam(0.9, -1.0), "epsilon is -1.0: it must be a number greater than 0"),
            (adam(0.9, 1e-60), "epsilon is 1e-60: it must be a number greater than 0"),
            (
                Method::AdamW(AdamW { beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weight_decay: 1e60 }),
                "weight_decay is 1e60: it must be a number of at least 0",
            ),
            (
                Method::AdagradPytorch(AdagradPytorch { epsilon: 0.0 }),
                "epsilon is 0.0: it must be a number greater than 0",
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
        for &method in Method::ALL {
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
