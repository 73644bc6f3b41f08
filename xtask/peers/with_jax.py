"""JAX: a whole epoch in one compiled call, a scan over windows, in it a scan over time steps.

The input is projected for all time steps at once. What is fastest differs from size to size, so a work has several forms:
a product as a matrix product or, for few hidden units, as multiply and sum; with 16 time steps unrolled or without; a text's
inputs looked up in the input weights, or as one-hot rows in a product; an ensemble vmapped, or written out with the nets as
the last axis, which become the lanes of vectors.
"""

from functools import partial
from typing import Callable, NamedTuple

import jax
import jax.numpy as jnp

from works import ACCUMULATOR, LEARNING_RATE, make_data, make_weights

VERSION = jax.__version__
SMALL = 8
UNROLL = 16


class Form(NamedTuple):
    """`axis` is that of the features: the last, or the last but one where the nets are last."""

    name: str
    product: Callable = jnp.matmul
    unroll: int = 1
    axis: int = -1
    lookup: bool = False
    vmapped: bool = False


def sums(rows, matrix):
    return (rows[..., None] * matrix).sum(-2)


def sums_of_nets(rows, matrix):
    """Rows [.., from, nets], a matrix [from, to, nets]."""
    return (rows[..., None, :] * matrix).sum(-3)


def elman(form, weights, state, projected):
    h = jnp.tanh(projected + form.product(state[0], weights["wh"]))
    return (h,), h


def gru(form, weights, state, projected):
    (h,) = state
    xr, xz, xn = jnp.split(projected, 3, axis=form.axis)
    hr, hz, hn = jnp.split(form.product(h, weights["wh"]) + weights["bh"], 3, axis=form.axis)
    z = jax.nn.sigmoid(xz + hz)
    n = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
    h = (1 - z) * n + z * h
    return (h,), h


def lstm(form, weights, state, projected):
    h, c = state
    i, f, g, o = jnp.split(projected + form.product(h, weights["wh"]) + weights["bh"], 4, axis=form.axis)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


CELLS = {"elman": elman, "gru": gru, "lstm": lstm}


def project(work, form, weights, inputs):
    if form.lookup:
        return weights["wx"][inputs] + weights["bx"]
    if work.kind == "text":
        inputs = jax.nn.one_hot(inputs, work.input)
    return form.product(inputs, weights["wx"]) + weights["bx"]


def loss(work, form, weights, state, inputs, targets):
    """The sum over the nets of mean losses, of which each net has its own; these; the new state."""
    projected = project(work, form, weights, inputs)
    state, outputs = jax.lax.scan(partial(CELLS[work.cell], form, weights), state, projected, unroll=form.unroll)
    scores = jax.nn.log_softmax(form.product(outputs, weights["wo"]) + weights["bo"], axis=form.axis)
    picked = jnp.take_along_axis(scores, jnp.expand_dims(targets, form.axis), axis=form.axis)
    means = -picked.mean(axis=(0, 1, 2))
    return means.sum(), (means, state)


def adagrad(weight, square, slope):
    square = square + slope * slope
    return weight - LEARNING_RATE * slope / jnp.sqrt(square), square


def descent(rate):
    """Plain gradient descent, for checks."""
    return lambda weight, square, slope: (weight - rate * slope, square)


def make_epoch(work, form, update):
    gradient = jax.value_and_grad(partial(loss, work, form), has_aux=True)

    def step(carry, window):
        weights, squares, state = carry
        (_, (means, state)), slopes = gradient(weights, state, *window)
        both = {name: update(weights[name], squares[name], slopes[name]) for name in weights}
        weights, squares = ({name: pair[part] for name, pair in both.items()} for part in (0, 1))
        return (weights, squares, state), means

    if form.vmapped:
        step = jax.vmap(step)
    return lambda carry, windows: jax.lax.scan(step, carry, windows)


def build(work, form, windows, update=adagrad):
    epoch = jax.jit(make_epoch(work, form, update), donate_argnums=0)
    weights, data = make_weights(work), make_data(work, windows)
    zeros = jnp.zeros((*work.leading, work.batch, work.hidden))
    state = [zeros] * (1 + (work.cell == "lstm"))
    if form.axis == -2:
        weights = {name: jnp.moveaxis(weight, 0, -1) for name, weight in weights.items()}
        data = [jnp.moveaxis(values, 1, -1) for values in data]
        state = [jnp.moveaxis(zeros, 0, -1) for zeros in state]
    weights = jax.tree.map(jnp.array, weights)
    squares = jax.tree.map(lambda w: jnp.full_like(w, ACCUMULATOR), weights)
    data = tuple(jnp.asarray(values) for values in data)
    carry = weights, squares, tuple(jnp.array(zeros) for zeros in state)

    def run():
        nonlocal carry
        carry, losses = jax.block_until_ready(epoch(carry, data))
        return losses

    return run


def forms(work):
    if work.kind == "ensemble":
        vmapped = [
            Form("vmap, sums", sums, vmapped=True),
            Form("vmap, sums, unrolled", sums, UNROLL, vmapped=True),
        ]
        last = [
            Form("nets last", sums_of_nets, axis=-2),
            Form("nets last, unrolled", sums_of_nets, UNROLL, axis=-2),
        ]
        return {"jax vmap": vmapped, "jax": vmapped + last}
    if work.kind == "text":
        return {"jax": [Form("lookup", lookup=True), Form("product")]}
    if work.hidden <= SMALL:
        return {"jax": [Form("sums", sums), Form("sums, unrolled", sums, UNROLL)]}
    if work.cell == "elman":
        few = work.hidden <= 4 * SMALL and work.batch <= 2
        return {"jax": [Form("matmul"), Form("matmul, unrolled", unroll=UNROLL)] + [Form("sums", sums)] * few}
    return {"jax": [Form("matmul")]}


def name_of(form):
    return form.name
