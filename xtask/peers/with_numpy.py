"""NumPy: by hand, with a product a time step into memory that is there, and the weights' derivatives of a window as one.

Rows are kept in memory time step after time step, so that a window's rows are one matrix. A text's inputs are looked up in
the input weights; their derivatives are a product of one-hot rows, which are there from the start.
"""

import numpy as np

from works import ACCUMULATOR, GATES, LEARNING_RATE, make_data, make_weights, one_hot

VERSION = np.__version__


def squash(sums, into):
    """The logistic function: a hyperbolic tangent at half the slope, in place."""
    np.multiply(sums, 0.5, out=into)
    np.tanh(into, out=into)
    into += 1
    into *= 0.5


class Elman:
    def __init__(self, work):
        rows, h = (work.window, work.batch), work.hidden
        self.damping, self.product = np.empty((*rows, h), np.float32), np.empty((work.batch, h), np.float32)

    def forward(self, weights, sums, states, cells):
        for t, gates in enumerate(sums):
            gates += np.matmul(states[t], weights["wh"], out=self.product)
            np.tanh(gates, out=states[t + 1])

    def backward(self, weights, slopes, sums, states, cells):
        """Turns the derivatives by the states into those by the sums. Gives those by the inputs' and by the states' part."""
        back, damping = np.ascontiguousarray(weights["wh"].T), self.damping
        np.multiply(states[1:], states[1:], out=damping)
        np.subtract(1, damping, out=damping)
        slopes[-1] *= damping[-1]
        for t in range(len(slopes) - 2, -1, -1):
            slopes[t] += np.matmul(slopes[t + 1], back, out=self.product)
            slopes[t] *= damping[t]
        return slopes, slopes


class Gru:
    def __init__(self, work):
        rows, h = (work.window, work.batch), work.hidden
        self.product = np.empty((*rows, 3 * h), np.float32)
        self.of_inputs, self.of_states = np.empty((2, *rows, 3 * h), np.float32)
        self.kept, self.back = np.empty((2, work.batch, h), np.float32)

    def forward(self, weights, sums, states, cells):
        h = states.shape[2]
        for t, gates in enumerate(sums):
            product = np.matmul(states[t], weights["wh"], out=self.product[t])
            product += weights["bh"]
            both, n = gates[:, : 2 * h], gates[:, 2 * h :]
            both += product[:, : 2 * h]
            squash(both, both)
            n += np.multiply(both[:, :h], product[:, 2 * h :], out=self.kept)
            np.tanh(n, out=n)
            # n + z (h - n)
            np.subtract(states[t], n, out=self.kept)
            self.kept *= both[:, h:]
            np.add(n, self.kept, out=states[t + 1])

    def backward(self, weights, slopes, sums, states, cells):
        h = states.shape[2]
        turned = np.ascontiguousarray(weights["wh"].T)
        r, z, n = (sums[..., part * h : (part + 1) * h] for part in range(3))
        # What the derivative by the state is multiplied by, for each gate.
        by_n = (1 - z) * (1 - n * n)
        by_z = (states[:-1] - n) * z * (1 - z)
        by_r = self.product[..., 2 * h :] * r * (1 - r)
        for t in range(len(slopes) - 1, -1, -1):
            slope, x, s = slopes[t], self.of_inputs[t], self.of_states[t]
            dn = np.multiply(slope, by_n[t], out=x[:, 2 * h :])
            np.multiply(dn, by_r[t], out=x[:, :h])
            np.multiply(slope, by_z[t], out=x[:, h : 2 * h])
            s[:, : 2 * h] = x[:, : 2 * h]
            np.multiply(dn, r[t], out=s[:, 2 * h :])
            if t > 0:
                np.matmul(s, turned, out=self.back)
                slopes[t - 1] += self.back
                slopes[t - 1] += np.multiply(slope, z[t], out=self.kept)
        return self.of_inputs, self.of_states


class Lstm:
    def __init__(self, work):
        rows, h = (work.window, work.batch), work.hidden
        self.product = np.empty((work.batch, 4 * h), np.float32)
        self.squashed = np.empty((*rows, h), np.float32)
        self.slopes = np.empty((*rows, 4 * h), np.float32)
        self.kept, self.back, self.cell = np.empty((3, work.batch, h), np.float32)

    def forward(self, weights, sums, states, cells):
        h = states.shape[2]
        for t, gates in enumerate(sums):
            gates += np.matmul(states[t], weights["wh"], out=self.product)
            gates += weights["bh"]
            i, f, g, o = (gates[:, part * h : (part + 1) * h] for part in range(4))
            squash(gates[:, : 2 * h], gates[:, : 2 * h])
            np.tanh(g, out=g)
            squash(o, o)
            c = np.multiply(f, cells[t], out=cells[t + 1])
            c += np.multiply(i, g, out=self.kept)
            np.multiply(o, np.tanh(c, out=self.squashed[t]), out=states[t + 1])

    def backward(self, weights, slopes, sums, states, cells):
        h = states.shape[2]
        turned = np.ascontiguousarray(weights["wh"].T)
        i, f, g, o = (sums[..., part * h : (part + 1) * h] for part in range(4))
        # What the derivative by the state, or by the cell's state, is multiplied by.
        by_o = self.squashed * o * (1 - o)
        by_c = o * (1 - self.squashed * self.squashed)
        by_i, by_f, by_g = g * i * (1 - i), cells[:-1] * f * (1 - f), i * (1 - g * g)
        self.cell[:] = 0
        for t in range(len(slopes) - 1, -1, -1):
            slope, into = slopes[t], self.slopes[t]
            self.cell += np.multiply(slope, by_c[t], out=self.kept)
            np.multiply(self.cell, by_i[t], out=into[:, :h])
            np.multiply(self.cell, by_f[t], out=into[:, h : 2 * h])
            np.multiply(self.cell, by_g[t], out=into[:, 2 * h : 3 * h])
            np.multiply(slope, by_o[t], out=into[:, 3 * h :])
            self.cell *= f[t]
            if t > 0:
                slopes[t - 1] += np.matmul(into, turned, out=self.back)
        return self.slopes, self.slopes


CELLS = {"elman": Elman, "gru": Gru, "lstm": Lstm}


def cross_entropy(scores, y, rows):
    """Gives the mean loss; the scores become its gradient."""
    scores -= scores.max(axis=1, keepdims=True)
    picked = scores[rows, y]
    np.exp(scores, out=scores)
    sums = scores.sum(axis=1)
    loss = (np.log(sums) - picked).mean()
    scores *= (1 / (sums * np.float32(len(y))))[:, None]
    scores[rows, y] -= np.float32(1 / len(y))
    return loss


def adagrad(weight, square, slope):
    square += slope * slope
    slope *= LEARNING_RATE
    slope /= np.sqrt(square)
    weight -= slope


def descent(rate):
    """Plain gradient descent, for checks."""

    def update(weight, square, slope):
        weight -= np.float32(rate) * slope

    return update


class Net:
    """Its memory is made once. `states` and `cells` have one time step more than a window: that before it."""

    def __init__(self, work):
        self.cell, self.weights = CELLS[work.cell](work), make_weights(work)
        rows = work.window * work.batch
        self.sums = np.empty((work.window, work.batch, GATES[work.cell] * work.hidden), np.float32)
        self.states = np.zeros((work.window + 1, work.batch, work.hidden), np.float32)
        self.cells = np.zeros_like(self.states) if work.cell == "lstm" else None
        self.slopes = np.empty((rows, work.hidden), np.float32)
        self.scores, self.rows = np.empty((rows, work.classes), np.float32), np.arange(rows)

    def gradient(self, x, lookup, y):
        """x is [rows, input]; where there is a lookup, its rows are one-hot."""
        weights, sums = self.weights, self.sums.reshape(len(y), -1)
        if lookup is None:
            np.matmul(x, weights["wx"], out=sums)
        else:
            np.take(weights["wx"], lookup, axis=0, out=sums, mode="clip")
        sums += weights["bx"]
        self.cell.forward(weights, self.sums, self.states, self.cells)
        outputs = self.states[1:].reshape(len(y), -1)
        scores = np.matmul(outputs, weights["wo"], out=self.scores)
        scores += weights["bo"]
        loss = cross_entropy(scores, y, self.rows)
        np.matmul(scores, weights["wo"].T, out=self.slopes)
        slopes = self.slopes.reshape(self.states[1:].shape)
        by_x, by_h = self.cell.backward(weights, slopes, self.sums, self.states, self.cells)
        by_x, by_h = by_x.reshape(len(y), -1), by_h.reshape(len(y), -1)
        before = self.states[:-1].reshape(len(y), -1)
        found = {"wx": x.T @ by_x, "wh": before.T @ by_h, "bx": by_x.sum(axis=0)}
        if "bh" in weights:
            found["bh"] = by_h.sum(axis=0)
        found.update(wo=outputs.T @ scores, bo=scores.sum(axis=0))
        self.states[0] = self.states[-1]
        if self.cells is not None:
            self.cells[0] = self.cells[-1]
        return loss, found


def build(work, form, windows, update=adagrad):
    net = Net(work)
    squares = {name: np.full_like(weight, ACCUMULATOR) for name, weight in net.weights.items()}
    inputs, targets = make_data(work, windows)
    rows = work.window * work.batch
    lookups = inputs.reshape(windows, rows) if work.kind == "text" else [None] * windows
    if work.kind == "text":
        inputs = one_hot(work, inputs)
    data = list(zip(inputs.reshape(windows, rows, -1), lookups, targets.reshape(windows, rows)))

    def run():
        losses = []
        for window in data:
            loss, slopes = net.gradient(*window)
            losses.append(loss)
            for name, slope in slopes.items():
                update(net.weights[name], squares[name], slope)
        return losses

    return run


def forms(work):
    return {} if work.kind == "ensemble" else {"numpy": [None]}


def name_of(form):
    return "by hand"
