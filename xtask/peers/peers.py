"""The time of one training step of a small recurrent net in other libraries.

A step is: forward over a window of time steps from a carried state, a dense readout at every time step, the mean
softmax cross-entropy over window * batch rows, exact backpropagation through the window, one Adagrad step. The state
is carried on to the next step, its gradient is not.

All is float32 on one CPU: the process is confined to the last CPU that it may use (choose another with taskset).
Inputs are random zeros and ones, or random classes as one-hot rows, targets random classes. Data and initial weights are
fixed by a seed. In an ensemble each net has its own weights, inputs and targets.

A repetition is an epoch: a run over many windows, each with its own data. Its time divided by the number of windows, and
of nets, is the time of a step. The median over the repetitions is printed, one CSV row per work. Where a library can do a
work in several forms, short epochs tell which is the fastest, and that is measured.

`--check` measures nothing: it makes steps of plain gradient descent in all libraries, from the same weights and with the
same data, and compares their losses.
"""

import argparse
import csv
import importlib
import os
import statistics
import sys
import time


def use_one_thread():
    """Must come before the libraries are imported, NumPy too: OpenBLAS starts its threads when it is loaded."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ.pop("OPENBLAS_CORETYPE", None)
    for name in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{name}_NUM_THREADS"] = "1"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


sys.dont_write_bytecode = True
use_one_thread()

from works import Work

HEADER = "library version kind nets cell input hidden classes batch window us_per_step".split()
LIBRARIES = ("jax", "torch", "numpy", "tensorflow")
EPOCH_SECONDS = 0.2
PILOT_SECONDS = 0.02
MAX_WINDOWS = 666
MISSING = 3
FAILED = 1
# Steps of plain gradient descent before the loss that is compared, their learning rate, and how far losses may differ.
CHECKED = 3
CHECKED_RATE = 0.1
TOLERANCE = 1e-4


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def pilot(library, work, form):
    """Gives the seconds of a step, from a short epoch."""
    windows = 2
    while True:
        run = library.build(work, form, windows)
        run()
        epoch = min(timed(run) for _ in range(3))
        if epoch > PILOT_SECONDS or windows >= MAX_WINDOWS:
            return epoch / windows
        windows = min(windows * 16, MAX_WINDOWS)


def measure(library, work, forms, seconds):
    """Gives the microseconds of a step of one net in the fastest form."""
    steps = [pilot(library, work, form) for form in forms]
    step = min(steps)
    form = forms[steps.index(step)]
    windows = min(max(round(min(EPOCH_SECONDS, seconds / 5) / step), 2), MAX_WINDOWS)
    run = library.build(work, form, windows)
    run()
    times = []
    while sum(times) < seconds:
        times.append(timed(run))
    return statistics.median(times) / windows / work.nets * 1e6


def write_times(library, works, seconds):
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(HEADER)
    for work in works:
        for name, forms in library.forms(work).items():
            try:
                step = measure(library, work, forms, seconds)
            except Exception as error:
                reason = " ".join(str(error).split())
                print(f"{name}, {' '.join(map(str, work))}: {type(error).__name__}: {reason}", file=sys.stderr)
                continue
            rows.writerow([name, library.VERSION, *work, f"{step:.4f}"])
            sys.stdout.flush()


def losses_of(library, work, form):
    """The loss after some steps of plain gradient descent: of each net, in the order of the nets."""
    import numpy as np

    losses = library.build(work, form, CHECKED + 1, library.descent(CHECKED_RATE))()
    return np.asarray(losses[CHECKED], np.float64).reshape(work.nets)


def check(libraries, works):
    """Prints the losses of all forms in all libraries, and tells whether they agree."""
    agree = True
    for work in works:
        found = []
        for library in libraries:
            for form in [form for forms in library.forms(work).values() for form in forms]:
                losses = losses_of(library, work, form)
                found.append(losses)
                print(f"{' '.join(map(str, work))}, {library.__name__}, {library.name_of(form)}: {losses.mean():.7f}")
        difference = max((abs(losses - found[0]).max() for losses in found), default=0.0)
        if not difference <= TOLERANCE:
            print(f"{' '.join(map(str, work))}: losses differ by {difference}", file=sys.stderr)
            agree = False
    return 0 if agree else FAILED


def parse_arguments():
    parser = argparse.ArgumentParser(description="The time of one training step in another library, as CSV.")
    parser.add_argument("--library", action="append", choices=LIBRARIES, required=True,
                        help="give it once, or for --check several times")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long to measure a work (default 1)")
    parser.add_argument("--check", action="store_true", help="compare the losses of all libraries given")
    parser.add_argument("works", nargs="+", type=Work.parse, metavar="WORK",
                        help='cell, input, hidden, classes, batch, window, as in "elman 1 4 2 5 15"; before them "text", '
                        'or "ensemble" and the number of nets')
    arguments = parser.parse_args()
    if len(arguments.library) > 1 and not arguments.check:
        parser.error("--library may be given only once without --check")
    return arguments


def main():
    arguments = parse_arguments()
    try:
        libraries = [importlib.import_module(f"with_{name}") for name in arguments.library]
    except ImportError as error:
        print(f"{' '.join(arguments.library)} cannot be used: {error}", file=sys.stderr)
        return MISSING
    if arguments.check:
        return check(libraries, arguments.works)
    write_times(*libraries, arguments.works, arguments.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
