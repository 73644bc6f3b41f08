//! The dense readout `y = h · W + b`, forward and backward over any number of rows.
//!
//! ```text
//! dW = hᵀ · dy,   db = column sums of dy,   dh = dy · Wᵀ        W [inputs, outputs], b [outputs]
//! ```

use crate::linalg::{add_column_sums, add_product, add_product_with_transposed, add_transposed_product, fill_rows};
use crate::{Place, Role, Scalar, Tensor};
use nalgebra::{DMatrixView, DMatrixViewMut};

/// A dense layer's sizes; its parameters are W, column-major, then b.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl Dense {
    /// How many parameters it has, if that can be counted.
    pub(crate) fn parameter_count(self) -> Option<usize> {
        self.inputs.checked_add(1)?.checked_mul(self.outputs)
    }

    pub(crate) fn tensors(self) -> [Tensor; 2] {
        let weight = Place::Stored { offset: 0, row_stride: self.inputs };
        let bias = Place::Stored { offset: self.inputs * self.outputs, row_stride: 1 };
        [
            Tensor::new("head.weight", &[self.outputs, self.inputs], Role::Weight, weight),
            Tensor::new("head.bias", &[self.outputs], Role::Bias, bias),
        ]
    }

    /// `y = h · W + b`, over `h [rows, inputs]` and `y [rows, outputs]`.
    pub(crate) fn forward<T: Scalar>(self, parameters: &[T], h: &DMatrixView<T>, y: &mut DMatrixViewMut<T>) {
        let (weight, bias) = parameters.split_at(self.inputs * self.outputs);
        fill_rows(y, bias);
        add_product(y, h, &DMatrixView::from_slice(weight, self.inputs, self.outputs));
    }

    /// Adds the derivatives by W and b to `d_parameters` and the one by `h` to `dh`.
    pub(crate) fn backward<T: Scalar>(
        self,
        parameters: &[T],
        h: &DMatrixView<T>,
        dy: &DMatrixView<T>,
        dh: &mut DMatrixViewMut<T>,
        d_parameters: &mut [T],
    ) {
        let weight = DMatrixView::from_slice(parameters, self.inputs, self.outputs);
        let (d_weight, d_bias) = d_parameters.split_at_mut(self.inputs * self.outputs);
        let mut dw = DMatrixViewMut::from_slice(d_weight, self.inputs, self.outputs);
        add_transposed_product(&mut dw, h, dy);
        add_column_sums(d_bias, dy);
        add_product_with_transposed(dh, dy, &weight);
    }
}
