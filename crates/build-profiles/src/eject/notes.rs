//! What there is to say: what ends, what stays and why, and what is left to do by hand.

use super::{Belongings, Package};
use crate::diagnostic::{Diagnostic, FilePath, Level, counted};
use crate::layout::{config_path, environment_path, machine_path};
use crate::machine::programs_in;
use crate::plan::{Drift, DriftKind, Plan};
use crate::policy::{CacheScope, Policy};
use crate::settings::Settings;
use crate::touched::Touched;

/// The finding that files are not as the policy says; `None`: they are. With `force` it is said and keeps nobody.
pub fn drift(policy_file: &FilePath, plan: &Plan, force: bool) -> Option<Diagnostic> {
    let lost: Vec<&Drift> = plan.drift.iter().filter(|drift| is_lost(drift)).collect();
    let first = lost.first()?;
    let count = counted(lost.len(), "setting");
    let level = if force { Level::Note } else { Level::Deny };
    let finding = Diagnostic::new(
        level,
        "ejected_unwritten",
        format!(
            "{count} of the policy would be lost: the files do not say what `{policy_file}` says"
        ),
    );
    let finding = match &first.origin {
        Some(origin) => {
            let text = format!("`{}` of `{}` is not so", first.key, first.file);
            finding.with_label(policy_file, origin.span.clone(), text)
        }
        None => finding.with_note(format!("the first is `{}` of `{}`", first.key, first.file)),
    };
    Some(match force {
        true => finding,
        false => finding
            .with_help("write them first: cargo xtask configure")
            .with_help("or leave the files as they are: cargo xtask eject --force"),
    })
}

/// Whether something that the policy says would be lost: not a line of an ignore file, which goes in any case, nor an
/// override whose package is gone.
fn is_lost(drift: &Drift) -> bool {
    drift.kind != DriftKind::Stale && !drift.file.as_str().ends_with("ignore")
}

/// The finding that files which people wrote would go and are not in git as they stand; `None`: there is none.
pub fn not_in_git(files: &[FilePath], in_git: bool, force: bool) -> Option<Diagnostic> {
    if files.is_empty() {
        return None;
    }
    let names: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    let level = if force { Level::Note } else { Level::Deny };
    let finding = Diagnostic::new(
        level,
        "ejected_uncommitted",
        format!("{} would be gone for good", names.join(", ")),
    )
    .with_note(match in_git {
        true => "the last commit does not have what stands there",
        false => "this is no git checkout",
    });
    Some(match (force, in_git) {
        (true, _) => finding,
        (false, true) => finding
            .with_help("commit first")
            .with_help("or do without it: cargo xtask eject --force"),
        (false, false) => {
            finding.with_help("keep a copy, and do without it here: cargo xtask eject --force")
        }
    })
}

/// What the machine's layer had in force.
pub(super) fn machine(
    policy_file: &FilePath,
    policy: &Policy,
    belongings: &Belongings,
    is_foreign: bool,
    include_stays: bool,
    draft: &mut Touched<'_>,
) {
    let (linkers, cache) = (&policy.base.linkers, &policy.base.cache);
    let text = belongings.machine.as_deref().filter(|_| !is_foreign);
    let body = text.map(settings_of).unwrap_or_default();
    if linkers.is_empty() && cache.is_none() && body.is_empty() {
        return;
    }
    let mut finding = Diagnostic::new(
        Level::Note,
        "machine_settings_end",
        "linker and cache are no longer set for each machine",
    );
    for line in linkers {
        let names = line.candidates.iter().map(|one| format!("`{}`", one.value));
        let names: Vec<String> = names.collect();
        let text = format!("asked each machine for {}", names.join(", else "));
        finding = finding.with_label(policy_file, line.platform.span.clone(), text);
    }
    if let Some(tool) = cache.as_ref().and_then(|cache| cache.tool.as_ref()) {
        finding = finding.with_label(policy_file, tool.span.clone(), "asked each machine for it");
    }
    let machine = machine_path(policy);
    if !body.is_empty() {
        finding = finding.with_note(format!("on this machine `{machine}` said:\n\n{body}"));
    }
    let drivers = programs_in(text.unwrap_or_default());
    if drivers.iter().any(|program| is_driver(program)) {
        finding = finding.with_note("the driver script stays in your cache folder");
    }
    finding = match body.is_empty() {
        false => finding.with_help(
            "to keep them on this machine, write that into your own `~/.cargo/config.toml`",
        ),
        true => finding.with_help(format!(
            "a machine that is to keep them has them in its own `~/.cargo/config.toml`:\n\n{}",
            by_hand(policy)
        )),
    };
    finding = finding
        .with_help("do not commit them: a machine that lacks such a program could build nothing");
    if !include_stays {
        finding = finding.with_help(format!(
            "on other machines nothing reads `{machine}` any more: delete it there"
        ));
    }
    draft.say(finding);
}

/// The lines of a machine's layer that set something.
fn settings_of(text: &str) -> String {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let lines: Vec<&str> = lines
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines.join("\n")
}

fn is_driver(program: &str) -> bool {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
    name.contains("-driver-")
}

/// What a machine would write to have what the policy asked for.
fn by_hand(policy: &Policy) -> String {
    let mut lines = Vec::new();
    if let Some(cache) = &policy.base.cache {
        let tool = cache.tool.as_ref().map_or("sccache", |tool| &tool.value);
        lines.push(format!("build.rustc-wrapper = \"{tool}\""));
        if cache
            .scope
            .as_ref()
            .is_some_and(|scope| scope.value == CacheScope::Everything)
        {
            lines.push("build.incremental = false".to_owned());
        }
    }
    for line in &policy.base.linkers {
        let mut candidates = line.candidates.iter().map(|one| one.value.as_str());
        let Some(best) = candidates.find(|name| *name != "default") else {
            continue;
        };
        lines.push(match best {
            "rust-lld" | "lld-link" => format!("target.<its triple>.linker = \"{best}\""),
            _ => {
                format!("target.<its triple>.linker = '<a script: exec cc \"$@\" -fuse-ld={best}>'")
            }
        });
    }
    lines.dedup();
    lines.join("\n")
}

/// That the files of environments stay, and what puts them in force.
pub(super) fn environments(policy: &Policy, settings: &Settings, draft: &mut Touched<'_>) {
    let names = settings.environments.keys();
    let files: Vec<FilePath> = names.map(|name| environment_path(policy, name)).collect();
    let Some(first) = files.first() else {
        return;
    };
    let listed: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    let (listed, machine) = (listed.join(", "), machine_path(policy));
    let stay = if files.len() == 1 { "stays" } else { "stay" };
    let code = "environments_stay";
    if !settings.includes_machine {
        let finding = Diagnostic::new(Level::Note, code, format!("{listed} {stay}")).with_note(
            format!("they are in force where a command names them: cargo --config {first} build"),
        );
        return draft.say(finding);
    }
    let config = config_path(policy);
    let finding = Diagnostic::new(
        Level::Note,
        code,
        format!("{listed} {stay}, and so does the `include` of `{machine}`"),
    )
    .with_note(format!(
        "a CI job that copies it to `{machine}` would else build without it, and nobody would be told"
    ))
    .with_note(format!(
        "a `{machine}` on another machine stays in force until somebody deletes it"
    ))
    .with_help(format!(
        "to do without: let the job name it (cargo --config {first} build), take `machine.toml` out of `include` of `{config}`, and its line out of the ignore files"
    ));
    draft.say(finding);
}

/// That a machine's layer that is not ours stays, and what reads it.
pub(super) fn foreign_machine(machine: &FilePath, draft: &mut Touched<'_>) {
    draft.say(
        Diagnostic::new(
            Level::Note,
            "machine_layer_stays",
            format!("`{machine}` stays, and so does the `include` that reads it"),
        )
        .with_note("it was not written by `configure`")
        .with_help("to have both go, delete it before you eject"),
    );
}

/// That the lock file is behind once a package goes.
pub(super) fn lock_file(gone: &[&Package], draft: &mut Touched<'_>) {
    if gone.is_empty() {
        return;
    }
    let names: Vec<String> = gone.iter().map(|one| format!("`{}`", one.name)).collect();
    draft.say(
        Diagnostic::new(
            Level::Note,
            "lock_file_follows",
            format!(
                "`Cargo.lock` still has {} and what it needs",
                names.join(", ")
            ),
        )
        .with_note("`cargo build --locked` stops as long as it has")
        .with_help("the next build without `--locked` takes them out: commit what it writes"),
    );
}

/// Where somebody starts the tool: after this they would fail.
pub(super) fn elsewhere(belongings: &Belongings, aliases: &[String], draft: &mut Touched<'_>) {
    const MOST: usize = 12;
    const COMMANDS: [&str; 7] = [
        "configure",
        "eject",
        "explain",
        "lint",
        "schema",
        "test",
        "verify",
    ];
    let mut found: Option<Diagnostic> = None;
    let mut count = 0;
    for (file, text) in &belongings.elsewhere {
        // Somebody else's xtask may have a command of the same name.
        let aliases = aliases.iter().map(String::as_str);
        let commands = aliases.chain(["build-profiles"]).flat_map(|start| {
            let commands = COMMANDS.iter();
            commands.map(move |command| format!("cargo {start} {command}"))
        });
        let mut places: Vec<(usize, usize)> = commands
            .flat_map(|line| {
                let places = text.match_indices(&line);
                places.map(|(at, it)| (at, it.len())).collect::<Vec<_>>()
            })
            .collect();
        places.sort_unstable();
        for (at, length) in places {
            count += 1;
            if count > MOST {
                continue;
            }
            let finding = found.take().unwrap_or_else(|| {
                Diagnostic::warning(
                    "still_starts_the_tool",
                    "what starts this tool elsewhere will fail",
                )
                .with_help("take it out in the same commit")
            });
            found = Some(finding.with_label(file, at..at + length, ""));
        }
    }
    if let Some(finding) = found {
        let finding = match count > MOST {
            true => finding.with_note(format!("and {}", counted(count - MOST, "more place"))),
            false => finding,
        };
        draft.say(finding);
    }
}
