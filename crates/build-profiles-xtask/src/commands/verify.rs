//! `verify`: does the build do what the files say?
//!
//! Drift first, for a build under other files proves nothing of the policy. Then each setting is looked for where it
//! would show, with the setting and without it, and the verdicts are a pure function of what was seen.

mod observe;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use build_profiles::cache::daemon as cache;
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::evidence::{Evidence, MachineLayer};
use build_profiles::layout::machine_path;
use build_profiles::lint;
use build_profiles::machine::{self, Freshness, Wants};
use build_profiles::plan::OnUndeclared;
use build_profiles::policy::Storage;
use build_profiles::probe::{Claim, Subject, View, claims, shared_claim, with_ignored};
use build_profiles::verdict::{self, Outcome, Verdict, judge, not_tried, shared};

use super::decided::{Decided, Undeclared, decide};
use super::linted::Reach;
use crate::cli::{CommonArgs, Format, VerifyArgs};
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Progress, Report, Verified};
use crate::run::{self, Toolchain, watch};

pub(super) fn run(args: &VerifyArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    if args.common.format == Format::Patch {
        bail!(
            "`verify` changes nothing, so there is no patch\n\n\
             help: what `configure` would write: cargo xtask configure --diff --format patch"
        );
    }
    let start = Instant::now();
    let (mut decided, documented) = decided(&args.common)?;
    if let Some(exit) = stopped_by_the_files(&args.common, &decided) {
        return Ok(exit);
    }
    decided.lint(Reach::Machine);
    let progress = Progress::new(&args.common);
    let proof = prove(Mode::asked(args), &decided, documented, &progress)?;
    progress.done();
    if let Some(failure) = &proof.failure {
        bail!("{failure}");
    }
    // What was found in the files stands first.
    let mut findings: Vec<Diagnostic> = decided
        .diagnostics()
        .filter(|finding| !is_a_verdict(&decided.repository, finding, &proof.verdicts))
        .cloned()
        .collect();
    findings.extend(proof.daemon.iter().cloned());
    findings.extend(verdict::findings(&proof.evidence));
    let exit = exit(args.common.strict, &findings, &proof.verdicts);
    let verified = Verified {
        repository: &decided.repository,
        mode: Mode::asked(args),
        findings: &findings,
        toolchain: &proof.toolchain,
        evidence: &proof.evidence,
        verdicts: &proof.verdicts,
        exit,
        seconds: {
            let all = start.elapsed();
            (
                all.as_secs_f64(),
                all.saturating_sub(run::waited()).as_secs_f64(),
            )
        },
    };
    render::verified(&args.common, &verified);
    let state = &decided.repository.state;
    crate::write::receipt(state, "verify.json", &render::receipt(&verified))?;
    Ok(exit)
}

/// Whether a verdict says with more evidence that what this is about is not in force: its own line, or the table whose
/// header it points at.
fn is_a_verdict(repository: &Repository, finding: &Diagnostic, verdicts: &[Verdict]) -> bool {
    let is_lint = lint::lint(finding.code).is_some();
    let Some(label) = finding.labels.first().filter(|_| is_lint) else {
        return false;
    };
    let text = repository.source(&label.file).unwrap_or_default();
    let before = text.get(..label.span.start).unwrap_or_default();
    let first = before.matches('\n').count();
    let lines = text.lines().skip(first);
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let of_table = lines.clone().skip(1).take_while(|line| !is_header(line));
    let last = match lines.clone().next() {
        Some(line) if is_header(line) => first + of_table.count(),
        _ => first,
    };
    verdicts
        .iter()
        .filter(|verdict| verdict.outcome == Outcome::Inactive)
        .filter_map(|verdict| verdict.claim.place.as_ref())
        .any(|place| {
            place.file == label.file.as_str() && (first + 1..=last + 1).contains(&place.line)
        })
}

/// The quick proof that `configure` ends with, on the files it has just written.
pub(super) fn after_configure(common: &CommonArgs) -> Result<Exit> {
    let (decided, documented) = decided(common)?;
    let proof = prove(Mode::Quick, &decided, documented, &Progress::silent())?;
    render::verified_briefly(common, &proof.verdicts, proof.failure.as_deref());
    // What fails to build here was said to build a moment ago, by the start check; `verify` says more.
    Ok(match proof.failure {
        Some(_) => Exit::Clean,
        None => exit(common.strict, &[], &proof.verdicts),
    })
}

/// The repository with its plan, and how many of its libraries have doctests. Without a policy the files themselves are
/// what is to be proved.
pub(super) fn decided(common: &CommonArgs) -> Result<(Decided, usize)> {
    let mut place = read::place(common)?;
    let libraries = std::mem::take(&mut place.libraries);
    let documented = libraries.iter().filter(|library| library.doctests).count();
    let repository = read::repository(common, place)?.with_or_without_policy(common);
    let decided = decide(repository, Undeclared::Leave(OnUndeclared::Refuse));
    Ok((decided, documented))
}

/// Drift, or a policy that can't be used, said as `configure --check` says it.
pub(super) fn stopped_by_the_files(common: &CommonArgs, decided: &Decided) -> Option<Exit> {
    let unusable = decided
        .diagnostics()
        .any(|finding| finding.level == Level::Error);
    let exit = match (unusable, decided.drifts(common.strict)) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Findings,
        (false, false) => return None,
    };
    render::report(
        common,
        &Report {
            name: "configure",
            repository: &decided.repository,
            plan: &decided.plan,
            written: false,
            command: "cargo xtask configure",
            checks: true,
            exit,
            machine: &[],
            note: None,
        },
    );
    Some(exit)
}

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Without building the workspace.
    Quick,
    /// The workspace and its tests.
    Whole,
    /// As quick, and two copies of the workspace against the cache's storage.
    Shared,
}

impl Mode {
    fn asked(args: &VerifyArgs) -> Self {
        match (args.quick, args.shared) {
            (true, _) => Self::Quick,
            (_, true) => Self::Shared,
            _ => Self::Whole,
        }
    }
}

/// What the experiments came to.
struct Proof {
    toolchain: Toolchain,
    evidence: Evidence,
    verdicts: Vec<Verdict>,
    /// What there is to say of the cache server that the user's own builds talk to.
    daemon: Vec<Diagnostic>,
    /// A build that failed for a reason that is no setting's.
    failure: Option<String>,
}

fn prove(mode: Mode, decided: &Decided, documented: usize, progress: &Progress) -> Result<Proof> {
    let repository = &decided.repository;
    watch::start();
    let (chain, env) = read::chain(repository);
    let children = run::Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let host = run::host(&children, &toolchain);
    let wants = decided.settings.machine.clone();
    let wants = wants.map(|wants| repository.local.applied_to(wants));
    let (machine_layer, environment) = machine_layer(repository, wants.as_ref(), &host.machine);
    let policy = repository.policy.clone().unwrap_or_default();
    let policy_text = repository.policy_text.as_str();
    let view = View {
        policy_file: &repository.policy_file,
        policy_text: repository.has_policy.then_some(policy_text),
        policy: &policy,
        settings: &decided.settings,
        wants: wants.as_ref(),
        workspace: &repository.workspace,
        triple: &toolchain.triple,
        machine: repository.machine.as_deref(),
        environment: environment.as_deref(),
    };
    let claims = with_ignored(claims(&view), &chain);
    let evidence = Evidence {
        triple: toolchain.triple.clone(),
        machine_layer,
        ..Evidence::default()
    };
    let (evidence, cache) = observe::Observer {
        quick: mode != Mode::Whole,
        repository,
        children: &children,
        toolchain: &toolchain,
        chain: &chain,
        view: &view,
        claims: &claims,
        progress,
        documented,
        evidence,
    }
    .observe()?;
    let storage = policy
        .base
        .cache
        .as_ref()
        .and_then(|cache| cache.storage.as_ref());
    let daemon = match &cache {
        Some(program) => cache::judge(
            &run::cache::daemon(&children, program, &env)?,
            storage.map(|storage| (&repository.policy_file, storage)),
        ),
        None => Vec::new(),
    };
    let mut verdicts = judge(&claims, &evidence);
    if mode == Mode::Shared {
        progress.step(
            "two checkouts",
            "two builds of the workspace, at two paths, against the storage",
        );
        // One verdict on the storage, in place of one for each of its variables.
        verdicts.retain(|verdict| verdict.claim.subject != Subject::Storage);
        verdicts.push(match &cache {
            Some(program) => two_checkouts(repository, &children, program, storage, &view)?,
            None => not_tried(&shared_claim(&view), "no compiler cache is in force here"),
        });
    }
    Ok(Proof {
        daemon,
        failure: unexplained_failure(&evidence, &claims),
        verdicts,
        toolchain,
        evidence,
    })
}

/// What one checkout compiles, another at another path finds in the storage; or not, and why.
fn two_checkouts(
    repository: &Repository,
    children: &run::Children,
    program: &str,
    storage: Option<&Storage>,
    view: &View<'_>,
) -> Result<Verdict> {
    /// A storage that is dead or slow is told long before; this is for a workspace that takes long.
    const LIMIT: Duration = Duration::from_secs(60 * 60);
    let folder = run::temporary()?;
    let machine = machine_path(view.policy);
    let seen = run::cache::shared::shared(
        children,
        &repository.root,
        &run::cache::shared::Experiment {
            program,
            storage,
            arguments: &["build", "--workspace", "--locked", "--offline"],
            files: &[machine.as_str()],
            folder: &folder,
            limit: LIMIT,
        },
    )?;
    Ok(shared(&shared_claim(view), &seen))
}

fn exit(strict: bool, findings: &[Diagnostic], verdicts: &[Verdict]) -> Exit {
    let has = |outcome| verdicts.iter().any(|verdict| verdict.outcome == outcome);
    match Exit::of(findings.iter(), strict) {
        Exit::Clean if has(Outcome::Inactive) => Exit::Findings,
        Exit::Clean if has(Outcome::Unproven) || strict && has(Outcome::NotTried) => Exit::Unproven,
        exit => exit,
    }
}

/// A build that failed for a reason that is no setting's: the compiler's own words.
fn unexplained_failure(evidence: &Evidence, claims: &[Claim]) -> Option<String> {
    let build = evidence
        .builds
        .iter()
        .find(|build| build.failure.is_some())?;
    let said = build.failure.as_deref().unwrap_or_default();
    if verdict::explains(said, claims, evidence).is_some() {
        return None;
    }
    Some(format!(
        "`{}` failed\n\n{said}\n\nhelp: verify what builds; nothing is known of the settings of what does not",
        build.command
    ))
}

/// What is to be thought of this machine's own layer; and the environment whose file stands in its place.
fn machine_layer(
    repository: &Repository,
    wants: Option<&Wants>,
    machine: &str,
) -> (MachineLayer, Option<String>) {
    if let Some(name) = repository.environment() {
        return (
            MachineLayer::Environment(name.to_owned()),
            Some(name.to_owned()),
        );
    }
    let Some(wants) = wants else {
        return (MachineLayer::Unwanted, None);
    };
    let layer = match &repository.machine {
        None => MachineLayer::Missing,
        Some(text) => match machine::is_current(text, wants) {
            Freshness::Foreign => MachineLayer::Foreign,
            _ if machine::written_on(text).is_some_and(|name| name != machine) => {
                MachineLayer::OtherMachine(machine::written_on(text).unwrap_or_default())
            }
            Freshness::Stale => MachineLayer::Stale,
            Freshness::Current => match &repository.gone {
                Some(program) => MachineLayer::Gone(program.clone()),
                None => MachineLayer::Current,
            },
        },
    };
    (layer, None)
}
