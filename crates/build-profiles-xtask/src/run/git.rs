//! What is asked of git.

use anyhow::{Context, Result};
use camino::Utf8Path;
use xshell::{Shell, cmd};

/// Whether git ignores a file of the workspace by what the repository says. A user's own excludes do not count: the
/// answer must be the same for everybody.
pub(crate) fn git_ignores(root: &Utf8Path, file: &str) -> Result<bool> {
    let shell = Shell::new().context("failed to find the current directory")?;
    shell.change_dir(root);
    let Ok(output) = cmd!(shell, "git -c core.excludesFile=/dev/null check-ignore --quiet -- {file}").quiet().ignore_status().output() else {
        return Ok(false); // Without git nobody is kept from anything.
    };
    Ok(output.status.code() == Some(0))
}
