//! The names that other programs, papers and people use for what is called something else here, and the name that was
//! meant by a mistyped one.

/// What things are called elsewhere, and their names here: of settings, their values, flags, commands and keys of specs.
/// Lower case, with `_` between words; where a word has several meanings the first that is known counts.
const SYNONYMS: &[(&str, &[&str])] = &[
    // Settings.
    ("alpha", &["rms_decay", "learning_rate"]),
    ("activation", &["cell"]),
    ("arch", &["cell"]),
    ("architecture", &["cell"]),
    ("batch", &["batch_size"]),
    ("batches", &["batch_size"]),
    ("bptt", &["truncated_backprop_length"]),
    ("bptt_length", &["truncated_backprop_length"]),
    ("bs", &["batch_size"]),
    ("cell_type", &["cell"]),
    ("checkpoint", &["checkpoint_every", "resume"]),
    ("checkpoint_interval", &["checkpoint_every"]),
    ("classes", &["num_classes"]),
    ("clip", &["clip_norm"]),
    ("clip_grad", &["clip_norm"]),
    ("clip_grad_norm", &["clip_norm"]),
    ("clip_grad_value", &["clip_value"]),
    ("clip_gradients", &["clip_norm"]),
    ("clipnorm", &["clip_norm"]),
    ("clipvalue", &["clip_value"]),
    ("criterion", &["loss"]),
    ("csv", &["series", "format"]),
    ("data", &["series"]),
    ("dataset", &["series"]),
    ("decay", &["weight_decay"]),
    ("delay", &["echo_step"]),
    ("depth", &["num_layers"]),
    ("drop", &["dropout"]),
    ("dropout_rate", &["dropout"]),
    ("echo", &["echo_step"]),
    ("embedding", &["input"]),
    ("encoding", &["input"]),
    ("epochs", &["num_epochs"]),
    ("eps", &["epsilon"]),
    ("eta", &["learning_rate"]),
    ("gamma", &["decay_factor"]),
    ("grad_clip", &["clip_norm"]),
    ("gradient_clip", &["clip_norm"]),
    ("gradient_clipping", &["clip_norm"]),
    ("hidden", &["state_size"]),
    ("hidden_dim", &["state_size"]),
    ("hidden_size", &["state_size"]),
    ("hidden_units", &["state_size"]),
    ("horizon", &["truncated_backprop_length"]),
    ("init_weights", &["initial_weights"]),
    ("initialiser", &["init"]),
    ("initialization", &["init"]),
    ("initialisation", &["init"]),
    ("initializer", &["init"]),
    ("input_kind", &["input"]),
    ("lag", &["echo_step"]),
    ("lambda", &["weight_decay"]),
    ("layers", &["num_layers"]),
    ("learn_rate", &["learning_rate"]),
    ("length", &["total_series_length"]),
    ("log_interval", &["log_every"]),
    ("loss_fn", &["loss"]),
    ("loss_function", &["loss"]),
    ("lr", &["learning_rate"]),
    ("lr_scheduler", &["schedule"]),
    ("max_epochs", &["num_epochs"]),
    ("max_grad_norm", &["clip_norm"]),
    ("memory", &["state_size"]),
    ("minibatch", &["batch_size"]),
    ("minibatch_size", &["batch_size"]),
    ("mode", &["readout"]),
    ("model", &["model", "cell", "initial_weights"]),
    ("mu", &["momentum"]),
    ("n_classes", &["num_classes"]),
    ("n_epochs", &["num_epochs"]),
    ("n_hidden", &["state_size"]),
    ("n_layers", &["num_layers"]),
    ("n_units", &["state_size"]),
    ("neurons", &["state_size"]),
    ("num_hidden", &["state_size"]),
    ("num_steps", &["truncated_backprop_length"]),
    ("num_units", &["state_size"]),
    ("objective", &["objective", "loss"]),
    ("opt", &["optimizer"]),
    ("optim", &["optimizer"]),
    ("optimiser", &["optimizer"]),
    ("output", &["out", "readout"]),
    ("output_dir", &["out"]),
    ("precision", &["dtype"]),
    ("pretrained", &["initial_weights"]),
    ("probabilities", &["class_probabilities"]),
    ("random_seed", &["seed"]),
    ("random_state", &["seed"]),
    ("rate", &["learning_rate"]),
    ("rho", &["rms_decay"]),
    ("rnn", &["elman", "cell"]),
    ("rnn_type", &["cell"]),
    ("save_every", &["checkpoint_every"]),
    ("scheduler", &["schedule"]),
    ("seq_len", &["truncated_backprop_length"]),
    ("seq_length", &["truncated_backprop_length"]),
    ("sequence_length", &["truncated_backprop_length"]),
    ("series_length", &["total_series_length"]),
    ("size", &["state_size"]),
    ("step_size", &["learning_rate", "decay_steps"]),
    ("stride", &["window_stride"]),
    ("tau", &["echo_step"]),
    ("train_steps", &["num_epochs"]),
    ("type", &["dtype"]),
    ("units", &["state_size"]),
    ("warmup", &["warmup_steps"]),
    ("wd", &["weight_decay"]),
    ("weights", &["initial_weights", "model"]),
    ("width", &["state_size"]),
    ("window", &["truncated_backprop_length"]),
    ("window_length", &["truncated_backprop_length"]),
    ("window_size", &["truncated_backprop_length"]),
    // Values.
    ("all", &["every_step", "all"]),
    ("ce", &["cross_entropy"]),
    ("category", &["one_hot"]),
    ("categorical_crossentropy", &["cross_entropy"]),
    ("constant_lr", &["constant"]),
    ("cosine_annealing", &["cosine"]),
    ("crossentropy", &["cross_entropy"]),
    ("cross_entropy_loss", &["cross_entropy"]),
    ("double", &["f64"]),
    ("eye", &["identity"]),
    ("float", &["f32"]),
    ("float32", &["f32"]),
    ("float64", &["f64"]),
    ("fp32", &["f32"]),
    ("fp64", &["f64"]),
    ("glorot", &["xavier"]),
    ("glorot_uniform", &["xavier"]),
    ("gradient_descent", &["sgd"]),
    ("irnn", &["identity"]),
    ("kaiming", &["pytorch", "xavier"]),
    ("l2", &["squared_error"]),
    ("last", &["last_step"]),
    ("linear", &["constant"]),
    ("many_to_many", &["every_step"]),
    ("many_to_one", &["last_step"]),
    ("mean_squared_error", &["squared_error"]),
    ("mse", &["squared_error"]),
    ("mse_loss", &["squared_error"]),
    ("nll", &["cross_entropy"]),
    ("none", &["constant", "off"]),
    ("onehot", &["one_hot"]),
    ("ortho", &["orthogonal"]),
    ("relu", &["elman_relu"]),
    ("rnn_relu", &["elman_relu"]),
    ("rnn_tanh", &["elman"]),
    ("scalar", &["number"]),
    ("simple", &["elman"]),
    ("simple_rnn", &["elman"]),
    ("single", &["f32"]),
    ("softmax", &["cross_entropy"]),
    ("srn", &["elman"]),
    ("step_lr", &["step"]),
    ("tanh", &["elman"]),
    ("torch", &["pytorch"]),
    ("uniform", &["pytorch"]),
    ("vanilla", &["elman"]),
    ("vanilla_rnn", &["elman"]),
    // Commands and flags.
    ("animation", &["animate"]),
    ("benchmark", &["bench"]),
    ("colors", &["colours"]),
    ("colour", &["colours"]),
    ("color", &["colours"]),
    ("palette", &["colours"]),
    ("continue", &["resume"]),
    ("cores", &["threads", "jobs"]),
    ("cpus", &["threads", "jobs"]),
    ("dir", &["out"]),
    ("evaluate", &["eval"]),
    ("fit", &["run"]),
    ("folder", &["out"]),
    ("force", &["overwrite"]),
    ("forecast", &["predict"]),
    ("fps", &["pace"]),
    ("generate", &["predict"]),
    ("gif", &["animate"]),
    ("html", &["report"]),
    ("json", &["format"]),
    ("infer", &["predict"]),
    ("inference", &["predict"]),
    ("n_jobs", &["jobs", "threads"]),
    ("no_plot", &["no_figure"]),
    ("num_workers", &["jobs", "threads"]),
    ("out_dir", &["out"]),
    ("page", &["report"]),
    ("play", &["replay"]),
    ("plot", &["report"]),
    ("progress", &["live", "status"]),
    ("restart", &["resume"]),
    ("sample", &["predict"]),
    ("score", &["eval"]),
    ("settings", &["config"]),
    ("speed", &["pace"]),
    ("start", &["run"]),
    ("test", &["eval", "check"]),
    ("train", &["run", "sweep"]),
    ("tune", &["sweep"]),
    ("validate", &["eval", "check"]),
    ("watch", &["live"]),
    ("workers", &["jobs", "threads"]),
    // Specs of sweeps.
    ("budget", &["trials"]),
    ("fixed", &["base"]),
    ("defaults", &["base"]),
    ("direction", &["goal"]),
    ("hyperparameters", &["grid"]),
    ("metric", &["objective"]),
    ("n_seeds", &["replicates"]),
    ("n_trials", &["trials"]),
    ("num_trials", &["trials"]),
    ("parameters", &["grid"]),
    ("params", &["grid"]),
    ("pruner", &["early_stopping"]),
    ("repeats", &["replicates"]),
    ("repetitions", &["replicates"]),
    ("samples", &["trials"]),
    ("search_space", &["grid"]),
    ("seeds", &["replicates", "seed"]),
];

/// Names that are this alike can be meant for each other.
const ALIKE: f64 = 0.7;

/// The known name that was most likely meant by another: the same in other letters, one that is used for it elsewhere,
/// or the nearest, if any is near.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<_> = known.into_iter().collect();
    let meant = plain(name);
    let find = |name: &str| known.iter().find(|other| plain(other) == name).copied();
    let same = || find(&meant).or_else(|| known.iter().find(|other| joined(other) == joined(&meant)).copied());
    let elsewhere = || {
        let names = SYNONYMS.iter().find(|(synonym, _)| joined(synonym) == joined(&meant)).map(|(_, names)| *names);
        names.into_iter().flatten().find_map(|name| find(name))
    };
    let alike = || {
        let likeness = |other: &str| match strsim::osa_distance(&meant, other) {
            // A letter too many, too few or another, or two in the wrong order.
            1 if meant.len() > 2 => 1.0,
            _ => strsim::jaro_winkler(&meant, other),
        };
        let rated = known.iter().map(|other| (likeness(&plain(other)), *other));
        rated.filter(|(likeness, _)| *likeness > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, other)| other)
    };
    same().or_else(elsewhere).or_else(alike)
}

/// A name in lower case, with `_` between its words and without the dashes of a flag.
fn plain(name: &str) -> String {
    name.trim_start_matches('-').to_lowercase().replace(['-', ' ', '.'], "_")
}

/// The same with nothing between its words.
fn joined(name: &str) -> String {
    plain(name).replace('_', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::choices::{Dtype, InputKind, Readout, ScheduleKind};
    use crate::settings::table::Settings;
    use rnn_core::{CellKind, ClassLoss, Init, Method, Named};

    fn choices<C: Named>() -> Vec<String> {
        C::ALL.iter().map(|choice| choice.name().to_owned()).collect()
    }

    fn suggested(name: &str, known: &[String]) -> Option<String> {
        nearest(name, known.iter().map(String::as_str)).map(str::to_owned)
    }

    #[test]
    fn the_words_of_the_field_are_known() {
        let settings: Vec<_> = Settings::rows().iter().map(|row| row.name.to_owned()).collect();
        let cases = [
            ("lr", "learning_rate"),
            ("LR", "learning_rate"),
            ("--learning_rate", "learning_rate"),
            ("LearningRate", "learning_rate"),
            ("epochs", "num_epochs"),
            ("bptt", "truncated_backprop_length"),
            ("seq-len", "truncated_backprop_length"),
            ("window", "truncated_backprop_length"),
            ("hidden", "state_size"),
            ("hidden_size", "state_size"),
            ("units", "state_size"),
            ("lag", "echo_step"),
            ("delay", "echo_step"),
            ("layers", "num_layers"),
            ("batch", "batch_size"),
            ("classes", "num_classes"),
            ("model", "cell"),
            ("rnn", "cell"),
            ("opt", "optimizer"),
            ("wd", "weight_decay"),
            ("grad_clip", "clip_norm"),
            ("learning_rat", "learning_rate"),
        ];
        for (name, expected) in cases {
            assert_eq!(suggested(name, &settings).as_deref(), Some(expected), "{name}");
        }
        let cells = choices::<CellKind>();
        for (name, expected) in
            [("rnn", "elman"), ("vanilla", "elman"), ("relu", "elman_relu"), ("LSTM", "lstm"), ("gur", "gru")]
        {
            assert_eq!(suggested(name, &cells).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(suggested("RMSProp", &choices::<Method>()).as_deref(), Some("rmsprop"));
        assert_eq!(suggested("rms_prop", &choices::<Method>()).as_deref(), Some("rmsprop"));
        assert_eq!(suggested("mse", &choices::<ClassLoss>()).as_deref(), Some("squared_error"));
        assert_eq!(suggested("fp32", &choices::<Dtype>()).as_deref(), Some("f32"));
        assert_eq!(suggested("glorot", &choices::<Init>()).as_deref(), Some("xavier"));
        assert_eq!(suggested("onehot", &choices::<InputKind>()).as_deref(), Some("one_hot"));
        assert_eq!(suggested("last", &choices::<Readout>()).as_deref(), Some("last_step"));
        assert_eq!(suggested("none", &choices::<ScheduleKind>()).as_deref(), Some("constant"));
        assert_eq!(suggested("zzz", &settings), None);
    }

    /// A synonym that is written with capitals, or twice, would never be found.
    #[test]
    fn each_synonym_can_be_found() {
        for (index, (synonym, names)) in SYNONYMS.iter().enumerate() {
            assert_eq!(plain(synonym), *synonym);
            assert!(!names.is_empty(), "{synonym}");
            let again = SYNONYMS[index + 1..].iter().find(|(other, _)| joined(other) == joined(synonym));
            assert_eq!(again, None);
        }
    }
}
