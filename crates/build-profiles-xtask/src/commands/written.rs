//! Writing: one run at a time, all files or none, and kept only if Cargo still builds with them.

use anyhow::{Result, bail};
use build_profiles::layout::nextest_path;
use build_profiles::plan::FileChange;

use crate::cli::CommonArgs;
use crate::read::{self, Place, Repository};
use crate::write::{self, Recovery, Turn};
use crate::{render, run};

/// Waits for its turn, and brings what an interrupted run has left to an end. Says whether the files are as they were:
/// if not, whoever has read something before reads it again.
pub(super) fn take_turn(common: &CommonArgs, place: &Place) -> Result<(Turn, bool)> {
    let turn = write::take_turn(&place.state, &place.root, &place.boundary, || {
        render::waiting(common)
    })?;
    let recovery = turn.recover()?;
    let is_as_before = recovery == Recovery::Nothing;
    if !is_as_before {
        render::recovered(common, &recovery);
    }
    Ok((turn, is_as_before))
}

/// Writes the changes, and keeps them if Cargo still builds with them.
pub(super) fn write_proved(
    repository: &Repository,
    changes: &[FileChange],
    turn: &Turn,
    unproved: bool,
) -> Result<()> {
    write_proved_if(repository, changes, turn, unproved, &|| Ok(()))
}

/// Whether Cargo can read the workspace as it stands now.
pub(super) fn is_readable(common: &CommonArgs) -> Result<()> {
    match read::place(common)?.is_broken() {
        true => bail!("a file that Cargo reads is no valid TOML any more"),
        false => Ok(()),
    }
}

/// The same, for changes that must hold out against one more question.
pub(super) fn write_proved_if(
    repository: &Repository,
    changes: &[FileChange],
    turn: &Turn,
    unproved: bool,
    holds: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let written = turn.write(changes)?;
    if let Err(broken) = holds() {
        written.roll_back()?;
        return Err(broken
            .context("the new files were rolled back: with them Cargo can't read the workspace"));
    }
    let read_by_cargo = |change: &FileChange| {
        change.path != repository.policy_file
            && change.path != nextest_path()
            && change.path.as_str().ends_with(".toml")
    };
    if unproved || !changes.iter().any(read_by_cargo) {
        return written.keep();
    }
    let Err(broken) = run::start_check(&repository.children(), &repository.state) else {
        return written.keep();
    };
    written.roll_back()?;
    let help = "help: if Cargo does not start at all, delete `.cargo/machine.toml`";
    Err(match run::start_check(&repository.children(), &repository.state) {
        Ok(()) => broken.context(format!("the new files were rolled back: with them Cargo can't build a package of a few lines\n\n{help}")),
        Err(_) => broken.context(format!(
            "nothing was written: Cargo can't build a package of a few lines here, with the new files nor without them\n\n\
             help: mend that first, or write without this check: --no-verify\n{help}"
        )),
    })
}
