//! What there is to be measured in a workspace: the steps, what stands in the files for each, and what each of them
//! needs of this machine.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use build_profiles::diagnostic::FilePath;
use build_profiles::edit::parse;
use build_profiles::evidence::Chain;
use build_profiles::layout::{environment_path, machine_path, manifest_path};
use build_profiles::measure::layer::{Layer, Part};
use build_profiles::measure::notes::{self, note};
use build_profiles::measure::piece::{Files, Piece, divide, missing, without};
use build_profiles::measure::record::Note;
use build_profiles::measure::scenario::{Builtin, Task};
use build_profiles::measure::wanted::Wanted;
use build_profiles::policy::Policy;
use build_profiles::runner::{self as runners, Runner};
use build_profiles::value::{KeyPath, Value};
use camino::Utf8Path;

use super::super::decided::Decided;
use crate::run::{self, Children, Wrapper};

/// The steps of one profile in one environment.
pub(super) struct Stack {
    pub(super) parts: Vec<Part>,
    pub(super) tasks: Vec<Task>,
    pub(super) notes: Vec<Note>,
    /// The compiler cache, with a program that can be given a cache of its own.
    pub(super) cache: Option<String>,
    /// Whether the user's own config asks for a cache in every workspace.
    wrapper_above: bool,
    /// The runner, wherever it is in force.
    pub(super) runner: Runner,
    pieces: Vec<Vec<Piece>>,
    /// What Cargo reads in the repository.
    texts: BTreeMap<FilePath, String>,
    machine: FilePath,
}

impl Stack {
    pub(super) fn of(
        decided: &Decided,
        environment: Option<&str>,
        wanted: &Wanted,
        children: &Children,
        chain: &Chain,
        has_hub: bool,
    ) -> Result<Self> {
        let repository = &decided.repository;
        let empty = Policy::default();
        let policy = repository.policy.as_ref().unwrap_or(&empty);
        let machine = machine_path(policy);
        let mut texts = texts(decided);
        match environment {
            None => texts.extend(
                repository
                    .machine
                    .clone()
                    .map(|text| (machine.clone(), text)),
            ),
            Some(name) => {
                let file = environment_path(policy, name);
                let Some(text) = repository.workspace.files.get(&file) else {
                    let names: Vec<&str> = policy
                        .environments
                        .iter()
                        .map(|environment| environment.name.value.as_str())
                        .collect();
                    bail!(
                        "the policy has no environment `{name}`\n\nhelp: {}",
                        match names.is_empty() {
                            true => "there is none; leave `--environment` out".to_owned(),
                            false => format!("there are: {}", names.join(", ")),
                        }
                    );
                };
                texts.insert(machine.clone(), text.clone());
            }
        }
        let test = runners::test(policy, environment);
        let mut stack = Self {
            parts: Vec::new(),
            tasks: wanted.tasks.clone(),
            notes: Vec::new(),
            cache: cache(children, &texts),
            wrapper_above: above(chain)
                .any(|(_, path)| matches!(path.parts()[..], ["build", "rustc-wrapper"])),
            runner: Runner::of(&test),
            pieces: Vec::new(),
            texts,
            machine,
        };
        if stack.runner == Runner::Nextest && run::runner::nextest(children)?.is_none() {
            stack.runner = Runner::Cargo;
            stack.note(
                "layer_not_measured",
                "`runner` is not measured: cargo-nextest is not installed on this machine",
            );
        }
        let files = Files {
            policy,
            settings: &decided.settings,
            texts: &stack.texts,
        };
        let pieces = divide(&files, &wanted.parts);
        let mut left_out = Vec::new();
        for (part, pieces) in wanted.parts.iter().zip(pieces) {
            let is_there = match part {
                Part::Layer(Layer::Runner) => stack.runner == Runner::Nextest,
                Part::Layer(Layer::Cache) if !pieces.is_empty() && stack.cache.is_none() => {
                    left_out.push(format!(
                        "`{part}` is not measured: a cache of its own can be made for sccache alone"
                    ));
                    continue;
                }
                _ => !pieces.is_empty(),
            };
            match is_there {
                true => {
                    stack.parts.push(part.clone());
                    stack.pieces.push(pieces);
                }
                false => left_out.push(format!(
                    "`{part}` is not measured: {}",
                    missing(part, &files)
                )),
            }
        }
        for text in left_out {
            let said = stack
                .notes
                .iter()
                .any(|note| note.text.contains("`runner`"));
            if !(said && text.starts_with("`runner`")) {
                stack.note("layer_not_measured", &text);
            }
        }
        if stack.parts.is_empty() {
            let reasons: Vec<&str> = stack.notes.iter().map(|note| note.text.as_str()).collect();
            bail!(
                "there is nothing to measure here\n\n{}\n\n\
                 help: a build has to be configured before it can be told what that is worth; \
                 before that: cargo xtask measure --upper-bound",
                reasons.join("\n")
            );
        }
        stack.leave_out_scenarios(has_hub);
        Ok(stack)
    }

    fn leave_out_scenarios(&mut self, has_hub: bool) {
        let asks = |stack: &Self, builtin| stack.tasks.contains(&Task::Builtin(builtin));
        if asks(self, Builtin::CleanCached) && self.cache.is_none() {
            self.leave_out(
                Builtin::CleanCached,
                "without a cache it is the same as `clean`",
            );
            let clean = Task::Builtin(Builtin::Clean);
            if !self.tasks.contains(&clean) {
                self.tasks.insert(0, clean);
            }
        }
        if asks(self, Builtin::EditHub) && !has_hub {
            self.leave_out(Builtin::EditHub, "no member depends on another");
        }
    }

    fn leave_out(&mut self, builtin: Builtin, why: &str) {
        self.tasks.retain(|task| *task != Task::Builtin(builtin));
        let text = format!("`{}` is not measured: {why}", builtin.name());
        self.note("scenario_not_measured", &text);
    }

    pub(super) fn note(&mut self, code: &str, text: &str) {
        self.notes.push(note(code, text));
    }

    /// Whether copies with these parts call the cache.
    pub(super) fn has_cache(&self, parts: &BTreeSet<usize>) -> bool {
        let step = Part::Layer(Layer::Cache);
        let index = self.parts.iter().position(|part| *part == step);
        self.cache.is_some() && index.is_none_or(|index| parts.contains(&index))
    }

    /// What becomes of caches that copies with these parts do not ask for themselves.
    pub(super) fn wrapper(&self, parts: &BTreeSet<usize>) -> Wrapper {
        match (self.has_cache(parts), self.wrapper_above) {
            (true, _) => Wrapper::Own,
            (false, true) => Wrapper::Emptied,
            (false, false) => Wrapper::Unset,
        }
    }

    /// The runner of the tests where the step is in force, or where it is no step.
    pub(super) fn runner(&self, with_runner: bool) -> Runner {
        let is_step = self.parts.contains(&Part::Layer(Layer::Runner));
        match with_runner || !is_step {
            true => self.runner,
            false => Runner::Cargo,
        }
    }

    /// The files of a copy that has these parts alone, as far as they differ from the workspace's, with the machine's own.
    pub(super) fn files(&self, parts: &BTreeSet<usize>) -> Result<BTreeMap<FilePath, String>> {
        let off = (0..self.parts.len()).filter(|index| !parts.contains(index));
        let pieces = off.flat_map(|index| &self.pieces[index]);
        let mut changed = match without(&self.texts, pieces) {
            Ok(changed) => changed,
            Err((file, refusal)) => bail!(
                "`{file}` can't be written without a layer: {refusal}\n\n\
                 help: name the steps that matter with `--layer`"
            ),
        };
        if let Some(text) = self.texts.get(&self.machine) {
            changed
                .entry(self.machine.clone())
                .or_insert_with(|| text.clone());
        }
        Ok(changed)
    }
}

/// The root manifest and the Cargo config files of the repository, without the machine's.
fn texts(decided: &Decided) -> BTreeMap<FilePath, String> {
    let workspace = &decided.repository.workspace;
    let is_read = |file: &FilePath| {
        let path = Utf8Path::new(file.as_str());
        let in_config = path
            .components()
            .any(|component| component.as_str() == ".cargo");
        let of_environment = path
            .parent()
            .is_some_and(|folder| folder.ends_with(".cargo/env"));
        *file == manifest_path()
            || in_config && !of_environment
            || workspace.included.contains(file)
    };
    let files = workspace.files.iter();
    files
        .filter(|(file, _)| is_read(file))
        .map(|(file, text)| (file.clone(), text.clone()))
        .collect()
}

/// The sccache that the files call.
fn cache(children: &Children, texts: &BTreeMap<FilePath, String>) -> Option<String> {
    let key = KeyPath::new(["build", "rustc-wrapper"]);
    let program = texts.values().find_map(|text| {
        let leaf = parse(text).ok()?.leaf(&key)?;
        match leaf.value? {
            Value::Str(program) => Some(program),
            _ => None,
        }
    })?;
    let is_sccache = Utf8Path::new(&program).file_stem() == Some("sccache");
    if !is_sccache {
        return None;
    }
    if program.contains(['/', '\\']) {
        return Some(program);
    }
    run::look_up(children, [program.as_str()]).remove(&program)
}

/// What decides for every copy, whatever its files say: variables of the shell, and the user's own config.
pub(super) fn stronger(children: &Children, chain: &Chain) -> Vec<Note> {
    let decides = |name: &str| {
        matches!(
            name,
            "RUSTFLAGS"
                | "CARGO_ENCODED_RUSTFLAGS"
                | "CARGO_INCREMENTAL"
                | "CARGO_BUILD_INCREMENTAL"
        ) || name.starts_with("CARGO_PROFILE_")
            || name.starts_with("CARGO_TARGET_") && name.ends_with("_LINKER")
            || name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS")
            || name == "CARGO_BUILD_RUSTFLAGS"
    };
    let variables = children.steering();
    let mut places: Vec<String> = variables
        .iter()
        .filter(|(name, _)| decides(name))
        .map(|(name, value)| format!("`{name}={value}` in the environment"))
        .collect();
    for (file, path) in above(chain) {
        if matches!(
            path.parts()[..],
            ["profile", ..]
                | ["build", "rustflags" | "incremental"]
                | ["target", _, "linker" | "rustflags"]
        ) {
            places.push(format!("`{path}` in `{file}`"));
        }
    }
    places.iter().map(|place| notes::stronger(place)).collect()
}

/// The keys of the user's own config: that of `CARGO_HOME`, and those above the repository.
fn above(chain: &Chain) -> impl Iterator<Item = (&str, KeyPath)> {
    let own = chain.configs.iter().filter(|config| {
        config.own && Utf8Path::new(&config.file).file_name() != Some("machine.toml")
    });
    own.flat_map(|config| {
        let leaves = parse(&config.text).map(|source| source.leaves());
        let leaves = leaves.unwrap_or_default().into_iter();
        leaves.map(|leaf| (config.file.as_str(), leaf.path))
    })
}
