"""PyTorch: nn.RNN, nn.GRU, nn.LSTM with nn.Linear and optim.Adagrad, one step at a time from Python.

A text's inputs are one-hot rows, as these modules take them, or looked up in the input weights, with the time steps then
written out in Python.
"""

import torch
from torch.nn import functional

from works import ACCUMULATOR, LEARNING_RATE, make_data, make_weights, one_hot

VERSION = torch.__version__
MODULES = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}

torch.set_num_threads(1)


class Readout(torch.nn.Module):
    """A module of PyTorch's and a dense layer."""

    def __init__(self, work, drawn):
        super().__init__()
        self.layer = MODULES[work.cell](work.input, work.hidden)
        self.readout = torch.nn.Linear(work.hidden, work.classes)
        layer, readout = self.layer, self.readout
        with torch.no_grad():
            layer.weight_ih_l0.copy_(drawn["wx"].T)
            layer.weight_hh_l0.copy_(drawn["wh"].T)
            layer.bias_ih_l0.copy_(drawn["bx"])
            layer.bias_hh_l0.copy_(drawn.get("bh", torch.zeros(work.hidden)))
            readout.weight.copy_(drawn["wo"].T)
            readout.bias.copy_(drawn["bo"])
        # The others have one bias for the tanh cell.
        layer.bias_hh_l0.requires_grad = "bh" in drawn

    def forward(self, x, state):
        outputs, state = self.layer(x, state[0] if len(state) == 1 else state)
        return self.readout(outputs), state if isinstance(state, tuple) else (state,)


class Lookup(torch.nn.Module):
    """Looks the inputs up in the input weights."""

    def __init__(self, work, drawn):
        super().__init__()
        self.step = getattr(self, work.cell)
        for name, weight in drawn.items():
            self.register_parameter(name, torch.nn.Parameter(weight))

    def forward(self, x, state):
        state, outputs = tuple(s[0] for s in state), []
        for sums in (functional.embedding(x, self.wx) + self.bx).unbind():
            state = self.step(sums, *state)
            outputs.append(state[0])
        return torch.stack(outputs) @ self.wo + self.bo, tuple(s[None] for s in state)

    def elman(self, sums, h):
        return (torch.tanh(torch.addmm(sums, h, self.wh)),)

    def gru(self, sums, h):
        product = torch.addmm(self.bh, h, self.wh)
        xs, xn = sums.split((2 * h.shape[1], h.shape[1]), 1)
        hs, hn = product.split((2 * h.shape[1], h.shape[1]), 1)
        r, z = torch.sigmoid(xs + hs).chunk(2, 1)
        return (torch.lerp(torch.tanh(torch.addcmul(xn, r, hn)), h, z),)

    def lstm(self, sums, h, c):
        i, f, g, o = torch.addmm(sums + self.bh, h, self.wh).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


def adagrad(weights):
    return torch.optim.Adagrad(weights, lr=LEARNING_RATE, initial_accumulator_value=ACCUMULATOR, eps=0, fused=True)


def descent(rate):
    """Plain gradient descent, for checks."""
    return lambda weights: torch.optim.SGD(weights, lr=rate)


def build(work, form, windows, update=adagrad):
    net = form(work, {name: torch.from_numpy(weight) for name, weight in make_weights(work).items()})
    optimizer = update([weight for weight in net.parameters() if weight.requires_grad])
    inputs, targets = make_data(work, windows)
    if work.kind == "text" and form is Readout:
        inputs = one_hot(work, inputs)
    data = list(zip(torch.from_numpy(inputs), torch.from_numpy(targets).long().flatten(1)))
    state = (torch.zeros(1, work.batch, work.hidden),) * (1 + (work.cell == "lstm"))

    def run():
        nonlocal state
        losses = []
        for x, y in data:
            scores, state = net(x, state)
            loss = functional.cross_entropy(scores.flatten(0, 1), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            state = tuple(s.detach() for s in state)
            losses.append(loss.detach())
        return losses

    return run


def forms(work):
    if work.kind == "ensemble":
        return {}
    return {"torch": [Readout, Lookup] if work.kind == "text" else [Readout]}


def name_of(form):
    return form.__name__
