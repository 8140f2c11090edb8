//! What leads to the machine's layer and to the xtask: lines of ignore files, `include`, `members`, aliases, excludes.

use glob::Pattern;
use toml_edit::{Document, Item};

use super::Package;
use crate::diagnostic::FilePath;
use crate::edit::{Edit, parse};
use crate::layout::{config_path, machine_path, manifest_path};
use crate::local::LOCAL_POLICY;
use crate::plan::{ignore, includes};
use crate::policy::Policy;
use crate::settings::GLOB;
use crate::touched::Touched;
use crate::value::{KeyPath, Value};

/// Where cargo-hakari says which packages it leaves out; older versions in the second.
pub const HAKARI: [&str; 2] = [".config/hakari.toml", ".guppy/hakari.toml"];

/// Takes out the very lines that `configure` writes. That of the machine's layer stays as long as something reads it.
pub(super) fn ignore_lines(policy: &Policy, include_stays: bool, draft: &mut Touched<'_>) {
    for (file, line) in ignore::wanted(policy, draft.workspace) {
        let is_machines = line.trim_start_matches('/') != LOCAL_POLICY;
        let Some(text) = draft.text(&file) else {
            continue;
        };
        if is_machines && include_stays {
            continue;
        }
        let lines = text.split_inclusive('\n');
        let kept: String = lines
            .filter(|known| known.trim_end_matches(['\r', '\n']) != line)
            .collect();
        if kept == text {
            continue;
        }
        draft.replace(&file, kept);
        // A `.gitignore` of nothing else was made for them; a `.dockerignore` was there before.
        if file.as_str().ends_with(".gitignore") {
            draft.remove_if_emptied(&file);
        }
    }
}

/// Takes the machine's layer out of the config's `include`.
pub(super) fn include(policy: &Policy, draft: &mut Touched<'_>) {
    let (config, machine) = (config_path(policy), machine_path(policy));
    let name = machine.as_str().rsplit('/').next().unwrap_or_default();
    let found = includes(draft.text(&config).unwrap_or_default());
    let is_ours = |path: &str| path.trim_start_matches("./") == name;
    let ours = found.iter().position(|include| is_ours(&include.path));
    if let Some(element) = ours {
        let path = KeyPath::new(["include"]);
        let edit = match found.len() {
            1 => Edit::Remove { path },
            _ => Edit::TakeOut { path, element },
        };
        draft.edit(&config, edit, "take the machine's layer out of it");
    }
    draft.remove_if_emptied(&config);
}

/// Takes the package out of `members` and `default-members`. Says whether a glob takes it in that takes in others too.
pub(super) fn members(package: &Package, others: &[&Package], draft: &mut Touched<'_>) -> bool {
    let root = manifest_path();
    let mut by_glob = false;
    for key in ["members", "default-members"] {
        let path = KeyPath::new(["workspace", key]);
        let elements = strings(draft.text(&root), &path);
        // From the end: the numbers of those before stay.
        for (element, entry) in elements.iter().enumerate().rev() {
            let entry = entry.trim_start_matches("./").trim_end_matches('/');
            let takes = |folder: &str| {
                entry == folder
                    || Pattern::new(entry).is_ok_and(|glob| glob.matches_with(folder, GLOB))
            };
            if !takes(&package.folder) {
                continue;
            }
            // Cargo takes a pattern that matches nothing for a name.
            if entry != package.folder && others.iter().any(|other| takes(&other.folder)) {
                by_glob = true;
                continue;
            }
            let path = path.clone();
            let edit = Edit::TakeOut { path, element };
            draft.edit(&root, edit, &format!("take `{}` out", package.folder));
        }
    }
    by_glob
}

/// An alias of a Cargo config.
pub(super) struct Alias {
    pub(super) file: FilePath,
    pub(super) name: String,
    words: Vec<String>,
}

impl Alias {
    /// Whether it runs this package, and nothing else.
    pub(super) fn runs(&self, package: &Package) -> bool {
        let manifest = package.manifest_path();
        let named = |value: &str| value == package.name;
        self.words
            .first()
            .is_some_and(|word| word == "run" || word == "r")
            && (self.option(&["--package", "-p"]).is_some_and(named)
                || self.option(&["--bin"]).is_some_and(named)
                || self
                    .option(&["--manifest-path"])
                    .is_some_and(|path| path.trim_start_matches("./") == manifest.as_str()))
    }

    pub(super) fn profile(&self) -> Option<&str> {
        self.option(&["--profile"])
    }

    fn option(&self, names: &[&str]) -> Option<&str> {
        let mut words = self.words.iter().take_while(|word| *word != "--");
        while let Some(word) = words.next() {
            for name in names {
                match word.strip_prefix(name) {
                    Some("") => return words.next().map(String::as_str),
                    Some(rest) if rest.starts_with('=') => return Some(&rest[1..]),
                    Some(rest) if name.len() == 2 => return Some(rest),
                    _ => {}
                }
            }
        }
        None
    }
}

/// Every alias of the config files of this workspace.
pub(super) fn aliases(policy: &Policy, draft: &Touched<'_>) -> Vec<Alias> {
    let workspace = draft.workspace;
    let mut files = vec![config_path(policy)];
    files.extend(workspace.included.iter().chain(&workspace.parents).cloned());
    let mut aliases = Vec::new();
    for file in files {
        let Some(source) = draft.text(&file).and_then(|text| parse(text).ok()) else {
            continue;
        };
        for leaf in source.leaves() {
            let ["alias", name] = leaf.path.parts()[..] else {
                continue;
            };
            let words = match leaf.value {
                Some(Value::Array(words)) => words,
                Some(Value::Str(line)) => line.split_whitespace().map(str::to_owned).collect(),
                _ => continue,
            };
            aliases.push(Alias {
                file: file.clone(),
                name: name.to_owned(),
                words,
            });
        }
    }
    aliases
}

/// Takes the aliases out that run the package, and the profile that it was built with if it is nobody else's.
pub(super) fn alias_and_profile(policy: &Policy, package: &Package, draft: &mut Touched<'_>) {
    let (ours, others): (Vec<Alias>, Vec<Alias>) = aliases(policy, draft)
        .into_iter()
        .partition(|alias| alias.runs(package));
    for alias in &ours {
        let path = KeyPath::new(["alias", &alias.name]);
        draft.edit(&alias.file, Edit::Remove { path }, "take the alias out");
        draft.remove_if_emptied(&alias.file);
    }
    let root = manifest_path();
    for name in ["xtask", &package.name] {
        let path = KeyPath::new(["profile", name]);
        let Some(source) = draft.text(&root).and_then(|text| parse(text).ok()) else {
            return;
        };
        let is_inherited = source.leaves().iter().any(|leaf| {
            matches!(leaf.path.parts()[..], ["profile", _, "inherits"])
                && leaf.value == Some(Value::from(name))
        });
        let is_used = others.iter().any(|alias| alias.profile() == Some(name));
        if source.table_span(&path).is_some() && !is_inherited && !is_used {
            draft.edit(&root, Edit::Remove { path }, "take the profile out");
        }
    }
}

/// Takes the package out of what cargo-hakari leaves out: it stops at a name that is no member's.
pub(super) fn hakari(package: &Package, draft: &mut Touched<'_>) {
    let tables = ["final-excludes", "traversal-excludes"];
    let places = HAKARI
        .iter()
        .flat_map(|file| tables.map(|table| (*file, table)));
    for (file, table) in places {
        let file = FilePath::new(file);
        let path = KeyPath::new([table, "workspace-members"]);
        let names = strings(draft.text(&file), &path);
        let found = names.iter().position(|name| *name == package.name);
        if let Some(element) = found {
            let edit = match names.len() {
                1 => Edit::Remove { path },
                _ => Edit::TakeOut { path, element },
            };
            draft.edit(&file, edit, &format!("take `{}` out", package.name));
        }
    }
}

/// The elements of an array; one that is no string is an empty one.
fn strings(text: Option<&str>, path: &KeyPath) -> Vec<String> {
    let text = text.unwrap_or_default().trim_start_matches('\u{feff}');
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let mut item = Some(document.as_item());
    for part in path.parts() {
        item = item.and_then(|item| item.get(part));
    }
    let array = item.and_then(Item::as_array);
    array
        .into_iter()
        .flatten()
        .map(|element| element.as_str().unwrap_or_default().to_owned())
        .collect()
}
