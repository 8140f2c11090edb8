//! What a file says of variables: which, with which value, for whom.

use std::ops::Range;

/// More than any file has; what comes after is not looked at.
const MOST: usize = 4000;

/// Everything one file says.
#[derive(Default)]
pub(super) struct Said {
    /// Invariant: a scope stands behind the one around it; the first is the file.
    pub(super) scopes: Vec<Scope>,
    pub(super) knobs: Vec<Knob>,
    pub(super) actions: Vec<Action>,
    /// Whether what is built there has the config files of the repository: not so in an image that they are not
    /// copied into.
    pub(super) has_config: bool,
}

/// The number of a scope.
pub(super) type ScopeId = usize;

/// Whom a variable is for: a file, a job in it, a step, a command.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) around: Option<ScopeId>,
    /// The triples that are built for there; `None`: those of the scope around it, or of all within it.
    pub(super) targets: Option<Vec<&'static str>>,
    /// Whether something in it builds this workspace, as far as one can see; `None`: as the scope around it, or as
    /// anything within.
    pub(super) builds: Option<bool>,
    /// Whether it has variables that cannot be read: an alias, an expression for a whole map.
    pub(super) is_opaque: bool,
    /// Whether it works in a folder of its own, and perhaps on another workspace.
    pub(super) has_folder: bool,
    /// Whether it is a job, which is what a step hands variables on to.
    pub(super) is_job: bool,
}

/// A variable that is set.
#[derive(Debug)]
pub(super) struct Knob {
    pub(super) variable: String,
    /// `None`: it is computed when it runs, and nobody knows it here.
    pub(super) value: Option<String>,
    /// As it is written.
    pub(super) raw: String,
    /// Both, in the file.
    pub(super) span: Range<usize>,
    pub(super) scope: ScopeId,
    /// Whether it holds from here on, and wins over what the job and the file say: `$GITHUB_ENV`.
    pub(super) is_handed_on: bool,
}

/// `uses:` of an action.
#[derive(Debug)]
pub(super) struct Action {
    /// `owner/name`, without the version.
    pub(super) name: String,
    /// Its inputs; `None`: computed.
    pub(super) inputs: Vec<(String, Option<String>)>,
    pub(super) scope: ScopeId,
    pub(super) span: Range<usize>,
}

impl Said {
    /// A file with one scope, itself.
    pub(super) fn of_file() -> Self {
        Self {
            scopes: vec![Scope {
                builds: Some(true),
                ..Scope::default()
            }],
            has_config: true,
            ..Self::default()
        }
    }

    /// Opens a scope; `None`: there are too many.
    pub(super) fn open(&mut self, scope: Scope) -> Option<ScopeId> {
        (self.scopes.len() < MOST).then(|| {
            self.scopes.push(scope);
            self.scopes.len() - 1
        })
    }

    pub(super) fn push(&mut self, knob: Knob) {
        if self.knobs.len() < MOST {
            self.knobs.push(knob);
        }
    }

    /// A scope and those around it, the nearest first.
    pub(super) fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |scope| self.scopes[*scope].around)
    }

    /// Whether the one is the other or around it.
    pub(super) fn is_within(&self, scope: ScopeId, around: ScopeId) -> bool {
        self.around(scope).any(|one| one == around)
    }

    /// What a variable is in a scope, at a place in the file: what the nearest scope says, where what a step has handed
    /// on before wins over its job and the file.
    pub(super) fn seen(&self, scope: ScopeId, variable: &str, at: usize) -> Option<&Knob> {
        let of = |scope: ScopeId, handed: bool| {
            let mut knobs = self.knobs.iter().rev().filter(|knob| {
                knob.scope == scope && knob.variable == variable && knob.is_handed_on == handed
            });
            knobs.find(|knob| !handed || knob.span.start < at)
        };
        self.around(scope).find_map(|scope| {
            let is_job = self.scopes[scope].is_job;
            let handed = is_job.then(|| of(scope, true)).flatten();
            handed.or_else(|| of(scope, false))
        })
    }

    /// Whether a variable may be set in a scope without anybody seeing it.
    pub(super) fn is_opaque(&self, scope: ScopeId) -> bool {
        self.around(scope).any(|scope| self.scopes[scope].is_opaque)
    }

    /// The job that a scope is, or stands in.
    pub(super) fn job(&self, scope: ScopeId) -> Option<ScopeId> {
        self.around(scope).find(|scope| self.scopes[*scope].is_job)
    }

    pub(super) fn has_folder(&self, scope: ScopeId) -> bool {
        self.around(scope)
            .any(|scope| self.scopes[scope].has_folder)
    }

    /// Whether anything that gets the scope's variables builds.
    pub(super) fn builds(&self, scope: ScopeId) -> bool {
        let known = |scope: ScopeId| self.scopes[scope].builds;
        let mut scopes = 0..self.scopes.len();
        self.around(scope).find_map(known) == Some(true)
            || scopes.any(|one| known(one) == Some(true) && self.is_within(one, scope))
    }

    /// The triples that are built for with the scope's variables.
    pub(super) fn targets(&self, scope: ScopeId) -> Vec<&'static str> {
        let known = |scope: ScopeId| self.scopes[scope].targets.as_ref();
        if let Some(targets) = self.around(scope).find_map(known) {
            return targets.clone();
        }
        let within = (0..self.scopes.len())
            .filter(|one| self.scopes[*one].builds == Some(true) && self.is_within(*one, scope));
        let mut targets: Vec<&str> = within.filter_map(known).flatten().copied().collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}

/// Whether a value is put together when it runs.
pub(super) fn is_computed(value: &str) -> bool {
    value.contains("${{") || value.contains('$')
}
