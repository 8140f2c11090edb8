//! What stands in the files for each step of the ladder, and the files without it.
//!
//! The whole stack is the files as they are: those that everybody builds with. A variant without a layer is the same files
//! with that layer's keys taken out.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::FilePath;
use crate::edit::{self, Edit, Leaf, Refusal, parse};
use crate::layout::{machine_path, manifest_path};
use crate::measure::layer::{Layer, Part};
use crate::policy::Policy;
use crate::policy::flags::{asks_for_linker, codegen};
use crate::settings::{Settings, Via};
use crate::value::{KeyPath, Value};

/// One key that belongs to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands.
    pub file: FilePath,
    /// How it is taken out.
    pub edit: TakenOut,
}

/// How a key is taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenOut {
    /// It goes.
    Key(KeyPath),
    /// Of its flags these stay.
    Flags(KeyPath, Vec<String>),
}

/// The files of a workspace that say how it builds.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// The policy; an empty one where there is none.
    pub policy: &'a Policy,
    /// What it comes to.
    pub settings: &'a Settings,
    /// The root manifest and every Cargo config file in the repository, the machine's own among them.
    pub texts: &'a BTreeMap<FilePath, String>,
}

/// The pieces of each part, in the order of the parts. What has a part of its own is in no layer beside it; of two parts
/// that name the same setting, the first has it.
pub fn divide(files: &Files<'_>, parts: &[Part]) -> Vec<Vec<Piece>> {
    let mut pieces = vec![Vec::new(); parts.len()];
    // The more exact word first.
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| match &parts[*index] {
        Part::Setting(_) => 0,
        Part::Tradeoff(_) => 1,
        Part::Layer(_) => 2,
    });
    for (file, text) in files.texts {
        let Ok(source) = parse(text) else { continue };
        for leaf in source.leaves() {
            if is_unmanaged(files.policy, &leaf.path) {
                continue;
            }
            let found = order.iter().find_map(|index| {
                let edit = taken_out(files, &parts[*index], file, &leaf)?;
                Some((*index, edit))
            });
            if let Some((index, edit)) = found {
                pieces[index].push(Piece {
                    file: file.clone(),
                    edit,
                });
            }
        }
    }
    pieces
}

fn is_unmanaged(policy: &Policy, path: &KeyPath) -> bool {
    policy
        .unmanaged
        .iter()
        .any(|entry| path.starts_with(&entry.path))
}

/// How a leaf is taken out if it belongs to the part.
fn taken_out(files: &Files<'_>, part: &Part, file: &FilePath, leaf: &Leaf) -> Option<TakenOut> {
    let key = || Some(TakenOut::Key(leaf.path.clone()));
    let parts = leaf.path.parts();
    match (part, &parts[..]) {
        // Without it a custom profile could not be built with at all.
        (_, ["profile", _, "inherits"]) => None,
        (Part::Setting(path), _) if leaf.path.starts_with(path) => key(),
        (Part::Tradeoff(profile), ["profile", name, ..]) if profile == name => {
            let layers = [
                &files.settings.manifest,
                &files.settings.config,
                &files.settings.portable,
            ];
            let is_word = layers
                .into_iter()
                .chain(files.settings.environments.values())
                .filter_map(|layer| layer.get(&leaf.path))
                .any(|setting| matches!(setting.origin.via, Via::Tradeoff(_)));
            is_word.then(key)?
        }
        (Part::Layer(Layer::Profiles), ["profile", ..]) => key(),
        (Part::Layer(Layer::Cache), ["build", "rustc-wrapper"]) => key(),
        // Elsewhere it is a wish of its own.
        (Part::Layer(Layer::Cache), ["build", "incremental"]) => {
            let text = files.texts.get(file)?;
            let beside = parse(text).ok()?;
            let wrapper = KeyPath::new(["build", "rustc-wrapper"]);
            (*file == machine_path(files.policy) && beside.leaf(&wrapper).is_some()).then(key)?
        }
        (Part::Layer(Layer::Linker), ["target", _, "linker"]) => key(),
        (Part::Layer(Layer::Linker), ["build", "rustflags"] | ["target", _, "rustflags"]) => {
            without_linker(leaf)
        }
        _ => None,
    }
}

/// The flags without those that ask for a linker.
fn without_linker(leaf: &Leaf) -> Option<TakenOut> {
    let flags: Vec<String> = match leaf.value.as_ref()? {
        Value::Array(flags) => flags.clone(),
        Value::Str(flags) => flags.split_whitespace().map(str::to_owned).collect(),
        _ => return None,
    };
    let words: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut gone = BTreeSet::new();
    for option in codegen(&words) {
        let is_linker = matches!(
            &*option.name,
            "linker" | "linker-flavor" | "linker-features" | "link-self-contained"
        );
        let is_argument = matches!(&*option.name, "link-arg" | "link-args");
        if is_linker || is_argument && asks_for_linker(option.value) {
            gone.extend(option.flags.0..=option.flags.1);
        }
    }
    if gone.is_empty() {
        return None;
    }
    let left = flags.iter().enumerate();
    let left = left.filter(|(index, _)| !gone.contains(index));
    let left: Vec<String> = left.map(|(_, flag)| flag.clone()).collect();
    Some(match left.is_empty() {
        true => TakenOut::Key(leaf.path.clone()),
        false => TakenOut::Flags(leaf.path.clone(), left),
    })
}

/// The files that differ once the pieces are taken out, with their new text.
pub fn without<'p>(
    texts: &BTreeMap<FilePath, String>,
    pieces: impl IntoIterator<Item = &'p Piece>,
) -> Result<BTreeMap<FilePath, String>, (FilePath, Refusal)> {
    let mut edits: BTreeMap<&FilePath, Vec<Edit>> = BTreeMap::new();
    for piece in pieces {
        let edit = match &piece.edit {
            TakenOut::Key(path) => Edit::Remove { path: path.clone() },
            TakenOut::Flags(path, flags) => Edit::Set {
                path: path.clone(),
                value: Value::Array(flags.clone()),
                comment: None,
            },
        };
        edits.entry(&piece.file).or_default().push(edit);
    }
    let mut changed = BTreeMap::new();
    for (file, edits) in edits {
        let text = texts.get(file).map_or("", String::as_str);
        let after = edit::apply(text, &edits).map_err(|refusal| (file.clone(), refusal))?;
        changed.insert(file.clone(), after);
    }
    Ok(changed)
}

/// Why a part has no pieces here, in words.
pub fn missing(part: &Part, files: &Files<'_>) -> String {
    let machine = machine_path(files.policy);
    match part {
        Part::Layer(Layer::Profiles) => format!(
            "no profile in `{}` or in the Cargo config sets anything",
            manifest_path()
        ),
        Part::Layer(Layer::Cache) if files.policy.base.cache.is_some() => format!(
            "`{machine}` has no cache on this machine: `cargo xtask configure` writes it where one works"
        ),
        Part::Layer(Layer::Cache) => "nothing configures a compiler cache".to_owned(),
        Part::Layer(Layer::Linker) if !files.policy.base.linkers.is_empty() => format!(
            "`{machine}` has no linker on this machine: `cargo xtask configure` writes it where one works"
        ),
        Part::Layer(Layer::Linker) => "nothing configures a linker".to_owned(),
        Part::Layer(Layer::Runner) => "the tests are run by Cargo itself".to_owned(),
        Part::Tradeoff(profile) => {
            format!("the policy has no `tradeoff` for `{profile}`, or it sets nothing")
        }
        Part::Setting(_) => "it is not set in any file of this workspace".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Workspace;
    use crate::policy;
    use crate::settings::settle;

    const POLICY: &str = "schema = 1\ntoolchain = \"1.94\"\n[profile.dev]\ntradeoff = \"compile-time\"\nopt-level = 1\n\
                          [cache]\ntool = \"sccache\"\n[unmanaged]\nprofile.dist = \"dist's\"\n";

    fn texts() -> BTreeMap<FilePath, String> {
        [
            (
                "Cargo.toml",
                "[workspace]\n\n[profile.dev]\nopt-level = 1\ndebug = \"line-tables-only\"\n\n[profile.ci]\ninherits = \"dev\"\n\
                 debug = false\n\n[profile.dist]\nlto = \"fat\"\n",
            ),
            (
                ".cargo/config.toml",
                "[build]\nincremental = true\nrustflags = [\"--cfg\", \"x\", \"-C\", \"link-arg=-fuse-ld=lld\"]\n",
            ),
            (
                ".cargo/machine.toml",
                "# Ours.\n[build]\nrustc-wrapper = \"/bin/sccache\"\nincremental = false\n\n[target.x]\nlinker = \"mold\"\n",
            ),
        ]
        .map(|(file, text)| (FilePath::new(file), text.to_owned()))
        .into()
    }

    fn after(parts: &[&str], off: &[usize]) -> BTreeMap<String, String> {
        let file = FilePath::new("build-profiles.toml");
        let (policy, found) = policy::parse(&file, POLICY);
        assert!(found.is_empty(), "{found:?}");
        let policy = policy.expect("it is valid");
        let workspace = Workspace {
            files: texts(),
            ..Workspace::default()
        };
        let (settings, _) = settle(&file, &policy, &workspace);
        let parts: Vec<Part> = parts
            .iter()
            .map(|name| Part::named(name).expect("a part"))
            .collect();
        let texts = texts();
        let files = Files {
            policy: &policy,
            settings: &settings,
            texts: &texts,
        };
        let pieces = divide(&files, &parts);
        let off = off.iter().flat_map(|index| &pieces[*index]);
        let changed = without(&texts, off).expect("plain files");
        changed
            .into_iter()
            .map(|(file, text)| (file.to_string(), text))
            .collect()
    }

    #[test]
    fn profiles_go_and_what_others_own_stays() {
        let changed = after(&["profiles"], &[0]);
        assert_eq!(
            changed["Cargo.toml"],
            "[workspace]\n\n[profile.ci]\ninherits = \"dev\"\n\n[profile.dist]\nlto = \"fat\"\n"
        );
        assert_eq!(changed.len(), 1);
    }

    #[test]
    fn a_cache_goes_with_what_it_asked_for() {
        let changed = after(&["cache"], &[0]);
        assert_eq!(
            changed[".cargo/machine.toml"],
            "# Ours.\n\n[target.x]\nlinker = \"mold\"\n"
        );
        assert_eq!(
            changed.len(),
            1,
            "incremental of the config is a wish of its own"
        );
    }

    #[test]
    fn a_linker_goes_wherever_it_is_asked_for() {
        let changed = after(&["linker"], &[0]);
        assert_eq!(
            changed[".cargo/config.toml"],
            "[build]\nincremental = true\nrustflags = [\"--cfg\", \"x\"]\n"
        );
        assert!(!changed[".cargo/machine.toml"].contains("linker"));
    }

    #[test]
    fn what_has_a_step_of_its_own_is_in_no_layer() {
        let parts = ["profiles", "profile.dev.tradeoff", "profile.ci.debug"];
        let all = after(&parts, &[0]);
        assert!(all["Cargo.toml"].contains("debug = \"line-tables-only\""));
        assert!(all["Cargo.toml"].contains("debug = false"));
        assert!(!all["Cargo.toml"].contains("opt-level = 1"));
        let word = after(&parts, &[1]);
        assert!(!word["Cargo.toml"].contains("line-tables-only"));
        assert!(word["Cargo.toml"].contains("opt-level = 1"));
        assert!(!after(&parts, &[2])["Cargo.toml"].contains("debug = false"));
    }
}
