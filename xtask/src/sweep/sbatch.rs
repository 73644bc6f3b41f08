//! `sbatch`: the options that are passed through to it, how it is called, and what it says.
//!
//! Sites wrap `sbatch` and let it print greetings and warnings around its answer. So the number of the job is looked for
//! in all lines, and all that was said is shown where something is wrong.

use crate::error::Error;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

/// An option of `sbatch` that a user passes through, such as `account=PROJECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SbatchOption {
    name: String,
    value: Option<String>,
}

/// Options that the sweep sets itself, or that would break it, and what to do instead.
const NOT_PASSED: [(&str, &str); 20] = [
    ("array", "the sweep sets it; see --trials-per-task and --array-limit"),
    ("clusters", "set the environment variable SLURM_CLUSTERS, which squeue reads too"),
    ("cpus-per-task", "a trial takes one core"),
    ("error", "the logs are in the submission's folder"),
    ("help", "see `sbatch --help`"),
    ("input", "a task reads nothing"),
    ("job-name", "the sweep's name is the job's name"),
    ("no-requeue", "a task that is requeued continues where it was"),
    ("ntasks", "each task of the array is one process"),
    ("ntasks-per-node", "each task of the array is one process"),
    ("open-mode", "the logs are in the submission's folder"),
    ("output", "the logs are in the submission's folder"),
    ("parsable", "the sweep sets it"),
    ("partition", "use --partition"),
    ("quiet", "the sweep reads what sbatch says"),
    ("test-only", "use --dry-run"),
    ("time", "use --time"),
    ("uid", "jobs run as the user who submits them"),
    ("wait", "use --wait of the sweep"),
    ("wrap", "the sweep writes the script"),
];

impl FromStr for SbatchOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix("--").unwrap_or(text);
        let (name, value) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_name {
            return Err(
                "it must be the long name of an option of sbatch, with its value behind =, such as account=PROJECT \
                        or mem=2G"
                    .to_owned(),
            );
        }
        // `sbatch` understands a name that is cut short, such as `arr`.
        if let Some((refused, instead)) = NOT_PASSED.iter().find(|(refused, _)| refused.starts_with(name)) {
            return Err(format!("{refused} is not passed through: {instead}"));
        }
        if let Some(value) = value {
            check_value(value)?;
        }
        Ok(Self { name: name.to_owned(), value: value.map(str::to_owned) })
    }
}

/// Checks a value that is to stand in a line of the script: it must be one word to Slurm's own parser, and never the
/// beginning of another line.
pub(crate) fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err("the value is empty".to_owned());
    }
    match value
        .chars()
        .find(|c| c.is_control() || matches!(c, '"' | '\'' | '\\' | '`' | '$' | '#' | '\u{2028}' | '\u{2029}'))
    {
        Some(c) => Err(format!("the value contains {c:?}, which has no place in a line for sbatch")),
        None => Ok(()),
    }
}

/// The line of the script that gives `sbatch` an option.
pub(crate) fn directive(name: &str, value: Option<&str>) -> String {
    match value {
        None => format!("#SBATCH --{name}"),
        Some(value) if value.contains(char::is_whitespace) => format!("#SBATCH --{name}=\"{value}\""),
        Some(value) => format!("#SBATCH --{name}={value}"),
    }
}

impl SbatchOption {
    pub(crate) fn directive(&self) -> String {
        directive(&self.name, self.value.as_deref())
    }
}

/// What `sbatch` has answered.
pub(crate) struct Answer {
    /// Whether it took the job.
    pub(crate) taken: bool,
    /// The numbers that can be the job's.
    pub(crate) numbers: Vec<u64>,
    /// All lines that it said, on standard error and standard output.
    pub(crate) said: Vec<String>,
}

/// Hands a script to `sbatch`.
pub(crate) fn submit(script: &Path) -> Result<Answer, Error> {
    let output = Command::new("sbatch").arg("--parsable").arg(script).output();
    let output = output.map_err(|source| Error::Spawn { program: "sbatch".into(), source })?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines = stderr.lines().chain(stdout.lines()).map(str::trim_end);
    let said = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Ok(Answer { taken: output.status.success(), numbers: numbers(&stdout), said })
}

/// The numbers in the lines that have the form of an answer: `NUMBER` or `NUMBER;CLUSTER`, as with `--parsable`, or
/// `Submitted batch job NUMBER`, of a wrapper that leaves the option out.
fn numbers(stdout: &str) -> Vec<u64> {
    let of_line = |line: &str| {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("Submitted batch job ") {
            return rest.split_whitespace().next()?.parse().ok();
        }
        let (number, cluster) = line.split_once(';').unwrap_or((line, "-"));
        let is_name = !cluster.is_empty() && cluster.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
        number.parse().ok().filter(|_| is_name && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut numbers: Vec<u64> = stdout.lines().filter_map(of_line).collect();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_among_greetings() {
        for (said, expected) in [
            ("4242\n", &[4242][..]),
            ("4242;cluster-1\n", &[4242]),
            ("Submitted batch job 77\n", &[77]),
            ("Submitted batch job 77 on cluster west\n", &[77]),
            ("-----\n   Welcome to the 2026 cluster\n--> Verifying valid submit host...OK\n4242\n", &[4242]),
            ("  4242  \nYou have used 12 % of 3000 hours\n", &[4242]),
            ("4242\r\nBye\r\n", &[4242]),
            ("1000\n4242\n", &[1000, 4242]),
            ("4242\n4242\n", &[4242]),
            ("job 4242\n+4242\n4242; rm\n12.5\n", &[]),
            ("", &[]),
        ] {
            assert_eq!(numbers(said), expected, "{said:?}");
        }
    }

    #[test]
    fn options_are_lines_of_the_script_and_no_more() {
        for (given, line) in [
            ("account=proj", "#SBATCH --account=proj"),
            ("--account=proj", "#SBATCH --account=proj"),
            ("gres=gpu:a100:1", "#SBATCH --gres=gpu:a100:1"),
            ("constraint=[rack1*2&rack2*4]", "#SBATCH --constraint=[rack1*2&rack2*4]"),
            ("comment=two words", "#SBATCH --comment=\"two words\""),
            ("exclusive", "#SBATCH --exclusive"),
            ("time-min=5", "#SBATCH --time-min=5"),
            ("wait-all-nodes=1", "#SBATCH --wait-all-nodes=1"),
        ] {
            assert_eq!(given.parse::<SbatchOption>().unwrap().directive(), line);
        }
        for (given, why) in [
            ("account=x\ntouch pwned", r"contains '\n'"),
            ("account=x\r#SBATCH", r"contains '\r'"),
            ("account=a\"b", "contains '\"'"),
            ("account=a\\", r"contains '\\'"),
            ("account=", "the value is empty"),
            ("account\n=x", "must be the long name"),
            ("-A x", "must be the long name"),
            ("Account=x", "must be the long name"),
            ("", "must be the long name"),
            ("array=0-1", "array is not passed through"),
            ("arr=0-1", "array is not passed through"),
            ("--output=log", "output is not passed through"),
            ("time=3", "use --time"),
        ] {
            let refused = given.parse::<SbatchOption>().unwrap_err();
            assert!(refused.contains(why), "{given:?}: {refused}");
        }
    }
}
