//! What specs are read as, and what is said of those that are wrong.

use super::*;

fn message(text: &str) -> String {
    parse(text, "spec.toml", Path::new("")).unwrap_err().to_string()
}

#[test]
fn the_built_in_spec_is_right() {
    assert_eq!(built_in().unwrap().name, "lag-window");
}

#[test]
fn the_grid_keeps_its_order_and_the_rest_its_defaults() {
    let spec = parse("[grid]\nstate_size = [4, 2]\nbatch_size = [1]\n", "spec.toml", Path::new("")).unwrap();
    assert_eq!(spec.varied(), ["state_size", "batch_size"]);
    let first = |index| spec.combination(index).values[0].clone();
    assert_eq!([0, 1].map(first), [4, 2].map(|size| Some(Value::Integer(size))));
    assert_eq!((spec.name.as_str(), spec.seed, spec.replicates), ("sweep", 0, 1));
}

/// What is written to a sweep's folder is the same spec.
#[test]
fn a_spec_survives_its_file() {
    let text = "
        [sweep]
        name = 'all'
        seed = 4
        trial_seconds = 3
        skip_invalid = true
        [objective]
        metric = 'accuracy'
        [early_stopping]
        method = 'halving'
        min_epochs = 2
        [base]
        num_epochs = 7
        [[zip]]
        echo_step = [1, 2]
        state_size = [4, 8]
        [random]
        trials = 3
        learning_rate = { log_uniform = [0.01, 1] }
        cell = { choice = ['gru', 'lstm'] }
        [grid]
        batch_size = { from = 2, to = 6, step = 2 }
        dropout = [0.0]
        [[zip]]
        num_classes = [2, 3]
        truncated_backprop_length = [5, 6]
        [[exclude]]
        batch_size = 4
        cell = ['gru']
    ";
    let spec = parse(text, "spec.toml", Path::new("")).unwrap();
    assert_eq!(
        spec.varied().join(" "),
        "echo_step state_size num_classes truncated_backprop_length learning_rate cell batch_size dropout"
    );
    assert_eq!(spec.count().unwrap(), 2 * 2 * 3 * 3);
    let file = spec.to_toml().to_string();
    let again = parse(&file, "sweep.toml", Path::new("")).unwrap();
    assert_eq!(spec.differences(&again), Vec::<String>::new());
    assert_eq!(again.to_toml().to_string(), file);
    for index in 0..spec.count().unwrap() {
        assert_eq!(spec.combination(index).values, again.combination(index).values);
    }
    let changed =
        parse(&file.replace("seed = 4", "seed = 5").replace("[2, 4, 6]", "[2, 6, 8]"), "sweep.toml", Path::new(""))
            .unwrap();
    assert_eq!(spec.differences(&changed), ["grid.batch_size: new: 8; gone: 4", "sweep.seed: 4 before, 5 now"]);
}

#[test]
fn errors_name_line_and_key() {
    let cases = [
        ("[sweeps]\n", "spec.toml:1: unknown section `sweeps`: did you mean `sweep`?"),
        ("grid = 3\n", "spec.toml:1: grid must be a section: [grid]"),
        ("[sweep]\nreplicas = 3\n", "spec.toml:2: unknown key of [sweep] `replicas`: did you mean `replicates`?"),
        ("[sweep]\nreplicates = 0\n", "spec.toml:2: replicates is 0: it must be a whole number of at least 1"),
        ("[sweep]\nseed = 1.5\n", "spec.toml:2: seed is 1.5: it must be a whole number of at least 0"),
        (
            "[sweep]\nname = \"../up\"\n",
            "spec.toml:2: name is \"../up\": it must be letters, digits, - and _ in quotes",
        ),
        (
            "[sweep]\nreplicates = 3\nseed = 9223372036854775806\n",
            "spec.toml:3: seed is 9223372036854775806: 3 replicates count it up beyond 9223372036854775807",
        ),
        (
            "[sweep]\nreplicates = 5000001\n[grid]\necho_step = [1, 2]\n",
            "spec.toml:2: all combinations and 5,000,001 replicates make more than 1,000,000 trials",
        ),
        ("[base]\necho_stap = 1\n", "spec.toml:2: unknown setting `echo_stap`: did you mean `echo_step`?"),
        ("[base]\nseed = 1\n", "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own"),
        ("[grid]\nseed = [1]\n", "spec.toml:2: seed belongs under [sweep], with replicates: each trial gets its own"),
        ("[grid]\necho_step = 3\n", "spec.toml:2: echo_step must be a list or a range: echo_step = [3]"),
        ("[grid]\necho_step = []\n", "spec.toml:2: echo_step has no value: echo_step = [1, 2]"),
        ("[grid]\necho_step = [1, 2, 1]\n", "spec.toml:2: echo_step has the value 1 twice"),
        ("[grid]\n\ncell = [\"elman\", 3]\n", "spec.toml:3: cell is 3: "),
        (
            "[base]\nbatch_size = 2\n[grid]\nbatch_size = [1]\n",
            "spec.toml:4: batch_size is in [base] too: it is either fixed or varied",
        ),
        ("[grid]\necho_step = [1\n", "spec.toml:2: "),
        ("[grid]\necho_step = { from = 4, to = 1 }\n", "spec.toml:2: echo_step goes from 4 to 1 in steps of 1: "),
        (
            "[grid]\necho_step = { from = 4, till = 9 }\n",
            "spec.toml:2: echo_step has `till`: a range is echo_step = { from = 1",
        ),
        ("[zip]\necho_step = [1]\n", "spec.toml:1: zip must be written with two brackets: [[zip]]"),
        ("[[zip]]\necho_step = [1]\n", "spec.toml:1: a [[zip]] pairs at least two settings"),
        (
            "[[zip]]\necho_step = [1, 2]\nbatch_size = [5]\n",
            "spec.toml:3: batch_size has 1 values and echo_step has 2: paired ones are as many",
        ),
        ("[[zip]]\necho_step = [1, 1]\nbatch_size = [5, 5]\n", "spec.toml:2: the values 1, 5 are there twice"),
        (
            "[grid]\necho_step = [1]\n[[zip]]\nbatch_size = [5]\necho_step = [2]\n",
            "spec.toml:5: echo_step is in [grid] too: it is varied in one way",
        ),
        (
            "[random]\ndropout = { uniform = [0, 1] }\n",
            "spec.toml:1: trials is not given: how many combinations to draw",
        ),
        ("[random]\ntrials = 3\n", "spec.toml:1: no setting is drawn: "),
        (
            "[random]\ntrials = 3\nbatch_size = [1, 2]\n",
            "spec.toml:3: batch_size is [1, 2]: it must be a distribution, ",
        ),
        (
            "[random]\ntrials = 3\nlearning_rate = { log_uniform = [0, 1] }\n",
            "spec.toml:3: learning_rate has log_uniform from 0: it must be greater than 0",
        ),
        ("[random]\ntrials = 3\nbatch_size = { uniform = [1, 2] }\n", "spec.toml:3: batch_size is 1.0: "),
        (
            "[random]\ntrials = 3\nbatch_siz = { int = [1, 2] }\n",
            "spec.toml:3: unknown setting `batch_siz`: did you mean `batch_size`?",
        ),
        ("[sweep]\nmethod = 'random'\n", "spec.toml:2: method is \"random\": it needs a section [random]"),
        (
            "[sweep]\nmethod = 'rondom'\n",
            "spec.toml:2: method is \"rondom\": it must be one of grid, random (did you mean `random`?)",
        ),
        (
            "[[exclude]]\necho_step = 1\n",
            "spec.toml:2: echo_step is not varied: an [[exclude]] names settings that are",
        ),
        ("[objective]\nmetric = 'loss'\n", "spec.toml:2: metric is \"loss\": it must be one of final_loss, best_loss"),
        ("[sweep]\ntrial_seconds = 0\n", "spec.toml:2: trial_seconds is 0: it must be seconds, more than 0"),
        ("[early_stopping]\n", "spec.toml:1: method is not given: it must be one of median, halving"),
        (
            "[early_stopping]\nmethod = 'median'\nmin_epochs = 2\n",
            "spec.toml:3: min_epochs has no meaning for the method median",
        ),
    ];
    for (text, expected) in cases {
        let message = message(text);
        assert!(message.starts_with(expected), "{text:?}: {message}");
    }
}
