//! Builds that fail because of a setting: what stops them says which.

use super::{Outcome, Verdict, machine_layer, verdict};
use crate::evidence::Evidence;
use crate::probe::{Claim, Subject};

/// What a failed build says about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What is wrong.
    pub why: String,
    /// What to change.
    pub help: String,
    /// The key it is about: `build.rustc-wrapper`, `linker`.
    about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Wrapper,
    Linker,
}

/// The setting that a failure is about; `None`: it is about the code, or nobody knows.
pub fn explains(said: &str, claims: &[Claim], evidence: &Evidence) -> Option<Explained> {
    let explained = explained(said, evidence)?;
    claims
        .iter()
        .any(|claim| concerns(claim, explained.about))
        .then_some(explained)
}

fn explained(said: &str, evidence: &Evidence) -> Option<Explained> {
    let wrapper = |why: String, help: String| {
        Some(Explained {
            why,
            help,
            about: About::Wrapper,
        })
    };
    let linker = |why: String, help: String| {
        Some(Explained {
            why,
            help,
            about: About::Linker,
        })
    };
    if said.contains("incremental compilation is prohibited")
        || said.contains("increment compilation is  prohibited")
    {
        let name = ["CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL"]
            .into_iter()
            .find(|name| evidence.variables.contains_key(*name))
            .unwrap_or("CARGO_INCREMENTAL");
        return wrapper(
            format!("sccache refuses to work while `{name}=1` is in the environment"),
            format!("unset `{name}`"),
        );
    }
    if said.contains("Timed out waiting for server startup") {
        return wrapper(
            "sccache's server does not start: its storage can't be reached".to_owned(),
            "is the storage up? `sccache --start-server` says more".to_owned(),
        );
    }
    if said.contains("sccache: error") || said.contains("sccache: caused by") {
        let line = said
            .lines()
            .find(|line| line.contains("sccache: "))
            .unwrap_or_default();
        return wrapper(
            line.trim().to_owned(),
            "does `sccache --start-server` work?".to_owned(),
        );
    }
    if let Some(line) = said.lines().find(|line| {
        line.contains("could not execute process")
            && line.contains("rustc")
            && line.contains("(never executed)")
    }) {
        let program = line
            .split_once('`')
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .unwrap_or("the wrapper");
        if !program.ends_with("rustc") {
            return wrapper(
                format!("`{program}` can't be started, so nothing builds"),
                "install it, or take the setting away".to_owned(),
            );
        }
    }
    if let Some(line) = said
        .lines()
        .find(|line| line.starts_with("error: linker `"))
    {
        return linker(
            line.trim_start_matches("error: ").to_owned(),
            "install it, or name another".to_owned(),
        );
    }
    if said.contains("error: linking with `") {
        const SIGNS: [&str; 5] = [
            "unrecognized command-line option '-fuse-ld",
            "unrecognized command line option '-fuse-ld",
            "cannot find 'ld'",
            "invalid linker name in argument",
            "-fuse-ld=",
        ];
        let line = said.lines().find(|line| {
            !line.contains("\"-m64\"") && SIGNS.iter().any(|sign| line.contains(sign))
        })?;
        return linker(
            line.trim().trim_start_matches("= note: ").trim().to_owned(),
            "install the linker, or name another".to_owned(),
        );
    }
    None
}

fn concerns(claim: &Claim, about: About) -> bool {
    match (&claim.subject, about) {
        (Subject::Cache { .. } | Subject::Wrapper { .. }, About::Wrapper) => true,
        (Subject::Linker { .. } | Subject::MachineLinker { .. }, About::Linker) => true,
        (Subject::Flags { flags, .. }, About::Linker) => flags
            .iter()
            .any(|flag| flag.contains("link-arg") || flag.contains("linker")),
        _ => false,
    }
}

/// The verdict on a claim whose setting keeps the build from starting.
pub(super) fn judge(claim: &Claim, claims: &[Claim], evidence: &Evidence) -> Option<Verdict> {
    let said = evidence
        .builds
        .iter()
        .find_map(|build| build.failure.as_deref())?;
    let explained = explains(said, claims, evidence)?;
    let by_machine =
        claim.key == "cache.tool" || matches!(claim.subject, Subject::MachineLinker { .. });
    if let Some((why, mend)) = machine_layer(evidence).filter(|_| by_machine) {
        // What its file names is the cause, and another file the cure.
        return Some(verdict(claim, Outcome::Inactive, vec![why]).help(mend));
    }
    concerns(claim, explained.about)
        .then(|| verdict(claim, Outcome::Inactive, vec![explained.why]).help(explained.help))
}
