//! `configure --diff --base REV`: what this branch changes in effect, for whoever reviews it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use build_profiles::effect::{Effect, Scope, Side, effect};
use build_profiles::plan::{OnUndeclared, plan};
use build_profiles::policy::Policy;
use build_profiles::settings::{manifest_profiles, settle};
use camino::Utf8Path;

use super::decided::{Decided, Undeclared, decide};
use crate::cli::ConfigureArgs;
use crate::exit::Exit;
use crate::read::{self, Repository, revision};
use crate::render::{self, Review, Units};
use crate::run;

pub(super) fn run(args: &ConfigureArgs, base: &str) -> Result<Exit> {
    render::can_say(args.common.format)?;
    let now = decide(
        read::repository(&args.common, read::place(&args.common)?)?,
        Undeclared::asked(args),
    );
    if now.repository.policy.is_none() {
        return Ok(super::configure::report(args, &now, false, &[]));
    }
    let base = if base.is_empty() {
        revision::default_base(&now.repository.root)?
    } else {
        base.to_owned()
    };
    let past = revision::at(&args.common, &now.repository, &base)?;
    let commit = past.commit.clone();
    let then = settled(past.repository, &now);
    let (exit, effect) = match now.exit(args.common.strict) {
        // What an unusable policy comes to is nobody's build.
        Exit::Failed => (Exit::Failed, Effect::default()),
        _ => (Exit::Clean, effect(side(&then), side(&now))),
    };
    let units = units(&effect, &then, &now, past.folder.path());
    render::review(
        &args.common,
        &Review {
            then: &then.repository,
            old: &then.plan,
            now: &now.repository,
            plan: &now.plan,
            commit: &commit,
            effect: &effect,
            units: &units,
            exit,
        },
    );
    Ok(exit)
}

fn side(decided: &Decided) -> Side<'_> {
    let policy = decided
        .repository
        .policy
        .as_ref()
        .expect("both sides have been settled from a policy");
    Side {
        policy,
        settings: &decided.settings,
        workspace: &decided.repository.workspace,
    }
}

/// The past, settled. Where there was no policy yet, an empty one, which leaves alone whatever the files said: adopting a
/// policy is no change of anybody's build.
fn settled(mut repository: Repository, now: &Decided) -> Decided {
    let policy = repository.policy.get_or_insert_with(|| Policy {
        config: now
            .repository
            .policy
            .as_ref()
            .and_then(|policy| policy.config.clone()),
        ..Policy::default()
    });
    let policy = policy.clone();
    let (settings, findings) = settle(&repository.policy_file, &policy, &repository.workspace);
    let plan = plan(
        &repository.policy_file,
        &policy,
        &settings,
        &repository.workspace,
        OnUndeclared::Refuse,
    );
    repository.diagnostics.extend(findings);
    Decided {
        repository,
        settings,
        plan,
    }
}

/// For each profile that changes, how many of its compilation units do; Cargo is asked for both states, each as it is
/// once its files say what its policy says.
fn units(
    effect: &Effect,
    then: &Decided,
    now: &Decided,
    folder: &Utf8Path,
) -> BTreeMap<String, Units> {
    let everywhere = || {
        effect
            .changes
            .iter()
            .filter(|change| change.scope == Scope::Everywhere)
    };
    let mut profiles: BTreeSet<&str> = everywhere()
        .filter_map(|change| change.table.strip_prefix("profile."))
        .collect();
    // Flags are no part of a profile: they are every unit's.
    let flags = everywhere().any(|change| change.table == "build" && change.key == "rustflags");
    if flags {
        profiles.insert("dev");
    }
    let was_there = manifest_profiles(&then.repository.workspace.files);
    // A profile that was not there has built nothing yet.
    profiles.retain(|profile| {
        matches!(*profile, "dev" | "release" | "test" | "bench")
            || was_there.iter().any(|known| known == profile)
    });
    if profiles.is_empty() {
        return BTreeMap::new();
    }
    let past = revision::planned(&then.repository, &then.plan);
    let present = revision::present(&now.repository, &now.plan, folder);
    let sides = past.and(present);
    let place = |text: String| {
        text.replace(folder.join("tree").as_str(), "<base>")
            .replace(folder.join("now").as_str(), "<now>")
    };
    let counted = |profile: &str| match &sides {
        Ok(root) => count(
            profile,
            flags,
            &then.repository.children(),
            &now.repository.children().in_folder(root),
        ),
        Err(error) => Err(anyhow!("{error:#}")),
    };
    profiles
        .into_iter()
        .map(|profile| {
            (
                profile.to_owned(),
                counted(profile).map_err(|error| place(format!("{error:#}"))),
            )
        })
        .collect()
}

/// How many units of `now` were there `then` and had another profile, of how many.
fn count(
    profile: &str,
    flags: bool,
    then: &run::Children,
    now: &run::Children,
) -> Result<(usize, usize)> {
    let (mut old, new) = (
        run::unit_profiles(then, profile)?,
        run::unit_profiles(now, profile)?,
    );
    let mut changed = 0;
    for (unit, profiles) in &new {
        let mut known = old.remove(unit).unwrap_or_default();
        let fresh = profiles.len().saturating_sub(known.len());
        let mut other = 0;
        for profile in profiles {
            match known.iter().position(|known| known == profile) {
                Some(at) => drop(known.swap_remove(at)),
                None => other += 1,
            }
        }
        // What was not there is built for the first time, not again.
        changed += if flags {
            profiles.len() - fresh
        } else {
            other - fresh
        };
    }
    Ok((changed, new.values().map(Vec::len).sum()))
}
