//! House rules: which module may import which, how long files are, and where the words of the echo may stand.
//!
//! Sources are parsed, so that comments and texts are not taken for imports. Modules of tests are left out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::{Visit, visit_item, visit_item_use, visit_path};
use syn::{Attribute, Item, ItemUse, UseTree};

/// A crate's folder, and its rooms from the ground up: each knows only those before it.
struct House {
    folder: &'static str,
    rooms: &'static [&'static str],
}

const HOUSES: [House; 5] = [
    House {
        folder: "crates/rnn-core/src",
        rooms: &["named", "error", "numeric", "cells", "kernels", "network", "training", "files"],
    },
    House {
        folder: "crates/echo-data/src",
        rooms: &["number", "words", "error", "generator", "sequences", "files", "task"],
    },
    House {
        folder: "crates/chart-kit/src",
        rooms: &["colour", "error", "text", "draw", "scale", "legend", "heat", "png", "page"],
    },
    House {
        folder: "crates/rnn-train/src",
        rooms: &["exit_code", "error", "text", "settings", "outputs", "training", "commands", "view"],
    },
    House { folder: "xtask/src", rooms: &["error", "charts", "trials", "report", "sweep", "check", "bench"] },
];

/// Lines of a file without its tests, at most.
const MOST_LINES: usize = 400;

/// A module's path from the crate's root: none of the root itself.
type Module = Vec<String>;

struct Source {
    path: PathBuf,
    module: Module,
    text: String,
    /// What it names by a path that begins with a module of the crate, or with the crate.
    paths: Vec<Vec<String>>,
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap()
}

/// All files of Rust below a folder, in the order of their names.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let files = |path: PathBuf| match path.is_dir() {
        true => files_below(&path),
        false if path.extension().is_some_and(|extension| extension == "rs") => vec![path],
        false => Vec::new(),
    };
    entries.into_iter().flat_map(files).collect()
}

fn module_of(folder: &Path, file: &Path) -> Module {
    let inner = file.strip_prefix(folder).unwrap().with_extension("");
    let mut module: Module = inner.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&&**last)) {
        module.pop();
    }
    module
}

/// The files of a crate, but for those that are compiled for tests alone.
fn sources(house: &House) -> Vec<Source> {
    let folder = workspace().join(house.folder);
    let files: Vec<_> = files_below(&folder).into_iter().map(|path| (module_of(&folder, &path), path)).collect();
    let mut of_tests = BTreeSet::new();
    let mut sources = Vec::new();
    for (module, path) in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for item in &parsed.items {
            if let Item::Mod(item) = item
                && is_of_tests(&item.attrs)
            {
                of_tests.insert([&module[..], &[item.ident.to_string()]].concat());
            }
        }
        let mut paths = Paths::default();
        paths.visit_file(&parsed);
        sources.push(Source { path: path.clone(), module: module.clone(), text, paths: paths.0 });
    }
    sources.retain(|source| !of_tests.contains(&source.module) && !source.module.ends_with(&["tests".to_owned()]));
    sources
}

fn is_of_tests(attributes: &[Attribute]) -> bool {
    let tells = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    attributes
        .iter()
        .filter(tells)
        .any(|attribute| attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test"))
}

/// Gathers the paths that a file names.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => &[],
        };
        if !is_of_tests(attributes) {
            visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        gather(&item.tree, &mut Vec::new(), &mut self.0);
        visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit_path(self, path);
    }
}

fn gather(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let with = |last: String| [&before[..], &[last]].concat();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            gather(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) => paths.push(with(name.ident.to_string())),
        UseTree::Rename(name) => paths.push(with(name.ident.to_string())),
        UseTree::Glob(_) => paths.push(with("*".to_owned())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| gather(tree, before, paths)),
    }
}

/// The module that a path of a source leads to, if it is one of the crate.
fn target(source: &Source, path: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    if path.len() == 1 {
        // `pub(crate)` and the like, or a name.
        return None;
    }
    let mut full = match &*path[0] {
        "crate" => path[1..].to_vec(),
        "self" => [&source.module[..], &path[1..]].concat(),
        "super" => {
            let ups = path.iter().take_while(|part| *part == "super").count();
            let above = source.module.len().checked_sub(ups)?;
            [&source.module[..above], &path[ups..]].concat()
        }
        // A module that the file itself declares.
        _ => [&source.module[..], path].concat(),
    };
    let own = !["crate", "self", "super"].contains(&&*path[0]);
    while !modules.contains(&full) {
        full.pop();
    }
    // What is no module's name is a name of another crate, or of the file's own.
    (!own || full.len() > source.module.len()).then_some(full)
}

fn shown(module: &Module) -> String {
    if module.is_empty() { "the crate's root".to_owned() } else { module.join("::") }
}

/// For each module those that it imports.
fn imports(sources: &[Source]) -> BTreeMap<Module, BTreeSet<Module>> {
    let modules: BTreeSet<_> = sources.iter().map(|source| source.module.clone()).collect();
    let of = |source: &Source| {
        let targets = source.paths.iter().filter_map(|path| target(source, path, &modules));
        (source.module.clone(), targets.filter(|target| *target != source.module).collect())
    };
    sources.iter().map(of).collect()
}

/// A way from a module back to itself, if there is one.
fn cycle(imports: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    let mut from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut next = vec![start];
    while let Some(module) = next.pop() {
        for to in &imports[module] {
            if to == start {
                let mut way = vec![start.clone(), module.clone()];
                let mut at = module;
                while at != start {
                    at = from[at];
                    way.push(at.clone());
                }
                way.reverse();
                return Some(way);
            }
            if !from.contains_key(to) {
                from.insert(to, module);
                next.push(to);
            }
        }
    }
    None
}

#[test]
fn modules_have_no_cycles() {
    for house in &HOUSES {
        let imports = imports(&sources(house));
        for module in imports.keys() {
            if let Some(way) = cycle(&imports, module) {
                let way: Vec<_> = way.iter().map(shown).collect();
                panic!("{}: {}", house.folder, way.join(" → "));
            }
        }
    }
}

#[test]
fn rooms_import_downwards() {
    for house in &HOUSES {
        let floor = |module: &Module| house.rooms.iter().position(|room| module.first().is_some_and(|own| own == room));
        for (module, imported) in imports(&sources(house)).into_iter().filter(|(module, _)| !module.is_empty()) {
            let own = floor(&module).unwrap_or_else(|| panic!("{}: {} has no floor", house.folder, shown(&module)));
            let above = imported.iter().find(|to| floor(to).is_none_or(|floor| floor > own));
            assert!(above.is_none(), "{}: {} imports {}", house.folder, shown(&module), shown(above.unwrap()));
        }
    }
}

/// Where the tests of a file begin.
fn tests_of(text: &str) -> usize {
    text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len())
}

#[test]
fn files_say_what_they_are_and_stay_one_idea() {
    for house in &HOUSES {
        for source in sources(house) {
            let name = source.path.display();
            assert!(source.text.starts_with("//!") || source.text.starts_with("#![doc"), "{name} must begin with //!");
            let lines = source.text[..tests_of(&source.text)].lines().count();
            assert!(
                lines <= MOST_LINES,
                "{name} has {lines} lines: it must have at most {MOST_LINES} without its tests"
            );
        }
    }
}

/// What is true of the echo alone.
const WORDS_OF_THE_ECHO: [&str; 4] = ["echo", "lag", "settled", "unsettled"];

/// Where they stand: the task's room, the names that people may mean by its settings, the columns that have been called so in
/// files from the beginning, and the name of the built-in sweep.
const PLACES_OF_THE_ECHO: [&str; 5] = [
    "crates/echo-data/src/lib.rs",
    "crates/echo-data/src/task/",
    "crates/rnn-train/src/settings/synonyms.rs",
    "crates/rnn-train/src/outputs/rows.rs",
    "xtask/src/trials/reader.rs",
];

#[test]
fn words_of_the_echo_stand_in_its_room() {
    let mut all = Vec::new();
    for house in &HOUSES {
        for source in sources(house) {
            let path = source.path.strip_prefix(workspace()).unwrap().display().to_string();
            if PLACES_OF_THE_ECHO.iter().any(|place| path.starts_with(place)) {
                continue;
            }
            let text = source.text[..tests_of(&source.text)].to_lowercase();
            let text = ["echo_data", "echo-data", "echo-rnn"].iter().fold(text, |text, name| text.replace(name, ""));
            let words = text.split(|c: char| !c.is_alphanumeric());
            let found = words.filter(|word| WORDS_OF_THE_ECHO.contains(word));
            all.extend(found.map(|word| format!("{path}: `{word}` is a word of the echo alone")));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// The targets of links to files of this workspace, in all its pages.
fn links(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    // A formula in brackets is no link.
    let own = targets.filter(|target| !target.contains([':', ' ']) && !target.starts_with('#'));
    own.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn links_of_pages_lead_somewhere() {
    let folders = ["", "docs", "crates/rnn-core", "crates/echo-data", "crates/chart-kit", "crates/rnn-train"];
    let mut count = 0;
    for folder in folders.map(|folder| workspace().join(folder)) {
        let pages = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        for page in pages.filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
            for target in links(&page) {
                assert!(folder.join(&target).exists(), "{}: {target} is not there", page.display());
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}
