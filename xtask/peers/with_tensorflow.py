"""TensorFlow: an unrolled graph in the way of TensorFlow 1, one session.run a step, the tutorial's size only."""

import numpy as np
import tensorflow as tf

from works import make_data, make_weights

VERSION = tf.__version__
TUTORIAL = ("training", 1, "elman", 1, 4, 2, 5, 15)

v1 = tf.compat.v1
tf.get_logger().setLevel("ERROR")


def make_graph(work):
    """Gives the placeholders and what a step fetches."""
    drawn = make_weights(work)
    w = v1.Variable(np.concatenate([drawn["wx"], drawn["wh"]]))
    b, wo, bo = (v1.Variable(drawn[name]) for name in ("bx", "wo", "bo"))
    x = v1.placeholder(tf.float32, [work.window, work.batch, work.input])
    y = v1.placeholder(tf.int32, [work.window, work.batch])
    init_state = v1.placeholder(tf.float32, [work.batch, work.hidden])
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


def build(work, form, windows):
    graph = tf.Graph()
    with graph.as_default():
        (x, y, init_state), fetches = make_graph(work)
        initializer = v1.global_variables_initializer()
    config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    session = v1.Session(graph=graph, config=config)
    session.run(initializer)
    data = list(zip(*make_data(work, windows)))
    state = np.zeros((work.batch, work.hidden), np.float32)

    def run():
        nonlocal state
        for inputs, targets in data:
            _, _, state, _ = session.run(fetches, {x: inputs, y: targets, init_state: state})

    return run


def forms(work):
    return {"tensorflow": [None]} if work == TUTORIAL else {}
