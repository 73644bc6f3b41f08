//! A picture on the page: drawn once, shown there and written beside it.

use crate::error::Error;
use crate::trials::store::FIGURES;
use maud::{Markup, PreEscaped, html};
use rnn_train::outputs::folder::{make_folder, remove, write_whole};
use std::path::Path;

/// How the names of all pictures begin, by which those of an earlier report are known.
pub(crate) const SOLVE_RATE: &str = "solve-rate--";
pub(crate) const FINAL_LOSS: &str = "final-loss--";
pub(crate) const OBJECTIVE: &str = "objective--";
pub(crate) const CURVES: &str = "loss-curves";
pub(crate) const PARALLEL: &str = "parallel";
pub(crate) const IMPORTANCE: &str = "importance";
pub(crate) const SCATTER: &str = "drawn-settings";

/// A picture.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    /// The file's name without its end.
    pub(crate) name: String,
    /// What it shows, for those who cannot see it.
    pub(crate) label: String,
    pub(crate) svg: String,
}

impl Figure {
    fn file(&self) -> String {
        format!("{}.svg", self.name)
    }

    /// The picture with a link that saves it, and what is to be said of it, on a page that stands in the sweep's folder or elsewhere.
    pub(crate) fn markup(&self, caption: &Markup, is_beside: bool) -> Markup {
        let file = self.file();
        let href = is_beside.then(|| format!("{FIGURES}/{file}"));
        html! {
            div.scroll role="img" aria-label=(self.label) { (PreEscaped(&self.svg)) }
            figcaption {
                (caption)
                // Without scripts the link leads to the file, if that is there.
                a.svg href=[href] download=(file) title=(format!("save {file}")) { "SVG" }
            }
        }
    }
}

/// Writes all pictures to a sweep's folder, and takes away those of an earlier report.
pub(crate) fn write(folder: &Path, figures: &[Figure]) -> Result<(), Error> {
    let folder = folder.join(FIGURES);
    make_folder(&folder)?;
    let entries =
        std::fs::read_dir(&folder).map_err(|source| rnn_train::Error::Read { path: folder.clone(), source })?;
    for name in entries.flatten().map(|entry| entry.file_name()) {
        let name = name.to_string_lossy();
        if is_ours(&name) && !figures.iter().any(|figure| figure.file() == name) {
            remove(&folder.join(&*name))?;
        }
    }
    for figure in figures {
        write_whole(&folder.join(figure.file()), figure.svg.as_bytes())?;
    }
    Ok(())
}

fn is_ours(file: &str) -> bool {
    let Some(name) = file.strip_suffix(".svg") else { return false };
    [CURVES, PARALLEL, IMPORTANCE, SCATTER].contains(&name)
        || [SOLVE_RATE, FINAL_LOSS, OBJECTIVE].iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pictures_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let figure = |name: &str| Figure { name: name.to_owned(), label: String::new(), svg: "<svg/>".to_owned() };
        let there = || {
            let entries = std::fs::read_dir(folder.path().join(FIGURES)).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        write(folder.path(), &[figure("parallel"), figure("solve-rate--a--b")]).unwrap();
        std::fs::write(folder.path().join(FIGURES).join("mine.svg"), "").unwrap();
        write(folder.path(), &[figure("parallel")]).unwrap();
        assert_eq!(there(), ["mine.svg", "parallel.svg"]);
    }
}
