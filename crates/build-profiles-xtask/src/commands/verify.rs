//! `verify`: does the build do what the files say?
//!
//! Drift first, for a build under other files proves nothing of the policy. Then each setting is looked for where it
//! would show, with the setting and without it, and the verdicts are a pure function of what was seen.

mod observe;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::evidence::{Evidence, MachineLayer};
use build_profiles::layout::{environment_path, machine_path};
use build_profiles::machine::{self, Freshness, Wants};
use build_profiles::plan::{OnUndeclared, Plan};
use build_profiles::probe::{Claim, View, claims};
use build_profiles::settings::Settings;
use build_profiles::verdict::{Outcome, Verdict, judge};

use super::configure::{Decided, Undeclared, decide};
use crate::cli::{CommonArgs, VerifyArgs};
use crate::exit::Exit;
use crate::read::{self, Repository};
use crate::render::{self, Progress, Report, Verified};
use crate::run::{self, watch};

pub(super) fn run(args: &VerifyArgs) -> Result<Exit> {
    render::can_say(args.common.format)?;
    let place = read::place(&args.common)?;
    let repository = read::repository(&args.common, place)?;
    verify(args, decided(repository)?)
}

/// The quick proof that `configure` ends with. What it finds is said, and is not what `configure` came to.
pub(super) fn after_configure(common: &CommonArgs) -> Result<()> {
    let args = VerifyArgs {
        quick: true,
        common: common.clone(),
    };
    let place = read::place(common)?;
    let repository = read::repository(common, place)?;
    verify(&args, decided(repository)?).map(|_exit| ())
}

/// The repository with its plan. Without a policy the files themselves are what is to be proved.
fn decided(mut repository: Repository) -> Result<Decided> {
    if repository.has_policy {
        return Ok(decide(repository, Undeclared::Leave(OnUndeclared::Refuse)));
    }
    repository
        .diagnostics
        .retain(|finding| finding.code != "no_policy");
    Ok(Decided {
        repository,
        settings: Settings::default(),
        plan: Plan::default(),
    })
}

fn verify(args: &VerifyArgs, decided: Decided) -> Result<Exit> {
    let repository = &decided.repository;
    let findings: Vec<Diagnostic> = repository
        .diagnostics
        .iter()
        .chain(&decided.plan.diagnostics)
        .cloned()
        .collect();
    let counts = |drift: &build_profiles::plan::Drift| args.common.strict || !drift.by_lock;
    let drifts = decided.plan.drift.iter().any(counts);
    let unusable = findings.iter().any(|finding| finding.level == Level::Error);
    if unusable || drifts {
        let exit = if unusable {
            Exit::Failed
        } else {
            Exit::Findings
        };
        render::report(
            &args.common,
            &Report {
                repository,
                plan: &decided.plan,
                written: false,
                command: "cargo xtask configure",
                checks: true,
                exit,
                machine: &[],
                note: None,
            },
        );
        return Ok(exit);
    }

    watch::start();
    let progress = Progress::new(&args.common);
    let (chain, env) = read::chain(repository);
    let children = run::Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let host = run::host(&children, &toolchain);
    let wants = decided
        .settings
        .machine
        .clone()
        .map(|wants| repository.local.applied_to(wants));
    let (machine_layer, environment) = machine_layer(repository, wants.as_ref(), &host.machine);
    let policy = repository.policy.clone().unwrap_or_default();
    let view = View {
        policy_file: &repository.policy_file,
        policy_text: repository
            .has_policy
            .then_some(repository.policy_text.as_str()),
        policy: &policy,
        settings: &decided.settings,
        wants: wants.as_ref(),
        workspace: &repository.workspace,
        triple: &toolchain.triple,
        machine: repository.machine.as_deref(),
        environment: environment.as_deref(),
    };
    let claims = claims(&view);
    let evidence = Evidence {
        triple: toolchain.triple.clone(),
        machine_layer,
        ..Evidence::default()
    };
    let evidence = observe::Observer {
        args,
        repository,
        children: &children,
        toolchain: &toolchain,
        chain: &chain,
        view: &view,
        claims: &claims,
        progress: &progress,
        evidence,
    }
    .observe()?;
    progress.done();
    if let Some(failure) = unexplained_failure(&evidence, &claims) {
        bail!("{failure}");
    }
    let verdicts = judge(&claims, &evidence);
    let exit = exit(args, &findings, &verdicts);
    let verified = Verified {
        repository,
        quick: args.quick,
        findings: &findings,
        toolchain: &toolchain,
        evidence: &evidence,
        verdicts: &verdicts,
        exit,
    };
    render::verified(&args.common, &verified);
    if let Err(error) = crate::write::receipt(&repository.state, &render::receipt(&verified)) {
        render::error(&error);
    }
    Ok(exit)
}

fn exit(args: &VerifyArgs, findings: &[Diagnostic], verdicts: &[Verdict]) -> Exit {
    let has = |outcome| verdicts.iter().any(|verdict| verdict.outcome == outcome);
    let denied = findings.iter().any(|finding| {
        finding.level == Level::Deny || args.common.strict && finding.level == Level::Warning
    });
    if denied || has(Outcome::Inactive) {
        Exit::Findings
    } else if has(Outcome::Unproven) || args.common.strict && has(Outcome::NotTried) {
        Exit::Unproven
    } else {
        Exit::Clean
    }
}

/// A build that failed for a reason that is no setting's: the compiler's own words.
fn unexplained_failure(evidence: &Evidence, claims: &[Claim]) -> Option<String> {
    let build = evidence
        .builds
        .iter()
        .find(|build| build.failure.is_some())?;
    let said = build.failure.as_deref().unwrap_or_default();
    if build_profiles::verdict::explains(said, claims, evidence).is_some() {
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
    let policy = repository.policy.clone().unwrap_or_default();
    let files: &BTreeMap<_, _> = &repository.workspace.files;
    if let Some(text) = &repository.machine {
        let names = policy.environments.iter().map(|one| &one.name.value);
        for name in names {
            if files.get(&environment_path(&policy, name)) == Some(text) {
                return (MachineLayer::Environment(name.clone()), Some(name.clone()));
            }
        }
    }
    let Some(wants) = wants else {
        return (MachineLayer::Unwanted, None);
    };
    debug_assert!(!machine_path(&policy).as_str().is_empty());
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
