//! `explain`: one key, or everything that is set. Nothing is built and nothing is written.

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::explain::{self, View};
use build_profiles::settings::settle;
use build_profiles::verdict::Verdict;

use crate::cli::{ExplainArgs, Format};
use crate::exit::Exit;
use crate::read;
use crate::render;
use crate::run;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit> {
    can_say(args.common.format)?;
    let place = read::place(&args.common)?;
    let repository = read::repository(&args.common, place)?.with_or_without_policy(&args.common);
    let policy = repository.policy.clone().unwrap_or_default();
    let mut findings: Vec<Diagnostic> = repository.diagnostics.clone();
    let (settings, settled) = settle(&repository.policy_file, &policy, &repository.workspace);
    findings.extend(settled);
    let errors: Vec<&Diagnostic> = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .collect();
    if !errors.is_empty() {
        render::findings(&args.common, &repository, &errors);
        return Ok(Exit::Failed);
    }
    let (chain, env) = read::chain(&repository);
    let children = run::Children::of(&repository.root, &env);
    let toolchain = run::toolchain(&children)?;
    let wants = settings.machine.clone();
    let wants = wants.map(|wants| repository.local.applied_to(wants));
    let last: Option<(String, Vec<Verdict>)> = read::last_verdicts(&repository.state);
    let view = View {
        policy_file: &repository.policy_file,
        policy_text: repository
            .has_policy
            .then_some(repository.policy_text.as_str()),
        policy: &policy,
        settings: &settings,
        workspace: &repository.workspace,
        chain: &chain,
        variables: &children.steering(),
        triple: &toolchain.triple,
        wants: wants.as_ref(),
        machine: repository.machine.as_deref(),
        environment: repository.environment(),
        seen: last
            .as_ref()
            .map(|(command, verdicts)| (command.as_str(), verdicts.as_slice())),
    };
    let Some(key) = &args.key else {
        let (rows, stops) = explain::all(&view);
        render::explained_all(&args.common, &repository, &rows, &stops);
        return Ok(Exit::Clean);
    };
    match explain::topic(key, &view) {
        Ok(topic) => {
            let explanation = explain::explain(&topic, &view);
            render::explained(&args.common, &repository, &explanation);
            Ok(Exit::Clean)
        }
        Err(unknown) => {
            let help: Vec<String> = unknown
                .help
                .iter()
                .map(|help| format!("help: {help}"))
                .collect();
            bail!("{}\n\n{}", unknown.message, help.join("\n"))
        }
    }
}

fn can_say(format: Format) -> Result<()> {
    match format {
        Format::Patch => bail!(
            "`explain` changes nothing, so there is no patch\n\n\
             help: what `configure` would write: cargo xtask configure --diff --format patch"
        ),
        Format::Github | Format::Sarif => bail!(
            "`explain` has no findings to annotate lines with\n\n\
             help: for a comment or a job summary there is --format markdown; findings are those of cargo xtask lint"
        ),
        Format::Human | Format::Json | Format::Markdown => Ok(()),
    }
}
