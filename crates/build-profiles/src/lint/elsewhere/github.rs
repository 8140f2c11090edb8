//! GitHub: workflows, and actions that are made of steps.

use std::ops::Range;

use super::place::Places;
use super::said::{Action, Knob, Said, Scope, ScopeId, is_computed};
use super::shell::{self, ForWhom};
use super::targets;
use super::yaml::{Id, Kind, Tree, Unread};

/// A workflow.
pub(super) fn workflow(text: &str) -> Result<Said, Unread> {
    let mut reader = Reader::new(text)?;
    let root = reader.tree.root();
    reader.said.scopes[0].builds = None;
    reader.variables(root, 0);
    let jobs = reader.tree.get(root, "jobs");
    let jobs: Vec<Id> = jobs.map_or(Vec::new(), |jobs| {
        reader.tree.pairs(jobs).map(|(_, _, job)| job).collect()
    });
    for job in jobs {
        reader.job(job);
    }
    Ok(reader.said)
}

/// `action.yml`. Only one that is made of steps sets variables that can be read.
pub(super) fn action(text: &str) -> Result<Said, Unread> {
    let mut reader = Reader::new(text)?;
    reader.said.scopes[0].is_job = true;
    if let Some(runs) = reader.tree.get(reader.tree.root(), "runs") {
        reader.steps(runs, 0);
    }
    Ok(reader.said)
}

/// The folders of the actions of this repository that a text uses: `.github/actions/setup`.
pub(super) fn own_actions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (_, used) = line.split_once("uses:")?;
        let used = used.trim().trim_matches(['"', '\'']);
        let used = used.split([' ', '"', '\'']).next()?;
        used.strip_prefix("./")
            .map(|used| used.trim_end_matches('/'))
    })
}

struct Reader<'a> {
    text: &'a str,
    tree: Tree,
    said: Said,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Result<Self, Unread> {
        Ok(Self {
            text,
            tree: Tree::read(text)?,
            said: Said::of_file(),
        })
    }

    fn job(&mut self, job: Id) {
        let tree = &self.tree;
        // Another workflow, which gets no variables of this one.
        if tree.get(job, "uses").is_some() || self.is_off(job) {
            return;
        }
        let text = &self.text[tree.node(job).span.clone()];
        // Somebody takes the config away before it is read.
        let has_config = !text
            .lines()
            .any(|line| line.contains("rm ") && line.contains(".cargo/config"));
        let mut triples = self.hosts(job);
        let lower = text.to_ascii_lowercase();
        let is_gnu = ["msys", "cygwin", "mingw"]
            .iter()
            .any(|name| lower.contains(name));
        if is_gnu && !lower.contains("msvc") {
            // What is built there comes from a toolchain of its own.
            triples.retain(|triple| !triple.ends_with("-msvc"));
            triples.push("x86_64-pc-windows-gnu");
        }
        if triples.is_empty() {
            triples.push(targets::LINUX);
        }
        if let Some(container) = tree.get(job, "container") {
            let container = &self.text[tree.node(container).span.clone()];
            if container.contains("alpine") {
                triples.push("x86_64-unknown-linux-musl");
            }
        }
        triples.extend(targets::named(text));
        let scope = Scope {
            around: Some(0),
            targets: Some(triples),
            builds: Some(has_config && targets::builds(text)),
            is_job: true,
            ..Scope::default()
        };
        let Some(scope) = self.said.open(scope) else {
            return;
        };
        self.variables(job, scope);
        if let Some(container) = self.tree.get(job, "container") {
            self.env(container, scope);
        }
        self.steps(job, scope);
    }

    /// `env`, and whether there is a folder to work in.
    fn variables(&mut self, of: Id, scope: ScopeId) {
        let tree = &self.tree;
        let run = tree
            .get(of, "defaults")
            .and_then(|defaults| tree.get(defaults, "run"));
        let folder = run.and_then(|run| tree.get(run, "working-directory"));
        if folder.or(tree.get(of, "working-directory")).is_some() {
            self.said.scopes[scope].has_folder = true;
        }
        self.env(of, scope);
    }

    fn env(&mut self, of: Id, scope: ScopeId) {
        let Some(env) = self.tree.get(of, "env") else {
            return;
        };
        let has_merge = self.tree.pairs(env).any(|(name, ..)| name == "<<");
        let is_map = matches!(self.tree.node(env).kind, Kind::Map(_));
        let is_nothing = self.tree.text(env).is_some_and(str::is_empty);
        if has_merge || !is_map && !is_nothing {
            self.said.scopes[scope].is_opaque = true;
        }
        let knobs = pairs(&self.tree, env, scope);
        for knob in knobs {
            self.said.push(knob);
        }
    }

    fn steps(&mut self, of: Id, job: ScopeId) {
        let steps = self.tree.get(of, "steps");
        let steps = steps.map_or(Vec::new(), |steps| self.tree.list(steps).to_vec());
        for step in steps {
            if self.is_off(step) {
                continue;
            }
            let scope = Scope {
                around: Some(job),
                targets: self.targets_of_step(step, job),
                builds: self.builds_nothing(step).then_some(false),
                ..Scope::default()
            };
            let Some(scope) = self.said.open(scope) else {
                return;
            };
            self.variables(step, scope);
            if let Some(uses) = self.tree.get(step, "uses") {
                self.uses(step, uses, scope);
            }
            if let Some(run) = self.tree.get(step, "run") {
                script(self.text, &self.tree, run, &mut self.said, (scope, job));
            }
        }
    }

    fn uses(&mut self, step: Id, uses: Id, scope: ScopeId) {
        let Some(name) = self.tree.text(uses) else {
            return;
        };
        let inputs = self.tree.get(step, "with");
        let is_opaque = inputs.is_some_and(|with| self.tree.pairs(with).next().is_none());
        if is_opaque {
            return;
        }
        let inputs = inputs.map_or(Vec::new(), |with| {
            let inputs = self.tree.pairs(with);
            inputs
                .map(|(name, _, value)| (name.to_owned(), literal(&self.tree, value)))
                .collect()
        });
        let name = name.split('@').next().unwrap_or_default();
        self.said.actions.push(Action {
            name: name.to_ascii_lowercase(),
            inputs,
            scope,
            span: self.tree.node(uses).span.clone(),
        });
    }

    /// Whether a step sets something up, formats, or installs from a registry, where no config of ours is read.
    fn builds_nothing(&self, step: Id) -> bool {
        const OTHERS: &[&str] = &["install", "cache", "setup", "checkout", "upload-artifact"];
        let text = |key| self.tree.get(step, key).and_then(|id| self.tree.text(id));
        match (text("run"), text("uses")) {
            (Some(run), _) => run.contains("cargo ") && !targets::builds(run),
            (None, Some(uses)) => OTHERS.iter().any(|other| uses.contains(other)),
            (None, None) => false,
        }
    }

    /// The triples of the job that the step's condition leaves: `runner.os == 'Windows'`.
    fn targets_of_step(&self, step: Id, job: ScopeId) -> Option<Vec<&'static str>> {
        let condition = self.tree.get(step, "if")?;
        let systems = targets::of_condition(self.tree.text(condition)?)?;
        let mut triples = self.said.targets(job);
        triples.retain(|triple| systems.iter().any(|system| triple.contains(system)));
        (!triples.is_empty()).then_some(triples)
    }

    /// `if: false`.
    fn is_off(&self, of: Id) -> bool {
        let condition = self.tree.get(of, "if");
        let condition = condition.and_then(|condition| self.tree.text(condition));
        condition.is_some_and(|text| matches!(text.trim(), "false" | "${{ false }}"))
    }

    /// The hosts that `runs-on` names, in the matrix if it says so.
    fn hosts(&self, job: Id) -> Vec<&'static str> {
        let tree = &self.tree;
        let Some(runs_on) = tree.get(job, "runs-on") else {
            return Vec::new();
        };
        let mut labels: Vec<&str> = Vec::new();
        match tree.text(runs_on) {
            Some(label) if !label.contains("${{") => labels.push(label),
            Some(expression) => {
                let strings = expression.split('\'').skip(1).step_by(2);
                labels.extend(strings);
                if let Some((_, name)) = expression.split_once("matrix.") {
                    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
                    let name = name.split(|c| !is_part(c)).next().unwrap_or_default();
                    let key = name.rsplit('.').next().unwrap_or_default();
                    let strategy = tree.get(job, "strategy");
                    if let Some(matrix) = strategy.and_then(|of| tree.get(of, "matrix")) {
                        self.values(matrix, key, 0, &mut labels);
                    }
                }
            }
            None => {
                let list = match tree.get(runs_on, "labels") {
                    Some(labels) => labels,
                    None => runs_on,
                };
                labels.extend(tree.text(list));
                labels.extend(tree.list(list).iter().filter_map(|label| tree.text(*label)));
                // `[self-hosted, linux, ARM64]` is one machine.
                let one = labels.join(" ");
                return targets::of_runner(&one);
            }
        }
        let mut hosts: Vec<&str> = labels.into_iter().flat_map(targets::of_runner).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The strings under a key, wherever it stands in the matrix.
    fn values<'b>(&'b self, at: Id, key: &str, depth: usize, found: &mut Vec<&'b str>) {
        if depth > 4 || found.len() > 200 {
            return;
        }
        for (name, _, value) in self.tree.pairs(at) {
            if name == key {
                found.extend(self.tree.text(value));
                let list = self.tree.list(value).iter();
                found.extend(list.filter_map(|one| self.tree.text(*one)));
            }
            self.values(value, key, depth + 1, found);
        }
        for one in self.tree.list(at) {
            self.values(*one, key, depth + 1, found);
        }
    }
}

/// The pairs of a map of variables.
pub(super) fn pairs(tree: &Tree, map: Id, scope: ScopeId) -> Vec<Knob> {
    let knobs = tree.pairs(map).filter_map(|(name, key, value)| {
        let raw = tree.text(value)?;
        let mut span = tree.node(key).span.clone();
        span.end = span.end.max(tree.node(value).span.end);
        Some(Knob {
            variable: name.to_owned(),
            value: literal(tree, value),
            raw: raw.to_owned(),
            span,
            scope,
            is_handed_on: false,
        })
    });
    knobs.collect()
}

/// A value as the runner hands it on.
fn literal(tree: &Tree, value: Id) -> Option<String> {
    let scalar = tree.scalar(value)?;
    let text = match scalar.value.as_str() {
        "~" | "null" if !scalar.is_quoted => "",
        text => text,
    };
    (!text.contains("${{")).then(|| text.to_owned())
}

/// What a script sets: for the scope it stands in, and for the job.
pub(super) fn script(
    text: &str,
    tree: &Tree,
    script: Id,
    said: &mut Said,
    (scope, job): (ScopeId, ScopeId),
) {
    let Some(scalar) = tree.scalar(script) else {
        return;
    };
    let assignments = shell::assignments(&scalar.value);
    if assignments.is_empty() {
        return;
    }
    let places = Places::of(text, tree.node(script), scalar);
    assigned(said, assignments, (scope, job), |part| places.place(part));
}

/// What a script has set, in its scopes.
pub(super) fn assigned(
    said: &mut Said,
    assignments: Vec<shell::Assignment>,
    (scope, job): (ScopeId, ScopeId),
    place: impl Fn(&Range<usize>) -> Range<usize>,
) {
    let mut last: Option<(usize, ScopeId)> = None;
    for one in assignments {
        let whom = match &one.for_whom {
            ForWhom::Rest => Some(scope),
            ForWhom::Later => Some(job),
            ForWhom::Command(number, words) => match last {
                Some((known, scope)) if known == *number => Some(scope),
                _ => {
                    let builds_nothing = words.first().is_some_and(|word| word == "cargo")
                        && !targets::builds(&words.join(" "));
                    let opened = said.open(Scope {
                        around: Some(scope),
                        targets: targets::of_command(words),
                        builds: builds_nothing.then_some(false),
                        ..Scope::default()
                    });
                    last = opened.map(|scope| (*number, scope));
                    opened
                }
            },
        };
        let Some(whom) = whom else { return };
        said.push(Knob {
            span: place(&one.span),
            is_handed_on: one.for_whom == ForWhom::Later,
            variable: one.name,
            value: one.value.filter(|value| !is_computed(value)),
            raw: one.raw,
            scope: whom,
        });
    }
}
