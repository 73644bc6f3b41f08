//! Questions down, learners across: how often, how soon and how well each was answered, and what others have published of it.
//!
//! A **question** is a task with its settings; all that is varied beside that makes a **learner**. Of several learning rates of a learner the
//! best one is shown for each question: that with the best validation score, or where nothing is held out the one that solves the task most
//! often, and of these soonest.

use super::facts::Facts;
use crate::trials::group::Group;
use crate::trials::published::{Measure, Published, cells};
use crate::trials::stats::{deviation, mean};
use chart_kit::text::{number, thousands};
use maud::{Markup, html};
use rnn_train::{Learning, Settings};
use std::cmp::Ordering;
use std::collections::HashMap;

/// The setting of which the best value counts.
const LEARNING_RATE: &str = "learning_rate";
/// The setting that every learner is told by.
const CELL: &str = "cell";
/// Two means agree that are no further apart than so many standard errors of their difference.
const ERRORS: f64 = 2.0;

/// A question or a learner, in words.
type Name = String;

/// What stands in the table.
pub(super) struct Matrix<'a> {
    pub(super) learners: Vec<Name>,
    pub(super) questions: Vec<Question<'a>>,
}

pub(super) struct Question<'a> {
    pub(super) name: Name,
    /// By learner; nothing where there are no such trials.
    pub(super) answers: Vec<Option<Answer<'a>>>,
    can_be_solved: bool,
    /// Whether sequences that are right as a whole are others than answers that are right: not where each sequence has one answer.
    has_whole: bool,
    /// What is published of the question and of none of the learners.
    published: Vec<&'a Published>,
}

pub(super) struct Answer<'a> {
    /// The number of the combination that it is of.
    pub(super) number: usize,
    group: Group,
    cell: String,
    /// Whether its weights were not learned.
    is_guessed: bool,
    learning_rate: Option<String>,
    published: Vec<&'a Published>,
}

/// What stands in a cell.
pub(super) fn legend() -> Markup {
    html! { p {
        "A cell has the trials that solved the task, of all, and the 95 % interval of their share; the median of the sequences until then, with its quartiles, and the word \
         soonest where no other learner solved the question more often, or as often in fewer sequences; what guessed weights win over, in this sense; the skill, which goes from 0, for \
         the best answer that reads nothing, to 1, for the best that any net can give; the share of the test sequences that were right as a whole; and the mean test error, the \
         share of wrong answers, or the loss, with its \
         standard deviation over the trials. Where learning rates vary, it has that of the best: by validation or, where nothing is held out for it, by how often and how soon the question was \
         solved. Numbers behind the name of a method were published."
    } }
}

/// Whether a setting is of the question: the task, or what belongs to one.
fn is_of_question(name: &str) -> bool {
    Settings::row(name).is_ok_and(|row| row.of_task)
}

/// The varied settings that make a difference among some combinations, of which all have these values.
fn differing(names: &[&str], texts: &[Vec<String>], groups: &[usize], of: impl Fn(&str) -> bool) -> Vec<usize> {
    let differs = |column: usize| groups.iter().any(|&group| texts[group][column] != texts[groups[0]][column]);
    (0..names.len()).filter(|&column| of(names[column]) && differs(column)).collect()
}

impl<'a> Matrix<'a> {
    pub(super) fn new(facts: &Facts<'_>, published: &'a [Published]) -> Self {
        let names = facts.plan.spec.varied();
        let texts: Vec<Vec<String>> = (0..facts.plan.groups()).map(|group| facts.plan.texts(group)).collect();
        let key = |group: usize, of: &dyn Fn(&str) -> bool| -> Vec<&str> {
            names.iter().zip(&texts[group]).filter(|(name, _)| of(name)).map(|(_, text)| text.as_str()).collect()
        };
        let question_of = |group: usize| key(group, &|name| is_of_question(name));
        let mut questions: Vec<Vec<usize>> = Vec::new();
        for group in 0..facts.plan.groups() {
            match questions.iter_mut().find(|question| question_of(question[0]) == question_of(group)) {
                Some(question) => question.push(group),
                None => questions.push(vec![group]),
            }
        }
        // What is the same for all learners of each question says nothing of a learner; but which cell it is always does.
        let is_of_learner = |name: &str| !is_of_question(name) && name != LEARNING_RATE;
        let mut columns: Vec<usize> =
            questions.iter().flat_map(|groups| differing(&names, &texts, groups, is_of_learner)).collect();
        columns.extend(names.iter().position(|name| *name == CELL));
        columns.sort_unstable();
        columns.dedup();
        let told = |group: usize, columns: &[usize]| -> Name {
            let cells = columns.iter().map(|&column| (names[column], texts[group][column].as_str()));
            // A name says by itself what it is the value of; a number does not.
            let words = cells.filter(|(_, text)| !text.is_empty()).map(|(name, text)| match text.parse::<f64>() {
                Ok(_) => format!("{name} {text}"),
                Err(_) => text.to_owned(),
            });
            words.collect::<Vec<_>>().join(", ")
        };
        let cell = facts.plan.trial(0).map(|trial| trial.settings.cell.to_string()).unwrap_or_default();
        let learner =
            |group: usize| Some(told(group, &columns)).filter(|name| !name.is_empty()).unwrap_or(cell.clone());
        let mut learners: Vec<Name> = Vec::new();
        (0..facts.plan.groups()).map(learner).for_each(|name| {
            if !learners.contains(&name) {
                learners.push(name)
            }
        });

        // Those that do not differ are told too: what was published is of just these.
        let is_told = |column: &usize| is_of_question(names[*column]) && names[*column] != "task";
        let of_name: Vec<usize> = (0..names.len()).filter(is_told).collect();
        let questions = questions.iter().map(|groups| {
            let settings = facts.plan.trial(groups[0]).map(|trial| trial.settings);
            let task = settings.as_ref().map_or_else(|_| String::new(), |settings| settings.task().name().to_owned());
            let parts = [task, told(groups[0], &of_name)];
            let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
            let own = settings.as_ref().map(cells).unwrap_or_default();
            let of_question = |one: &&Published| one.is_beside(&own) && !one.says(|name| !is_of_question(name));
            let answers = learners.iter().map(|name| {
                let of_learner: Vec<usize> = groups.iter().copied().filter(|&group| learner(group) == *name).collect();
                Answer::best(facts, &of_learner, published)
            });
            let answers: Vec<Option<Answer<'_>>> = answers.collect();
            let is_other = |answer: &Answer<'_>| {
                let Answer { group, .. } = answer;
                let (whole, all) = (group.mean_test_sequence_accuracy(), group.mean_test_accuracy());
                whole.is_some_and(|whole| all.is_none_or(|all| (all - whole).abs() > 1e-9))
            };
            Question {
                name,
                has_whole: answers.iter().flatten().any(is_other),
                answers,
                can_be_solved: settings.as_ref().is_ok_and(Settings::can_be_solved),
                published: published.iter().filter(of_question).collect(),
            }
        });
        Self { questions: questions.collect(), learners }
    }

    /// A row for each question, a column for each learner.
    pub(super) fn table(&self) -> Markup {
        let all = self.questions.iter().flat_map(|question| question.answers.iter().flatten());
        let compared: Vec<bool> = all.flat_map(Answer::agreements).collect();
        let agree = compared.iter().filter(|agrees| **agrees).count();
        let has_others = self.questions.iter().any(|question| !question.published.is_empty());
        html! {
            @if !compared.is_empty() { p {
                "Of " (compared.len()) " means beside a published one " (agree) " agree: they are no further from it than "
                (ERRORS) " standard errors of the difference."
            } }
            div.scroll { table.matrix {
                thead { tr { th.t { "question" } @for learner in &self.learners { th.t { (learner) } } @if has_others { th.t { "others" } } } }
                tbody { @for question in &self.questions { @let soonest = question.soonest(); tr {
                    th.t { (question.name) }
                    @for (place, answer) in question.answers.iter().enumerate() { td.t {
                        @if let Some(answer) = answer { (answer.markup(question, soonest == Some(place))) }
                    } }
                    @if has_others { td.t { @for one in &question.published { div.published { (one.method) ": " (in_words(one)) } } } }
                } } }
            } }
        }
    }
}

impl Question<'_> {
    /// The learner that solved it most often, and of several the one that needed the fewest sequences; nothing where there is but one that was
    /// asked, or none solved it.
    fn soonest(&self) -> Option<usize> {
        let asked = self.answers.iter().flatten().count();
        let of = |(place, answer): (usize, &Option<Answer<'_>>)| Some((place, answer.as_ref()?.success()?));
        let solved = self.answers.iter().enumerate().filter_map(of).filter(|_| asked > 1);
        solved.min_by(|(_, one), (_, other)| one.beside(other)).map(|(place, _)| place)
    }

    /// The cells whose trained weights did worse than those that were guessed, if this is the answer of these.
    fn beaten_by(&self, answer: &Answer<'_>) -> Vec<&str> {
        let Some(own) = answer.success().filter(|_| answer.is_guessed) else { return Vec::new() };
        let trained = self.answers.iter().flatten().filter(|other| !other.is_guessed);
        let worse = trained.filter(|other| other.success().is_none_or(|other| own.beside(&other).is_lt()));
        let mut cells: Vec<&str> = worse.map(|other| other.cell.as_str()).collect();
        cells.dedup();
        cells
    }
}

/// How often a question was solved, and after how many sequences.
struct Success {
    rate: f64,
    sequences: f64,
}

impl Success {
    /// The better one is less: more often, or as often in fewer sequences.
    fn beside(&self, other: &Self) -> Ordering {
        other.rate.total_cmp(&self.rate).then(self.sequences.total_cmp(&other.sequences))
    }
}

impl<'a> Answer<'a> {
    /// That of the best learning rate among some combinations of a question and a learner.
    fn best(facts: &Facts<'_>, groups: &[usize], published: &'a [Published]) -> Option<Self> {
        let of = |group: usize| Group::of(facts.rows_of(group));
        let mut all: Vec<(usize, Group)> = groups.iter().map(|&group| (group, of(group))).collect();
        all.sort_by(|(_, one), (_, other)| one.how_bad().partial_cmp(&other.how_bad()).unwrap_or(Ordering::Equal));
        let (number, group) = all.into_iter().next()?;
        let settings = facts.plan.trial(number).ok()?.settings;
        let own: HashMap<String, String> = cells(&settings);
        let rate = own.get(LEARNING_RATE).filter(|_| facts.plan.spec.varied().contains(&LEARNING_RATE)).cloned();
        let is_own = |one: &&Published| one.says(|name| !is_of_question(name)) && one.is_beside(&own);
        Some(Self {
            number,
            group,
            cell: settings.cell.to_string(),
            is_guessed: settings.learning == Learning::Guess,
            learning_rate: rate,
            published: published.iter().filter(is_own).collect(),
        })
    }

    /// Nothing where no trial solved the question.
    fn success(&self) -> Option<Success> {
        Some(Success { rate: self.group.rate()?, sequences: self.group.solved_sequences_at(0.5)? })
    }

    /// What was measured here.
    fn measured(&self, measure: Measure) -> Vec<f64> {
        match measure {
            Measure::SolveRate => self.group.rate().into_iter().collect(),
            Measure::SolvedSequences => self.group.solved_sequences().to_vec(),
            Measure::TestError => self.group.test_accuracies().iter().map(|accuracy| 1.0 - accuracy).collect(),
            Measure::TestLoss => self.group.test_losses().to_vec(),
        }
    }

    /// Whether each published mean with a deviation is near ours.
    fn agreements(&self) -> Vec<bool> {
        let of = |one: &&Published| {
            let ours = self.measured(one.measure);
            let (mean, own) = (mean(&ours)?, deviation(&ours)?);
            let (value, theirs, n) = (one.value?, one.deviation?, one.n?);
            let error = (own * own / ours.len() as f64 + theirs * theirs / n as f64).sqrt();
            Some((mean - value).abs() <= ERRORS * error)
        };
        self.published.iter().filter_map(of).collect()
    }

    fn markup(&self, of: &Question<'_>, is_soonest: bool) -> Markup {
        let Self { group, .. } = self;
        let quartile =
            |share: f64| group.solved_sequences_at(share).map(|sequences| thousands(sequences.round() as usize));
        // The error says more than the loss, unless the loss was published.
        let has_error = !group.test_accuracies().is_empty();
        let is_shown = |measure: Measure| self.published.iter().any(|one| one.measure == measure);
        let held: Vec<(&str, Vec<f64>)> = [("test error", Measure::TestError), ("test loss", Measure::TestLoss)]
            .into_iter()
            .filter(|(_, measure)| *measure == Measure::TestError || !has_error || is_shown(*measure))
            .map(|(name, measure)| (name, self.measured(measure)))
            .filter(|(_, values)| !values.is_empty())
            .collect();
        html! {
            @if of.can_be_solved { div { b { (group.solved) "/" (group.decided) } " solved"
                @if let Some((low, high)) = group.rate_interval() { span.interval { " [" (number(low, 2)) " to " (number(high, 2)) "]" } } } }
            @if let Some(median) = quartile(0.5) {
                div { (median) " sequences"
                    @if group.solved_sequences().len() > 1 {
                        span.interval { " [" (quartile(0.25).unwrap_or_default()) " to " (quartile(0.75).unwrap_or_default()) "]" }
                    } @if is_soonest { " " b { "soonest" } } }
            }
            @let beaten = of.beaten_by(self);
            @if !beaten.is_empty() { div { b { "guessing wins" } " over training of " (beaten.join(", ")) } }
            @if let Some(skill) = group.mean_test_skill() {
                div { "skill " @if skill < 0.0 { "below 0" } @else { (number(skill, 3)) } }
            }
            @if let Some(whole) = group.mean_test_sequence_accuracy().filter(|_| of.has_whole) { div { (number(whole * 100.0, 3)) " % of test sequences right" } }
            @for (name, values) in &held { div {
                (name) " " (mean(values).map(|mean| number(mean, 3)).unwrap_or_default())
                @if let Some(deviation) = deviation(values) { " ± " (number(deviation, 2)) }
            } }
            @if let Some(rate) = &self.learning_rate { div.interval { "learning rate " (rate) } }
            @for one in &self.published { div.published { (one.method) ": " (in_words(one)) } }
        }
    }
}

/// A published result in words.
fn in_words(one: &Published) -> String {
    let shown = |value: f64| match one.measure {
        Measure::SolveRate => format!("{} %", number(value * 100.0, 3)),
        Measure::SolvedSequences => thousands(value.round() as usize),
        Measure::TestError | Measure::TestLoss => number(value, 3),
    };
    let what = match one.measure {
        Measure::SolveRate => "solved",
        Measure::SolvedSequences => "sequences",
        Measure::TestError => "test error",
        Measure::TestLoss => "test loss",
    };
    let deviation = one.deviation.map(|deviation| format!(" ± {}", number(deviation, 2))).unwrap_or_default();
    let value = match (one.low, one.value, one.high) {
        (_, Some(value), _) => shown(value),
        (Some(low), None, Some(high)) => format!("{} to {}", shown(low), shown(high)),
        (Some(low), None, None) => format!("more than {}", shown(low)),
        (None, None, Some(high)) => format!("less than {}", shown(high)),
        (None, None, None) => "none".to_owned(),
    };
    match one.measure {
        Measure::SolveRate | Measure::SolvedSequences => format!("{value} {what}"),
        Measure::TestError | Measure::TestLoss => format!("{what} {value}{deviation}"),
    }
}
