//! What is asked of git. Nothing in the user's repository changes: an index of our own is used where one is needed.

use anyhow::{Context, Result, anyhow, bail};
use camino::{Utf8Path, Utf8PathBuf};
use xshell::{Shell, cmd};

/// Whether git ignores a file of the workspace by what the repository says. A user's own excludes do not count: the
/// answer must be the same for everybody.
pub(crate) fn git_ignores(root: &Utf8Path, file: &str) -> Result<bool> {
    let shell = at(root)?;
    let Ok(output) = cmd!(
        shell,
        "git -c core.excludesFile=/dev/null check-ignore --quiet -- {file}"
    )
    .quiet()
    .ignore_status()
    .output() else {
        return Ok(false); // Without git nobody is kept from anything.
    };
    Ok(output.status.code() == Some(0))
}

/// Whether the last commit has a file of the workspace as it stands.
pub(crate) fn is_committed(root: &Utf8Path, file: &str) -> Result<bool> {
    let shell = at(root)?;
    // What git ignores is as lost as what it does not know.
    let output = cmd!(
        shell,
        "git --no-optional-locks status --porcelain --ignored --untracked-files=all -- {file}"
    )
    .quiet()
    .ignore_status()
    .ignore_stderr()
    .output();
    // Without git nothing is known to be safe.
    Ok(output.is_ok_and(|output| output.status.success() && output.stdout.is_empty()))
}

/// Whether the last commit has everything that git does not ignore.
pub(crate) fn is_clean(root: &Utf8Path) -> Result<bool> {
    let shell = at(root)?;
    let output = cmd!(shell, "git --no-optional-locks status --porcelain")
        .quiet()
        .ignore_status()
        .ignore_stderr()
        .output();
    Ok(output.is_ok_and(|output| output.status.success() && output.stdout.is_empty()))
}

/// The commit that a revision names; `None` if this checkout does not have it.
pub(crate) fn commit(root: &Utf8Path, revision: &str) -> Result<Option<String>> {
    let shell = at(root)?;
    let peeled = format!("{revision}^{{commit}}");
    let output = cmd!(
        shell,
        "git rev-parse --verify --quiet --end-of-options {peeled}"
    )
    .quiet()
    .ignore_status()
    .ignore_stderr()
    .output();
    let output = output.context("failed to run `git rev-parse`")?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// The commit where this branch left another.
pub(crate) fn merge_base(root: &Utf8Path, other: &str) -> Result<Option<String>> {
    let shell = at(root)?;
    let output = cmd!(shell, "git merge-base HEAD {other}")
        .quiet()
        .ignore_status()
        .ignore_stderr()
        .output();
    let output = output.context("failed to run `git merge-base`")?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// What `origin` says its default branch is: `origin/main`.
pub(crate) fn default_branch(root: &Utf8Path) -> Result<Option<String>> {
    let shell = at(root)?;
    let output = cmd!(
        shell,
        "git symbolic-ref --quiet --short refs/remotes/origin/HEAD"
    )
    .quiet()
    .ignore_status()
    .ignore_stderr()
    .output();
    let output = output.context("failed to run `git symbolic-ref`")?;
    Ok(output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// Whether the checkout holds a part of the history only.
pub(crate) fn is_shallow(root: &Utf8Path) -> Result<bool> {
    let shell = at(root)?;
    let output = cmd!(shell, "git rev-parse --is-shallow-repository")
        .quiet()
        .ignore_status()
        .read();
    Ok(output.context("failed to run `git rev-parse`")? == "true")
}

/// What a file was called at a commit, if it has been renamed since. Paths count from the git root.
pub(crate) fn old_name(root: &Utf8Path, commit: &str, now: &str) -> Result<Option<String>> {
    let shell = at(root)?;
    // `git diff` would refresh the user's index.
    let text = cmd!(
        shell,
        "git diff-index --find-renames --diff-filter=R --name-status -z {commit}"
    )
    .quiet()
    .ignore_status()
    .read();
    let text = text.context("failed to run `git diff-index`")?;
    let mut words = text.split('\0');
    while let (Some(_), Some(old), Some(new)) = (words.next(), words.next(), words.next()) {
        if new == now {
            return Ok(Some(old.to_owned()));
        }
    }
    Ok(None)
}

/// Lays the tree of a commit out in `folder` as far as Cargo's own questions need it: configuration and lock files as
/// they were, sources as empty files.
pub(crate) fn lay_out(root: &Utf8Path, commit: &str, folder: &Utf8Path) -> Result<()> {
    // A split index would leave a part of ours beside the user's, a sparse checkout would leave files out.
    const PLAIN: [&str; 6] = [
        "-c",
        "core.splitIndex=false",
        "-c",
        "core.sparseCheckout=false",
        "-c",
        "core.fsmonitor=false",
    ];
    let shell = at_top(root)?;
    shell.set_var("GIT_INDEX_FILE", folder.join("index").as_str());
    cmd!(shell, "git {PLAIN...} read-tree {commit}")
        .quiet()
        .ignore_stderr()
        .run()
        .context("failed to read the tree of the base")?;
    let names = cmd!(shell, "git {PLAIN...} ls-files -z")
        .quiet()
        .output()
        .context("failed to list the tree of the base")?
        .stdout;
    let mut wanted = Vec::new();
    let tree = folder.join("tree");
    for name in split(&names) {
        if speaks(name) {
            wanted.extend_from_slice(name.as_bytes());
            wanted.push(0);
        } else if name.ends_with(".rs") {
            write(&tree.join(name), b"")?;
        }
    }
    let prefix = format!("--prefix={tree}/");
    let checkout = cmd!(
        shell,
        "git {PLAIN...} checkout-index --quiet --force -z --stdin {prefix}"
    )
    .quiet()
    .stdin(wanted);
    checkout
        .run()
        .context("failed to lay out the tree of the base")
}

/// The git root, and the names of what git knows of the worktree and what it does not ignore, each ended by a zero.
fn present(root: &Utf8Path) -> Result<(Utf8PathBuf, Vec<u8>)> {
    let shell = at_top(root)?;
    let top = Utf8PathBuf::from_path_buf(shell.current_dir())
        .map_err(|path| anyhow!("`{}` is not UTF-8", path.display()))?;
    let names = cmd!(
        shell,
        "git ls-files -z --cached --others --exclude-standard"
    )
    .quiet()
    .output();
    let names = names.context("failed to list the files of the checkout")?;
    Ok((top, names.stdout))
}

/// Lays the worktree out in `folder` in the same way: what git knows of it and what it does not ignore.
pub(crate) fn lay_out_present(root: &Utf8Path, folder: &Utf8Path) -> Result<()> {
    let (top, names) = present(root)?;
    for name in split(&names).filter(|name| top.join(name).is_file()) {
        if speaks(name) {
            let from = top.join(name);
            write(
                &folder.join(name),
                &std::fs::read(&from).with_context(|| format!("failed to read `{from}`"))?,
            )?;
        } else if name.ends_with(".rs") {
            write(&folder.join(name), b"")?;
        }
    }
    Ok(())
}

/// Copies the worktree into `folder`, contents and all: what git knows of it and what it does not ignore, submodules with
/// it. Says where the workspace stands in the copy.
pub(crate) fn copy_present(root: &Utf8Path, folder: &Utf8Path) -> Result<Utf8PathBuf> {
    let top = copy_repository(root, folder)?;
    let root = root
        .canonicalize_utf8()
        .with_context(|| format!("failed to find `{root}`"))?;
    let top = top.canonicalize_utf8().unwrap_or(top);
    let inside = root
        .strip_prefix(&top)
        .with_context(|| format!("`{root}` is not in `{top}`"))?;
    Ok(folder.join(inside))
}

/// Copies the repository that a folder is in, and says where its root is.
fn copy_repository(inside: &Utf8Path, folder: &Utf8Path) -> Result<Utf8PathBuf> {
    let (top, names) = present(inside)?;
    for name in split(&names) {
        let (from, to) = (top.join(name), folder.join(name));
        // The name of a repository that this one does not know of ends with a slash.
        let is_submodule = !name.ends_with('/')
            && from.symlink_metadata().is_ok_and(|meta| meta.is_dir())
            && from.join(".git").exists();
        if is_submodule {
            copy_repository(&from, &to)?;
        } else {
            copy(&from, &to)?;
        }
    }
    Ok(top)
}

/// Copies a file with its mode, or a symbolic link as such. What is not there any more is no loss.
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    let Ok(meta) = from.symlink_metadata() else {
        return Ok(());
    };
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("failed to create `{parent}`"))?;
    }
    #[cfg(unix)]
    if meta.is_symlink() {
        let target = from.read_link_utf8();
        return target
            .and_then(|target| std::os::unix::fs::symlink(target, to))
            .with_context(|| format!("failed to copy the link `{from}`"));
    }
    if meta.is_dir() {
        return Ok(()); // A submodule that is not checked out, or a repository of somebody else's.
    }
    std::fs::copy(from, to).with_context(|| format!("failed to copy `{from}`"))?;
    Ok(())
}

/// Whether Cargo or we read what stands in the file. The toolchain is asked of the present alone.
fn speaks(name: &str) -> bool {
    match name.rsplit('/').next().unwrap_or(name) {
        "rust-toolchain.toml" | "rust-toolchain" => false,
        "Cargo.lock" | ".gitignore" | ".dockerignore" => true,
        file => file.ends_with(".toml") || name.contains(".cargo/"),
    }
}

fn split(names: &[u8]) -> impl Iterator<Item = &str> {
    names
        .split(|byte| *byte == 0)
        .filter_map(|name| std::str::from_utf8(name).ok())
        .filter(|name| !name.is_empty())
}

fn write(path: &Utf8Path, bytes: &[u8]) -> Result<()> {
    let parent = path.parent().context("a file stands in a folder")?;
    std::fs::create_dir_all(parent).with_context(|| format!("failed to create `{parent}`"))?;
    std::fs::write(path, bytes).with_context(|| format!("failed to write `{path}`"))
}

fn at_top(root: &Utf8Path) -> Result<Shell> {
    let shell = at(root)?;
    let top = cmd!(shell, "git rev-parse --show-toplevel")
        .quiet()
        .read()
        .context("failed to run `git rev-parse`")?;
    shell.change_dir(&top);
    Ok(shell)
}

fn at(folder: &Utf8Path) -> Result<Shell> {
    let shell = Shell::new().context("failed to find the current directory")?;
    if !folder.exists() {
        bail!("the folder `{folder}` is gone");
    }
    shell.change_dir(folder);
    shell.set_var("GIT_OPTIONAL_LOCKS", "0");
    Ok(shell)
}
