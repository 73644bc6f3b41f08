"""What is measured: a work by its name, and the data and the initial weights of it, fixed by a seed."""

from typing import NamedTuple

import numpy as np

GATES = {"elman": 1, "gru": 3, "lstm": 4}
SEED = 1
LEARNING_RATE = 1e-6
ACCUMULATOR = 0.1


class Work(NamedTuple):
    """`kind` is training, text (inputs are one-hot) or ensemble (of `nets` nets)."""

    kind: str
    nets: int
    cell: str
    input: int
    hidden: int
    classes: int
    batch: int
    window: int

    @staticmethod
    def parse(text):
        """Reads a name such as "elman 1 4 2 5 15", "text gru 96 128 96 32 50" or "ensemble 16 elman 1 4 2 5 15"."""
        words = text.split()
        kind, nets = "training", 1
        if words[:1] == ["text"]:
            kind, *words = words
        elif words[:1] == ["ensemble"]:
            kind, nets, *words = words
        cell, *numbers = words
        nets, *numbers = (int(number) for number in (nets, *numbers))
        if cell not in GATES or len(numbers) != 5 or min(nets, *numbers) < 1:
            raise ValueError(text)
        return Work(kind, nets, cell, *numbers)

    @property
    def leading(self):
        """The axis of the nets, which only an ensemble has."""
        return (self.nets,) if self.kind == "ensemble" else ()


def make_data(work, windows):
    """Inputs [windows, (nets,) window, batch, input] and targets without the last axis. A text's inputs are classes, without
    it too."""
    random = np.random.default_rng(SEED)
    rows = (windows, *work.leading, work.window, work.batch)
    if work.kind == "text":
        inputs = random.integers(0, work.input, rows).astype(np.int32)
    else:
        inputs = random.integers(0, 2, (*rows, work.input)).astype(np.float32)
    return inputs, random.integers(0, work.classes, rows).astype(np.int32)


def make_weights(work):
    """Weights in PyTorch's order of gates, each [(nets,) from, to]."""
    random = np.random.default_rng(SEED + 1)
    bound = work.hidden**-0.5
    width = GATES[work.cell] * work.hidden
    shapes = {
        "wx": (work.input, width),
        "wh": (work.hidden, width),
        "bx": (width,),
        "bh": (width,),
        "wo": (work.hidden, work.classes),
        "bo": (work.classes,),
    }
    if work.cell == "elman":
        del shapes["bh"]
    draw = random.uniform
    return {name: draw(-bound, bound, work.leading + shape).astype(np.float32) for name, shape in shapes.items()}


def one_hot(work, inputs):
    return np.eye(work.input, dtype=np.float32)[inputs]
