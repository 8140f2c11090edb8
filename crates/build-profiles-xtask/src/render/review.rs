//! The note of a pull request: what the branch does to everybody's builds, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use build_profiles::diagnostic::{Diagnostic, FilePath, Level, counted};
use build_profiles::effect::{Audience, Change, Effect, Scope};
use build_profiles::layout::{config_path, manifest_path, nextest_path};
use build_profiles::plan::{FileChange, Plan};
use serde::Serialize;

use super::{colored, data, diff, github, position, snippet};
use crate::cli::{CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;

/// How many units of a profile change, of how many; or why that could not be counted.
pub(crate) type Units = Result<(usize, usize), String>;

/// What a branch comes to.
pub(crate) struct Review<'a> {
    /// The workspace at the base.
    pub(crate) then: &'a Repository,
    /// What `configure` would have written there.
    pub(crate) old: &'a Plan,
    /// The workspace as it stands.
    pub(crate) now: &'a Repository,
    /// What `configure` would still write.
    pub(crate) plan: &'a Plan,
    /// The base, in full.
    pub(crate) commit: &'a str,
    /// What changes.
    pub(crate) effect: &'a Effect,
    /// For each profile that changes, its units.
    pub(crate) units: &'a BTreeMap<String, Units>,
    /// What the run comes to.
    pub(crate) exit: Exit,
}

/// The version of the JSON object's shape.
const SCHEMA: u32 = 1;

/// What is said, in whatever format.
#[derive(Serialize)]
pub(super) struct View {
    schema: u32,
    command: &'static str,
    exit: u8,
    base: String,
    summary: String,
    clean: bool,
    scopes: Vec<ScopeView>,
    units: Vec<UnitsView>,
    unmanaged: Vec<UnmanagedView>,
    drift: Vec<DriftView>,
    findings: Vec<FindingView>,
    older_findings: usize,
    patch: String,
}

#[derive(Serialize)]
struct ScopeView {
    name: String,
    changes: Vec<ChangeView>,
}

#[derive(Serialize)]
struct ChangeView {
    table: String,
    key: String,
    audience: String,
    packages: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    default: Option<String>,
    why: Option<String>,
    trade: Option<&'static str>,
}

#[derive(Serialize)]
struct UnitsView {
    profile: String,
    changed: Option<usize>,
    total: Option<usize>,
    unknown: Option<String>,
}

#[derive(Serialize)]
struct UnmanagedView {
    key: String,
    reason: String,
}

#[derive(Serialize)]
struct DriftView {
    file: String,
    line: Option<usize>,
    key: String,
    wanted: Option<String>,
    by_lock: bool,
}

#[derive(Serialize)]
struct FindingView {
    level: &'static str,
    code: &'static str,
    message: String,
    place: Option<String>,
    notes: Vec<String>,
    help: Vec<String>,
}

/// Says the review in the format that was asked for.
pub(crate) fn review(args: &CommonArgs, review: &Review<'_>) {
    match args.format {
        Format::Human => human(args, review),
        Format::Patch => data(&patch(review)),
        Format::Json => {
            let json = serde_json::to_string_pretty(&view(review))
                .expect("strings, numbers and lists are always JSON");
            data(&(json + "\n"));
        }
        #[cfg(feature = "markdown")]
        Format::Markdown => data(&super::markdown::review(&view(review))),
        #[cfg(not(feature = "markdown"))]
        Format::Markdown => {} // Refused by `can_say`.
        Format::Sarif => {} // Refused by `can_say`.
        Format::Github => {
            let view = view(review);
            let mut text = String::new();
            github::annotate(&mut text, "notice", None, "build-profiles", &view.summary);
            data(&(text + &github::findings(review.now, review.plan, &[])));
        }
    }
}

fn view(review: &Review<'_>) -> View {
    let mut scopes: Vec<ScopeView> = Vec::new();
    for change in &review.effect.changes {
        let name = match &change.scope {
            Scope::Everywhere => "Every build".to_owned(),
            Scope::Machines => "Machines that have the program".to_owned(),
            Scope::Environment(name) => format!("Environment {name}"),
            Scope::Tests => "How the tests are run".to_owned(),
        };
        let view = change_view(change);
        match scopes.iter_mut().find(|scope| scope.name == name) {
            Some(scope) => scope.changes.push(view),
            None => scopes.push(ScopeView {
                name,
                changes: vec![view],
            }),
        }
    }
    // A key's price is said once.
    let mut said: BTreeSet<String> = BTreeSet::new();
    for change in scopes.iter_mut().flat_map(|scope| &mut scope.changes) {
        change.trade = change.trade.filter(|_| said.insert(change.key.clone()));
    }
    let (drift, (findings, older)) = (drift(review), findings(review));
    View {
        schema: SCHEMA,
        command: "configure --diff --base",
        exit: review.exit.code(),
        base: review.commit.to_owned(),
        summary: summary(review, drift.len(), findings.len()),
        clean: review.effect.is_empty() && drift.is_empty() && findings.is_empty(),
        scopes,
        units: review.units.iter().map(units_view).collect(),
        unmanaged: review
            .effect
            .newly_unmanaged
            .iter()
            .map(|(key, reason)| UnmanagedView {
                key: key.clone(),
                reason: reason.clone(),
            })
            .collect(),
        drift,
        findings,
        older_findings: older,
        patch: patch(review),
    }
}

fn change_view(change: &Change) -> ChangeView {
    let packages = match &change.audience {
        Audience::Packages(packages) => packages.clone(),
        _ => Vec::new(),
    };
    ChangeView {
        table: change.table.clone(),
        key: change.key.clone(),
        audience: audience(&change.audience),
        packages,
        from: change.from.clone(),
        to: change.to.clone(),
        default: change
            .default
            .clone()
            .filter(|_| change.from.is_none() || change.to.is_none()),
        why: change.why.as_ref().map(|why| why.replace('\n', " ")),
        trade: change.trade,
    }
}

/// For whom, in words; empty where the table says it.
fn audience(audience: &Audience) -> String {
    match audience {
        Audience::All => String::new(),
        Audience::ThirdParty(None | Some(0)) => "all third-party packages".to_owned(),
        Audience::ThirdParty(Some(1)) => "the 1 third-party package".to_owned(),
        Audience::ThirdParty(Some(count)) => format!("all {count} third-party packages"),
        Audience::HostTools => "build scripts and proc-macros".to_owned(),
        Audience::Packages(packages) => match packages.as_slice() {
            [one] => one.clone(),
            [one, two] => format!("{one} and {two}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
            [] => String::new(),
        },
    }
}

fn units_view((profile, units): (&String, &Units)) -> UnitsView {
    let counted = units.as_ref().ok();
    UnitsView {
        profile: profile.clone(),
        changed: counted.map(|(changed, _)| *changed),
        total: counted.map(|(_, total)| *total),
        unknown: units.as_ref().err().map(|why| {
            let first = why.lines().next().unwrap_or_default();
            first
                .trim_start_matches("error: ")
                .trim_end_matches(':')
                .to_owned()
        }),
    }
}

/// One line that says it all.
fn summary(review: &Review<'_>, drift: usize, findings: usize) -> String {
    let changes = &review.effect.changes;
    let count = |wanted: fn(&Scope) -> bool| {
        changes
            .iter()
            .filter(|change| wanted(&change.scope))
            .count()
    };
    let everywhere = count(|scope| *scope == Scope::Everywhere);
    let machines = count(|scope| *scope == Scope::Machines);
    let environments = count(|scope| matches!(scope, Scope::Environment(_)));
    let tests = count(|scope| *scope == Scope::Tests);
    let mut parts = Vec::new();
    if everywhere > 0 {
        parts.push(format!("{} of every build", counted(everywhere, "setting")));
    }
    if machines > 0 {
        parts.push(format!(
            "{} of machines that have the program",
            counted(machines, "setting")
        ));
    }
    if environments > 0 {
        parts.push(format!(
            "{} of an environment",
            counted(environments, "setting")
        ));
    }
    if tests > 0 {
        parts.push(format!(
            "{} of how the tests are run",
            counted(tests, "setting")
        ));
    }
    let mut said = vec![match parts.as_slice() {
        _ if review.exit == Exit::Failed => "the policy of this branch can't be used".to_owned(),
        [] => "this branch changes no build".to_owned(),
        parts => format!("this branch changes {}", parts.join(", ")),
    }];
    let rebuilt: usize = review
        .units
        .values()
        .filter_map(|units| units.as_ref().ok())
        .map(|(changed, _)| changed)
        .sum();
    let unmanaged = review.effect.newly_unmanaged.len();
    let verb =
        |count: usize, one: &'static str, other: &'static str| if count == 1 { one } else { other };
    if rebuilt > 0 {
        said.push(format!(
            "{} {} once",
            counted(rebuilt, "compilation unit"),
            verb(rebuilt, "rebuilds", "rebuild")
        ));
    }
    if unmanaged > 0 {
        said.push(format!(
            "{} {} left alone from now on",
            counted(unmanaged, "setting"),
            verb(unmanaged, "is", "are")
        ));
    }
    if drift > 0 {
        said.push(format!(
            "{} of the files {} not as the policy says",
            counted(drift, "setting"),
            verb(drift, "is", "are")
        ));
    }
    if findings > 0 {
        said.push(format!("it brings {}", counted(findings, "finding")));
    }
    said.join("; ")
}

fn drift(review: &Review<'_>) -> Vec<DriftView> {
    let line = |drift: &build_profiles::plan::Drift| {
        let (_, span) = drift.present.as_ref()?;
        Some(position(review.now.workspace.files.get(&drift.file)?, span.start).0)
    };
    let drift = review.plan.drift.iter();
    drift
        .map(|drift| DriftView {
            file: review.now.below_git_root(&drift.file),
            line: line(drift),
            key: drift.key.clone(),
            wanted: drift.wanted.clone(),
            by_lock: drift.by_lock,
        })
        .collect()
}

/// The findings that the base did not have, and how many it had too.
fn findings(review: &Review<'_>) -> (Vec<FindingView>, usize) {
    let (fresh, older) = told(review);
    let fresh = fresh.into_iter().map(|finding| FindingView {
        level: match finding.level {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Deny | Level::Error => "error",
        },
        code: finding.code,
        message: finding.message.clone(),
        place: finding.labels.first().and_then(|label| {
            let source = review.now.source(&label.file)?;
            Some(format!(
                "{}:{}",
                review.now.below_git_root(&label.file),
                position(source, label.span.start).0
            ))
        }),
        notes: finding.notes.clone(),
        help: finding.help.clone(),
    });
    (fresh.collect(), older)
}

fn told<'a>(review: &'a Review<'_>) -> (Vec<&'a Diagnostic>, usize) {
    // Lines move: a finding is the same where it says the same.
    let mut known: Vec<(&str, &str)> = Vec::new();
    if review.then.has_policy {
        let old = review
            .then
            .diagnostics
            .iter()
            .chain(&review.old.diagnostics);
        known.extend(old.map(|finding| (finding.code, finding.message.as_str())));
    }
    // Notes on the policy are for its reviewer; those on the files are for whoever writes them.
    let on_files = review.plan.diagnostics.iter();
    let on_files = on_files.filter(|finding| finding.level > Level::Note);
    let all = review.now.diagnostics.iter().chain(on_files);
    let (older, fresh): (Vec<_>, Vec<_>) =
        all.partition(|finding| known.contains(&(finding.code, finding.message.as_str())));
    (fresh, older.len())
}

/// The TOML diff: the policy, what is generated from it, and of the manifest what is about profiles.
fn patch(review: &Review<'_>) -> String {
    let mut files: Vec<FilePath> = vec![review.now.policy_file.clone()];
    if let Some(policy) = &review.now.policy {
        let folder = config_path(policy).parent().to_owned();
        let ours = |file: &&FilePath| {
            file.as_str().starts_with(&folder) && file.as_str().ends_with(".toml")
        };
        let both = review
            .now
            .workspace
            .files
            .keys()
            .chain(review.then.workspace.files.keys());
        files.extend(both.filter(ours).cloned().collect::<BTreeSet<_>>());
    }
    let names_nextest = |side: &Repository| {
        let test = side.policy.as_ref().and_then(|p| p.base.test.as_ref());
        test.is_some_and(|test| test.nextest.is_some())
    };
    if names_nextest(review.now) || names_nextest(review.then) {
        files.push(nextest_path());
    }
    files.push(manifest_path());
    let mut text = String::new();
    for file in files {
        let before = if file == review.now.policy_file {
            review.then.policy_source()
        } else {
            review.then.workspace.files.get(&file).cloned()
        };
        let after = if file == review.now.policy_file {
            review.now.policy_source()
        } else {
            review.now.workspace.files.get(&file).cloned()
        };
        if before != after {
            let only = (file == manifest_path()).then_some("[profile");
            let change = FileChange {
                path: FilePath::new(review.now.below_git_root(&file)),
                before,
                after,
            };
            text.push_str(&diff::within_tables(&change, only));
        }
    }
    text
}

fn human(args: &CommonArgs, review: &Review<'_>) {
    let view = view(review);
    let mut text = format!(
        "compared with {}: {}\n",
        &view.base[..view.base.len().min(12)],
        view.summary
    );
    for scope in &view.scopes {
        let _ = write!(text, "\n{}\n", scope.name);
        for change in &scope.changes {
            let whom = if change.audience.is_empty() {
                String::new()
            } else {
                format!(" for {}", change.audience)
            };
            let unset =
                |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
            let becomes = match (&change.from, &change.to) {
                (Some(from), Some(to)) if from == to => format!("stays {to}"),
                (from, to) => format!("{} -> {}", unset(from), unset(to)),
            };
            let _ = writeln!(text, "  {}.{}{whom}: {becomes}", change.table, change.key);
            if let Some(default) = &change.default {
                let _ = writeln!(text, "    not set: {default}");
            }
            if let Some(why) = &change.why {
                let _ = writeln!(text, "    why: {why}");
            }
            if let Some(trade) = change.trade {
                let _ = writeln!(text, "    price: {trade}");
            }
        }
    }
    if !view.units.is_empty() {
        text.push('\n');
    }
    for units in &view.units {
        let _ = match (&units.changed, &units.total, &units.unknown) {
            (Some(changed), Some(total), _) => writeln!(
                text,
                "{changed} of {total} compilation units of profile {} rebuild once",
                units.profile
            ),
            (_, _, Some(why)) => writeln!(
                text,
                "how many compilation units of profile {} rebuild could not be counted: {why}",
                units.profile
            ),
            _ => Ok(()),
        };
    }
    for entry in &view.unmanaged {
        let _ = writeln!(
            text,
            "\nleft alone from now on: {} ({})",
            entry.key, entry.reason
        );
    }
    data(&text);
    if args.verbose && !view.patch.is_empty() {
        data(&format!("\n{}", view.patch));
    }
    let color = colored(args.color, &std::io::stderr());
    let sources = review.now.sources();
    for finding in told(review).0 {
        eprintln!("{}\n", snippet::draw(finding, &sources, color));
    }
    if view.older_findings > 0 && !args.quiet {
        eprintln!(
            "note: {} of before; `cargo xtask configure --check` tells them",
            counted(view.older_findings, "finding")
        );
    }
    if !view.drift.is_empty() && !args.quiet {
        let are = if view.drift.len() == 1 { "is" } else { "are" };
        eprintln!(
            "note: {} {are} not as the policy says; write what it says: cargo xtask configure",
            counted(view.drift.len(), "setting")
        );
    }
}
