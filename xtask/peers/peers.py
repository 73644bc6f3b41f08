"""The time of one training step of a small recurrent net in other libraries.

A step is: forward over a window of time steps from a carried state, a dense readout at every time step, the mean
softmax cross-entropy over window * batch rows, exact backpropagation through the window, one Adagrad step. The state
is carried on to the next step, its gradient is not.

All is float32 on one CPU: the process is confined to the last CPU that it may use (choose another with taskset).
Inputs are random zeros and ones, targets random classes. Data and initial weights are fixed by a seed.

A repetition is an epoch: a run over many windows, each with its own data. Its time divided by the number of windows is
the time of a step. The median over the repetitions is printed, one CSV row per size.

    jax         a whole epoch in one compiled call: a scan over windows, in it a scan over time steps
    torch       nn.RNN, nn.GRU, nn.LSTM with nn.Linear and optim.Adagrad, one step at a time from Python
    numpy       by hand, the tanh cell only
    tensorflow  an unrolled graph in the way of TensorFlow 1, one session.run a step, one size only

What was found to be the fastest in jax is used: the input is projected for all time steps at once, the products of a
net of up to 8 hidden units are written as multiply and sum, and 16 time steps of the tanh cell are unrolled.

For the tutorial's size, `1 4 2 5 15`, jax also gets a row "jax vmap 256": the epoch vmapped over 256 nets, each with
its own weights, all on the same data. Its time is per step and net.
"""

import argparse
import csv
import os
import statistics
import sys
import time
from functools import partial
from typing import Callable, NamedTuple

HEADER = "library version cell input hidden classes batch window us_per_step".split()
GATES = {"elman": 1, "gru": 3, "lstm": 4}
TUTORIAL = (1, 4, 2, 5, 15)
SEED = 1
LEARNING_RATE = 1e-6
ACCUMULATOR = 0.1
EPOCH_SECONDS = 0.2
MAX_WINDOWS = 666
VMAPPED = 256
SMALL = 8
UNROLL = 16
MISSING = 3


class Size(NamedTuple):
    cell: str
    input: int
    hidden: int
    classes: int
    batch: int
    window: int

    @staticmethod
    def parse(text):
        cell, *numbers = text.split()
        numbers = [int(number) for number in numbers]
        if cell not in GATES or len(numbers) != 5 or min(numbers) < 1:
            raise ValueError(text)
        return Size(cell, *numbers)


class Variant(NamedTuple):
    """`build(size, windows)` gives a function that runs an epoch and waits for its end."""

    name: str
    build: Callable
    does: Callable = lambda size: True
    nets: int = 1


def use_one_thread():
    """Must come before the libraries are imported."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.pop("OPENBLAS_CORETYPE", None)
    for name in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def make_data(np, size, windows):
    random = np.random.default_rng(SEED)
    inputs = random.integers(0, 2, (windows, size.window, size.batch, size.input)).astype(np.float32)
    targets = random.integers(0, size.classes, (windows, size.window, size.batch)).astype(np.int32)
    return inputs, targets


def make_weights(np, size, *nets):
    random = np.random.default_rng(SEED + 1)
    bound = size.hidden**-0.5
    width = GATES[size.cell] * size.hidden
    shapes = {
        "wx": (size.input, width),
        "wh": (size.hidden, width),
        "bx": (width,),
        "bh": (width,),
        "wo": (size.hidden, size.classes),
        "bo": (size.classes,),
    }
    if size.cell == "elman":
        del shapes["bh"]
    return {name: random.uniform(-bound, bound, nets + shape).astype(np.float32) for name, shape in shapes.items()}


def load_jax():
    import jax
    import jax.numpy as jnp
    import numpy as np

    def small_product(rows, matrix):
        return (rows[..., None] * matrix).sum(-2)

    def elman(product, weights, state, projected):
        h = jnp.tanh(projected + product(state[0], weights["wh"]))
        return (h,), h

    def gru(product, weights, state, projected):
        (h,) = state
        xr, xz, xn = jnp.split(projected, 3, axis=-1)
        hr, hz, hn = jnp.split(product(h, weights["wh"]) + weights["bh"], 3, axis=-1)
        z = jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn)
        h = (1 - z) * n + z * h
        return (h,), h

    def lstm(product, weights, state, projected):
        h, c = state
        i, f, g, o = jnp.split(projected + product(h, weights["wh"]) + weights["bh"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    cells = {"elman": elman, "gru": gru, "lstm": lstm}

    def loss(cell, product, weights, state, inputs, targets):
        projected = product(inputs, weights["wx"]) + weights["bx"]
        unroll = UNROLL if cell is elman else 1
        state, outputs = jax.lax.scan(partial(cell, product, weights), state, projected, unroll=unroll)
        scores = jax.nn.log_softmax(product(outputs, weights["wo"]) + weights["bo"])
        picked = jnp.take_along_axis(scores, targets[..., None], axis=-1)
        return -picked.mean(), state

    def make_epoch(cell, product):
        gradient = jax.value_and_grad(partial(loss, cell, product), has_aux=True)

        def step(carry, window):
            weights, squares, state = carry
            (value, state), slopes = gradient(weights, state, *window)
            squares = jax.tree.map(lambda s, g: s + g * g, squares, slopes)
            weights = jax.tree.map(lambda w, g, s: w - LEARNING_RATE * g / jnp.sqrt(s), weights, slopes, squares)
            return (weights, squares, state), value

        return lambda carry, windows: jax.lax.scan(step, carry, windows)

    def start(size, windows, epoch, nets):
        epoch = jax.jit(epoch, donate_argnums=0)
        weights = jax.tree.map(jnp.asarray, make_weights(np, size, *nets))
        squares = jax.tree.map(lambda w: jnp.full_like(w, ACCUMULATOR), weights)
        state = tuple(jnp.zeros(nets + (size.batch, size.hidden)) for _ in range(1 + (size.cell == "lstm")))
        data = jax.tree.map(jnp.asarray, make_data(np, size, windows))
        carry = weights, squares, state

        def run():
            nonlocal carry
            carry, losses = jax.block_until_ready(epoch(carry, data))
            return losses

        return run

    def build(size, windows):
        product = small_product if size.hidden <= SMALL else jnp.matmul
        return start(size, windows, make_epoch(cells[size.cell], product), ())

    def build_vmapped(size, windows):
        epoch = jax.vmap(make_epoch(cells[size.cell], jnp.matmul), in_axes=(0, None))
        return start(size, windows, epoch, (VMAPPED,))

    vmapped = Variant(f"jax vmap {VMAPPED}", build_vmapped, lambda size: size[1:] == TUTORIAL, VMAPPED)
    return jax.__version__, [Variant("jax", build), vmapped]


def load_torch():
    import numpy as np
    import torch

    torch.set_num_threads(1)
    modules = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}

    def build(size, windows):
        torch.manual_seed(SEED)
        net = modules[size.cell](size.input, size.hidden)
        readout = torch.nn.Linear(size.hidden, size.classes)
        weights = [*net.parameters(), *readout.parameters()]
        adagrad = torch.optim.Adagrad(
            weights, lr=LEARNING_RATE, initial_accumulator_value=ACCUMULATOR, eps=0, fused=True
        )
        inputs, targets = (torch.from_numpy(array) for array in make_data(np, size, windows))
        data = list(zip(inputs, targets.long().flatten(1)))
        zeros = torch.zeros(1, size.batch, size.hidden)
        state = (zeros, zeros) if size.cell == "lstm" else zeros

        def run():
            nonlocal state
            for x, y in data:
                outputs, state = net(x, state)
                loss = torch.nn.functional.cross_entropy(readout(outputs).flatten(0, 1), y)
                adagrad.zero_grad()
                loss.backward()
                adagrad.step()
                state = tuple(s.detach() for s in state) if size.cell == "lstm" else state.detach()

        return run

    return torch.__version__, [Variant("torch", build)]


def load_numpy():
    import numpy as np

    def forward(weights, h, x):
        """Gives the rows [x|h] and the new states of all time steps."""
        joined = np.empty((*x.shape[:2], x.shape[2] + h.shape[1]), np.float32)
        joined[:, :, : x.shape[2]] = x
        states = np.empty((*x.shape[:2], h.shape[1]), np.float32)
        for row, state in zip(joined, states):
            row[:, x.shape[2] :] = h
            h = np.tanh(row @ weights["w"] + weights["b"], out=state)
        return joined, states

    def cross_entropy(scores, y):
        """Gives the mean loss and its gradient."""
        rows = np.arange(len(y))
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        sums = odds.sum(axis=1, keepdims=True)
        loss = (np.log(sums[:, 0]) - scores[rows, y]).mean()
        slopes = odds / sums
        slopes[rows, y] -= 1
        return loss, slopes / np.float32(len(y))

    def backward(weights, states, slopes):
        """Turns the gradient of the states by the readout into that of the sums in the tanh, in place."""
        back = weights["w"][-states.shape[2] :].T
        damping = 1 - states * states
        slopes[-1] *= damping[-1]
        for t in range(len(states) - 2, -1, -1):
            slopes[t] += slopes[t + 1] @ back
            slopes[t] *= damping[t]

    def gradient(weights, h, x, y):
        joined, states = forward(weights, h, x)
        outputs = states.reshape(len(y), -1)
        loss, errors = cross_entropy(outputs @ weights["wo"] + weights["bo"], y)
        slopes = (errors @ weights["wo"].T).reshape(states.shape)
        backward(weights, states, slopes)
        slopes = slopes.reshape(outputs.shape)
        return loss, states[-1], {
            "w": joined.reshape(len(y), -1).T @ slopes,
            "b": slopes.sum(axis=0),
            "wo": outputs.T @ errors,
            "bo": errors.sum(axis=0),
        }

    def build(size, windows):
        drawn = make_weights(np, size)
        weights = {
            "w": np.concatenate([drawn["wx"], drawn["wh"]]), "b": drawn["bx"], "wo": drawn["wo"], "bo": drawn["bo"]
        }
        squares = {name: np.full_like(weight, ACCUMULATOR) for name, weight in weights.items()}
        inputs, targets = make_data(np, size, windows)
        data = list(zip(inputs, targets.reshape(windows, -1)))
        h = np.zeros((size.batch, size.hidden), np.float32)

        def run():
            nonlocal h
            losses = []
            for x, y in data:
                loss, h, slopes = gradient(weights, h, x, y)
                losses.append(loss)
                for name, slope in slopes.items():
                    squares[name] += slope * slope
                    weights[name] -= LEARNING_RATE * slope / np.sqrt(squares[name])
            return losses

        return run

    return np.__version__, [Variant("numpy", build, lambda size: size.cell == "elman")]


def load_tensorflow():
    import numpy as np
    import tensorflow as tf

    v1 = tf.compat.v1
    tf.get_logger().setLevel("ERROR")

    def make_graph(size):
        """Gives the placeholders and what a step fetches."""
        drawn = make_weights(np, size)
        w = v1.Variable(np.concatenate([drawn["wx"], drawn["wh"]]))
        b, wo, bo = (v1.Variable(drawn[name]) for name in ("bx", "wo", "bo"))
        x = v1.placeholder(tf.float32, [size.window, size.batch, size.input])
        y = v1.placeholder(tf.int32, [size.window, size.batch])
        init_state = v1.placeholder(tf.float32, [size.batch, size.hidden])
        state = init_state
        losses, predictions = [], []
        for inputs, labels in zip(tf.unstack(x), tf.unstack(y)):
            state = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), w) + b)
            logits = tf.matmul(state, wo) + bo
            losses.append(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
            predictions.append(tf.nn.softmax(logits))
        total_loss = tf.reduce_mean(losses)
        train = v1.train.AdagradOptimizer(0.3).minimize(total_loss)
        return (x, y, init_state), (total_loss, train, state, predictions)

    def build(size, windows):
        graph = tf.Graph()
        with graph.as_default():
            (x, y, init_state), fetches = make_graph(size)
            initializer = v1.global_variables_initializer()
        config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        session = v1.Session(graph=graph, config=config)
        session.run(initializer)
        data = list(zip(*make_data(np, size, windows)))
        state = np.zeros((size.batch, size.hidden), np.float32)

        def run():
            nonlocal state
            for inputs, targets in data:
                _, _, state, _ = session.run(fetches, {x: inputs, y: targets, init_state: state})

        return run

    return tf.__version__, [Variant("tensorflow", build, lambda size: size == ("elman", *TUTORIAL))]


LIBRARIES = {"jax": load_jax, "torch": load_torch, "numpy": load_numpy, "tensorflow": load_tensorflow}


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def measure(variant, size, seconds):
    """Gives the microseconds of a step of one net. Two windows tell how many an epoch should have."""
    pilot = variant.build(size, 2)
    pilot()
    step = min(timed(pilot) for _ in range(3)) / 2
    windows = min(max(round(min(EPOCH_SECONDS, seconds / 5) / step), 2), MAX_WINDOWS)
    run = variant.build(size, windows)
    run()
    times = []
    while sum(times) < seconds:
        times.append(timed(run))
    return statistics.median(times) / windows / variant.nets * 1e6


def parse_arguments():
    parser = argparse.ArgumentParser(description="The time of one training step in another library, as CSV.")
    parser.add_argument("--library", action="append", choices=LIBRARIES, required=True, help="give it once")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure a size (default 1)")
    parser.add_argument("sizes", nargs="+", type=Size.parse, metavar="SIZE",
                        help='cell, input, hidden, classes, batch, window, as in "elman 1 4 2 5 15"')
    arguments = parser.parse_args()
    if len(arguments.library) > 1:
        parser.error("--library may be given only once")
    return arguments


def main():
    arguments = parse_arguments()
    (library,) = arguments.library
    use_one_thread()
    try:
        version, variants = LIBRARIES[library]()
    except ImportError as error:
        print(f"{library} cannot be used: {error}", file=sys.stderr)
        return MISSING
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(HEADER)
    for size in arguments.sizes:
        for variant in variants:
            if not variant.does(size):
                continue
            try:
                step = measure(variant, size, arguments.seconds)
            except Exception as error:
                reason = " ".join(str(error).split())
                print(f"{variant.name}, {' '.join(map(str, size))}: {type(error).__name__}: {reason}", file=sys.stderr)
                continue
            rows.writerow([variant.name, version, *size, f"{step:.3f}"])
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
