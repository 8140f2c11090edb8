//! `init --xtask`: a package that starts this tool, or its lines for the xtask that is there.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::eject::{HAKARI, LIBRARY};
use build_profiles::plan::FileChange;
use build_profiles::scaffold::{
    Ground, Scaffold, XTASK, becomes_a_workspace, is_missing, of_existing, of_its_manifest,
    scaffold,
};
use semver::{Version, VersionReq};
use toml_edit::{Array, InlineTable, Value};

use crate::cli::InitArgs;
use crate::read::{self, Repository};
use crate::render;
use crate::run;

/// Decides it, for a policy that may not be written yet.
pub(super) fn scaffolded(
    args: &InitArgs,
    repository: &mut Repository,
    cargo: &Version,
    policy: Option<(&FilePath, &str)>,
) -> Result<Scaffold> {
    let dependency = dependency(args)?;
    let mut beside = xtask_files(repository)?;
    beside.extend(read::texts(&repository.root, &HAKARI.map(FilePath::new))?);
    for (file, text) in &beside {
        repository.remember(file, text);
    }
    let package = match is_missing(&repository.workspace) {
        true => render::package(&dependency)?.to_vec(),
        false => Vec::new(),
    };
    let nested = match becomes_a_workspace(&repository.workspace) {
        true => read::nested(&repository.root),
        false => BTreeMap::new(),
    };
    let ground = Ground {
        policy,
        beside: &beside,
        nested: &nested,
        has_folder: repository.root.join(XTASK).exists(),
        cargo,
        dependency: &dependency,
        package: &package,
        write: args.write,
    };
    let mut made = scaffold(&repository.workspace, &ground);
    let dirty = dirty(repository, &made.changes)?;
    made.diagnostics.extend(dirty);
    Ok(made)
}

/// The manifest of the xtask that is there, and the files where its `main` may stand.
pub(super) fn xtask_files(repository: &Repository) -> Result<BTreeMap<FilePath, String>> {
    let mut files = read::texts(&repository.root, &of_existing(&repository.workspace))?;
    let main = of_its_manifest(&repository.workspace, &files);
    files.extend(read::texts(&repository.root, main.as_slice())?);
    Ok(files)
}

/// What an xtask says of our library.
fn dependency(args: &InitArgs) -> Result<String> {
    let mut table = InlineTable::new();
    match args.dependency.as_deref() {
        None => {
            table.insert("git", env!("CARGO_PKG_REPOSITORY").into());
        }
        Some(version) if VersionReq::parse(version).is_ok() => {
            table.insert("version", version.into());
        }
        Some(text) => match text.parse::<Value>() {
            Ok(Value::InlineTable(given)) => table = given,
            _ => bail!(
                "`{text}` is no dependency on `{LIBRARY}`\n\n\
                 help: name a version, as `0.1`, or an inline table, as `{{ path = \"../build-profiles/crates/build-profiles-xtask\" }}`"
            ),
        },
    }
    // An xtask is compiled by everybody; the templates are for whoever makes one.
    if !table.contains_key("default-features") {
        table.insert("default-features", false.into());
    }
    if args.ci.is_some() {
        let mut features = Array::new();
        features.push("markdown");
        // Nothing that was asked for is taken away.
        table.entry("features").or_insert(features.into());
    }
    table.fmt();
    Ok(Value::InlineTable(table).to_string().trim().to_owned())
}

/// Says which files that change hold something that is in no commit: the diff here shows our part alone.
fn dirty(repository: &Repository, changes: &[FileChange]) -> Result<Option<Diagnostic>> {
    let mut dirty = Vec::new();
    for change in changes.iter().filter(|change| change.before.is_some()) {
        let committed = run::git::is_committed(&repository.root, change.path.as_str())?;
        if repository.workspace.in_git && !committed && change.path != repository.policy_file {
            dirty.push(format!("`{}`", change.path));
        }
    }
    Ok((!dirty.is_empty()).then(|| {
        let verb = if dirty.len() == 1 { "has" } else { "have" };
        Diagnostic::new(
            Level::Note,
            "uncommitted_changes",
            format!("{} {verb} changes that are in no commit", dirty.join(", ")),
        )
        .with_note("they stay; what is shown here is only what `init` adds")
    }))
}
