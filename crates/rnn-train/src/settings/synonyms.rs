//! The names that other programs, papers and people use for what is called something else here, and the name that was
//! meant by a mistyped one.

/// Names of settings, their values, flags, commands and keys of specs, and what they are called elsewhere: in lower case, with
/// `_` between their parts. Where a word has several meanings the first that is known counts.
const SYNONYMS: &[(&str, &str)] = &[
    ("rms_decay", "alpha rho"),
    ("learning_rate", "alpha eta learn_rate lr rate step_size"),
    ("batch_size", "batch batches bs minibatch minibatch_size"),
    (
        "truncated_backprop_length",
        "bptt bptt_length horizon num_steps seq_len seq_length window window_length window_size",
    ),
    ("checkpoint_every", "checkpoint checkpoint_interval save_every"),
    ("resume", "checkpoint continue restart"),
    ("num_classes", "classes n_classes"),
    (
        "clip_norm",
        "clip clip_grad clip_grad_norm clip_gradients clipnorm grad_clip gradient_clip gradient_clipping max_grad_norm",
    ),
    ("clip_value", "clip_grad_value clipvalue"),
    ("loss", "criterion loss_fn loss_function objective"),
    ("series", "csv data dataset"),
    ("format", "csv json"),
    ("weight_decay", "decay lambda wd"),
    ("echo_step", "echo lag tau"),
    ("num_layers", "depth layers n_layers"),
    ("dropout", "drop dropout_rate"),
    ("input", "embedding encoding input_kind"),
    ("num_epochs", "epochs max_epochs n_epochs train_steps"),
    ("epsilon", "eps"),
    ("decay_factor", "gamma"),
    (
        "state_size",
        "hidden hidden_dim hidden_size hidden_units memory n_hidden n_units neurons num_hidden num_units size units width",
    ),
    ("init", "initialiser initialization initialisation initializer"),
    ("total_series_length", "length series_length"),
    ("log_every", "log_interval"),
    ("schedule", "lr_scheduler scheduler"),
    ("model", "weights"),
    ("momentum", "mu"),
    ("objective", "metric"),
    ("optimizer", "opt optim optimiser"),
    ("out", "output output_dir dir folder out_dir"),
    ("readout", "mode output"),
    ("dtype", "precision type"),
    ("class_probabilities", "probabilities"),
    ("elman", "rnn rnn_tanh simple simple_rnn srn tanh vanilla vanilla_rnn"),
    ("cell", "activation arch architecture cell_type model rnn rnn_type"),
    ("initial_weights", "init_weights model pretrained weights"),
    ("decay_steps", "step_size"),
    ("window_stride", "stride"),
    ("warmup_steps", "warmup"),
    ("every_step", "all many_to_many"),
    ("cross_entropy", "ce categorical_crossentropy crossentropy cross_entropy_loss nll softmax"),
    ("one_hot", "category onehot"),
    ("constant", "constant_lr linear none"),
    ("cosine", "cosine_annealing"),
    ("f64", "double float64 fp64"),
    ("identity", "eye irnn"),
    ("f32", "float float32 fp32 single"),
    ("sgd", "gradient_descent"),
    ("pytorch", "kaiming torch uniform"),
    ("xavier", "glorot glorot_uniform kaiming"),
    ("squared_error", "l2 mean_squared_error mse mse_loss"),
    ("last_step", "last many_to_one"),
    ("off", "none"),
    ("orthogonal", "ortho"),
    ("elman_relu", "relu rnn_relu"),
    ("number", "scalar"),
    ("step", "step_lr"),
    ("animate", "animation gif"),
    ("bench", "benchmark"),
    ("colours", "colors colour color palette"),
    ("jobs", "cores cpus n_jobs num_workers workers"),
    ("threads", "cores cpus n_jobs num_workers workers"),
    ("eval", "evaluate score test validate"),
    ("run", "fit start train"),
    ("overwrite", "force"),
    ("predict", "forecast generate infer inference sample"),
    ("pace", "fps speed"),
    ("report", "html page plot"),
    ("no_figure", "no_plot"),
    ("replay", "play"),
    ("live", "progress watch"),
    ("status", "progress"),
    ("config", "settings"),
    ("check", "test validate"),
    ("sweep", "train tune"),
    ("trials", "budget n_trials num_trials samples"),
    ("base", "fixed defaults"),
    ("goal", "direction"),
    ("grid", "hyperparameters parameters params search_space"),
    ("valid", "val val_split validation validation_split"),
    ("test", "test_split"),
    ("valid_every", "eval_every val_every validate_every"),
    ("patience", "early_stopping_patience"),
    ("episodes", "n_episodes num_episodes num_sequences sequences"),
    ("replicates", "n_seeds repeats repetitions seeds"),
    ("seed", "random_seed random_state seeds"),
    ("early_stopping", "pruner"),
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
        let is_meant = |words: &str| words.split(' ').any(|word| joined(word) == joined(&meant));
        SYNONYMS.iter().filter(|(_, words)| is_meant(words)).find_map(|(name, _)| find(name))
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
            ("val_split", "valid"),
            ("sequences", "episodes"),
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

    /// A word that is written with capitals, or twice for one name, would be of no use.
    #[test]
    fn each_synonym_can_be_found() {
        for (name, words) in SYNONYMS {
            let words: Vec<_> = words.split(' ').collect();
            assert!(SYNONYMS.iter().filter(|(other, _)| other == name).count() == 1, "{name}");
            for (index, word) in words.iter().enumerate() {
                assert_eq!((plain(word).as_str(), word.is_empty()), (*word, false));
                assert!(words[index + 1..].iter().all(|other| joined(other) != joined(word)), "{name}: {word}");
                assert_eq!(nearest(word, [*name]), Some(*name));
            }
        }
    }
}
