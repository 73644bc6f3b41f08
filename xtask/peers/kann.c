/* KANN: training an unrolled net in the way of its own examples (rnn-bit.c, textgen.c), in one thread.

   A net is a layer of KANN's, a dense readout, softmax and cross-entropy. In every step inputs and one-hot targets are written to
   the arrays that are bound to the unrolled net, as the examples do; kann_cost computes the cost and the gradient; kann_RMSprop,
   the one optimizer that KANN has, moves the weights; and the last state is copied to where the next window begins.

   usage: kann SECONDS WORK..., with works as peers.py has them; ensembles are left out. Prints a CSV row per work. */

#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kann.h"

enum {
	WINDOWS = 8,          /* have data of their own; they are trained on in turn */
	MOST_TIMES = 1000000, /* of steps that are kept for the median */
	LEAST_TIMES = 5
};

typedef struct {
	int is_text;
	char cell[8];
	int input, hidden, classes, batch, window;
} work_t;

/* A state: the leaf that the first time step reads, and what the last one computes. */
typedef struct {
	kad_node_t *before, *after;
} state_t;

typedef struct {
	work_t of;
	kann_t *net, *unrolled;
	float **x, **y;       /* bound to the unrolled net: [window][batch * features] */
	int *inputs, *labels; /* [WINDOWS][window][batch], the inputs of a net that reads no text [..][batch][input] */
	float *squares;       /* of RMSprop */
	state_t states[2];    /* two of an LSTM */
	int n_states, n_steps;
} trainer_t;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *why)
{
	fprintf(stderr, "kann: %s\n", why);
	exit(1);
}

static void *zeroed(size_t n, size_t size)
{
	void *memory = calloc(n, size);
	if (memory == 0) fail("out of memory");
	return memory;
}

static int parse(const char *name, work_t *w)
{
	w->is_text = strncmp(name, "text ", 5) == 0;
	if (w->is_text) name += 5;
	if (sscanf(name, "%7s %d %d %d %d %d", w->cell, &w->input, &w->hidden, &w->classes, &w->batch, &w->window) != 6) return 0;
	return strcmp(w->cell, "elman") == 0 || strcmp(w->cell, "gru") == 0 || strcmp(w->cell, "lstm") == 0;
}

static kann_t *make_net(const work_t *w)
{
	kad_node_t *t = kann_layer_input(w->input);
	if (strcmp(w->cell, "gru") == 0) t = kann_layer_gru(t, w->hidden, 0);
	else if (strcmp(w->cell, "lstm") == 0) t = kann_layer_lstm(t, w->hidden, 0);
	else t = kann_layer_rnn(t, w->hidden, 0);
	return kann_new(kann_layer_cost(t, w->classes, KANN_C_CEM), 0);
}

/* Gives the states before the window a row for each row of the batch: at first they are constants of one row. */
static void find_states(trainer_t *t)
{
	kann_t *a = t->unrolled;
	int i;
	for (i = 0; i < a->n; ++i) {
		kad_node_t *after = a->v[i], *before = after->pre;
		if (before == 0 || before->n_child > 0) continue;
		if (t->n_states == 2) fail("a net with more states than two");
		before->flag = 0; /* no longer a constant: it is fed, and has the size of the batch */
		before->x = zeroed((size_t)t->of.batch * t->of.hidden, sizeof(float));
		t->states[t->n_states].before = before;
		t->states[t->n_states++].after = after;
	}
	if (t->n_states == 0) fail("a net without a state");
}

static trainer_t make_trainer(const work_t *w)
{
	trainer_t t;
	size_t i, rows = (size_t)WINDOWS * w->window * w->batch, values = rows * (w->is_text ? 1 : w->input);
	int k;
	memset(&t, 0, sizeof(t));
	t.of = *w;
	kann_srand(1);
	t.net = make_net(w);
	t.unrolled = kann_unroll(t.net, w->window);
	find_states(&t);
	kann_set_batch_size(t.unrolled, w->batch);
	kann_switch(t.unrolled, 1);
	t.x = zeroed(w->window, sizeof(*t.x));
	t.y = zeroed(w->window, sizeof(*t.y));
	for (k = 0; k < w->window; ++k) {
		t.x[k] = zeroed((size_t)w->batch * w->input, sizeof(float));
		t.y[k] = zeroed((size_t)w->batch * w->classes, sizeof(float));
	}
	if (kann_feed_bind(t.unrolled, KANN_F_IN, 0, t.x) != w->window || kann_feed_bind(t.unrolled, KANN_F_TRUTH, 0, t.y) != w->window)
		fail("a net whose inputs and targets are not one a time step");
	t.inputs = zeroed(values, sizeof(int));
	t.labels = zeroed(rows, sizeof(int));
	for (i = 0; i < values; ++i) t.inputs[i] = (int)(kann_drand() * (w->is_text ? w->input : 2));
	for (i = 0; i < rows; ++i) t.labels[i] = (int)(kann_drand() * w->classes);
	t.squares = zeroed(kann_size_var(t.net), sizeof(float));
	return t;
}

/* What a trainer has on the heap and KANN does not know of is left to the end of the program, but for the large ones. */
static void free_trainer(trainer_t *t)
{
	int k;
	for (k = 0; k < t->of.window; ++k) {
		free(t->x[k]);
		free(t->y[k]);
	}
	free(t->x); free(t->y); free(t->inputs); free(t->labels); free(t->squares);
}

static float step(trainer_t *t)
{
	const work_t *w = &t->of;
	int k, b, i, n_var = kann_size_var(t->net), at = t->n_steps++ % WINDOWS;
	const int *labels = t->labels + (size_t)at * w->window * w->batch;
	const int *inputs = t->inputs + (size_t)at * w->window * w->batch * (w->is_text ? 1 : w->input);
	float cost;
	for (k = 0; k < w->window; ++k) {
		if (w->is_text) {
			memset(t->x[k], 0, (size_t)w->batch * w->input * sizeof(float));
			for (b = 0; b < w->batch; ++b) t->x[k][b * w->input + *inputs++] = 1.0f;
		} else
			for (i = 0; i < w->batch * w->input; ++i) t->x[k][i] = (float)*inputs++;
		memset(t->y[k], 0, (size_t)w->batch * w->classes * sizeof(float));
		for (b = 0; b < w->batch; ++b) t->y[k][b * w->classes + *labels++] = 1.0f;
	}
	cost = kann_cost(t->unrolled, 0, 1);
	kann_RMSprop(n_var, 1e-6f, 0, 0.9f, t->unrolled->g, t->unrolled->x, t->squares);
	for (i = 0; i < t->n_states; ++i)
		memcpy(t->states[i].before->x, t->states[i].after->x, (size_t)w->batch * w->hidden * sizeof(float));
	return cost;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void measure(const work_t *w, double seconds, double *times)
{
	trainer_t t = make_trainer(w);
	double begun, end;
	float cost = step(&t);
	int n = 0;
	/* Random weights know nothing: the cost of a first step is about that of guessing. */
	if (!(fabsf(cost - logf((float)w->classes)) < 0.5f)) {
		fprintf(stderr, "kann: the first cost is %g, where guessing has %g\n", cost, log(w->classes));
		exit(1);
	}
	step(&t);
	end = now() + seconds;
	do {
		begun = now();
		step(&t);
		times[n++] = now() - begun;
	} while (n < LEAST_TIMES || (n < MOST_TIMES && begun < end));
	qsort(times, n, sizeof(double), by_size);
	printf("KANN,%s,%s,1,%s,%d,%d,%d,%d,%d,%.4f\n", KANN_VERSION, w->is_text ? "text" : "training", w->cell, w->input, w->hidden,
		w->classes, w->batch, w->window, times[n / 2] * 1e6);
	fflush(stdout);
	free_trainer(&t);
}

int main(int argc, char *argv[])
{
	double *times = zeroed(MOST_TIMES, sizeof(double));
	int i;
	if (argc < 3) {
		fprintf(stderr, "usage: kann SECONDS WORK...\n");
		return 2;
	}
	printf("library,version,kind,nets,cell,input,hidden,classes,batch,window,us_per_step\n");
	for (i = 2; i < argc; ++i) {
		work_t w;
		if (parse(argv[i], &w)) measure(&w, atof(argv[1]), times);
	}
	free(times);
	return 0;
}
