"""Writes the data of cogscale.toml beside it: seven tasks of CogScale 0.2.0, small, from ten seeds each.

    pip install cogscale==0.2.0 numpy
    python xtask/sweeps/cogscale/make.py
"""

import pathlib

import cogscale
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "data"
TASKS = [
    "adding_problem",
    "bracket_matching",
    "continuous_postcasting",
    "discrete_postcasting",
    "simple_copy",
    "sinus_forecasting",
    "sorting_problem",
]

FOLDER.mkdir(exist_ok=True)
for task in TASKS:
    for seed in range(10):
        data = cogscale.build_task(task, difficulty="small", seed=seed)
        arrays = {name: array for name, array in data.items() if name.startswith(("X_", "Y_"))}
        np.savez_compressed(FOLDER / f"{task}_{seed}.npz", **arrays)
