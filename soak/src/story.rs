//! `story`: the workspace of the founding story, made anew: 12 crates and 538 tests on published crates, to be built and
//! measured.
//!
//! The story's own workspace is not to be had. What its table depends on is made here:
//!
//! - 12 members, most of which stand on one: an edit of that one reaches far, one of the program nothing else;
//! - some hundred compilations (or 300, nearly as many as the story counted), nine in ten of them published crates: what
//!   a clean build is made of, and what a cache serves;
//! - 538 tests in two dozen binaries, nearly all of them small. Cargo runs test binaries one after another and nextest all
//!   at once, so what the story won by nextest it won on tests that wait: every binary here has one that waits, as a test
//!   of a timeout does. They sleep, so that the time saved does not hang on how fast a machine computes.
//!
//! Nothing of it needs a network once the registry's crates are there. One crate, `psm`, below handlebars' parser and
//! sqlparser, has its build script assemble a file: a C compiler is needed, as it is for linking.

mod member;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Outcome, scrub};

/// Write the workspace of the founding story: 12 crates, 538 tests
///
/// The same seed makes the same workspace, and its lock file is part of this program: whoever has the crates of the
/// registry builds the same.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder that is empty or not there
    dir: PathBuf,
    /// How much there is to compile
    #[arg(long, value_enum, default_value_t)]
    size: Size,
    /// The same seed makes the same workspace
    #[arg(long, default_value_t = 538)]
    seed: u64,
    /// Leave the lock file to Cargo: for whoever changes the dependencies
    #[arg(long)]
    no_lock: bool,
}

/// How much there is to compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Size {
    /// 129 units, of which sccache compiles 105: eight rounds of everything fit into an hour on two cores.
    #[default]
    Small,
    /// 362 units, of which sccache compiles 302. The story's sccache counted 359.
    Large,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let free = fs::read_dir(&args.dir).map_or(true, |mut entries| entries.next().is_none());
    ensure!(free, "`{}` is not empty", args.dir.display());
    workspace(&args.dir, args.size, args.seed, !args.no_lock)?;
    commit(&args.dir)?;
    println!(
        "{} members, {} tests, seed {}",
        member::MEMBERS.len(),
        member::TESTS,
        args.seed
    );
    Ok(Outcome::Holds)
}

/// Makes a git repository of it, since `measure` copies what git knows of.
///
/// A measurement names the commit that it is of, so that is made of nothing but the files: with a date of its own, and
/// with none of what a person's git adds (hooks, signatures, line endings, files that are ignored everywhere).
fn commit(dir: &Path) -> Result<()> {
    const OURS: [&str; 12] = [
        "-c",
        "user.name=story",
        "-c",
        "user.email=story@example.com",
        "-c",
        "commit.gpgSign=false",
        "-c",
        "core.autocrlf=false",
        "-c",
        "core.fileMode=false",
        "-c",
        "core.hooksPath=/dev/null",
    ];
    for words in [
        &["init", "--quiet", "--template="][..],
        &["add", "--all", "--force"],
        &["commit", "--quiet", "--message=The workspace of the story"],
    ] {
        let mut git = scrub::command("git");
        // A hook that started us would have us commit to its repository.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        // The day of the story.
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            git.env(name, "2026-02-16T06:44:00Z");
        }
        let ran = git.args(OURS).args(words).current_dir(dir).status();
        ensure!(
            ran.context("failed to run git")?.success(),
            "`git {}` failed",
            words[0]
        );
    }
    Ok(())
}

/// What the story says it set: profiles, sccache, nextest, lld, in this order.
const POLICY: &str = r#"schema = 1
expansions = 1
toolchain = "1.94"

[profile.dev]
tradeoff = "compile-time"

[cache]
tool = "sccache"
# The story's: incremental compilation is off, and members are cached too.
scope = "everything"

[test]
runner = "nextest"

[linker]
linux-gnu = ["lld", "default"]

[measure]
order = ["profiles", "cache", "runner", "linker"]
scenarios = ["clean", "clean-cached", "no-op", "test-run"]
"#;

/// Writes the workspace into `dir`.
fn workspace(dir: &Path, size: Size, seed: u64, lock: bool) -> Result<()> {
    let mut random = fastrand::Rng::with_seed(seed);
    write(&dir.join("Cargo.toml"), &root(size))?;
    write(&dir.join(".gitignore"), "/target\n")?;
    write(&dir.join("build-profiles.toml"), POLICY)?;
    for member in &member::MEMBERS {
        let folder = dir.join("crates").join(member.name);
        for (file, text) in member.files(size, &mut random) {
            write(&folder.join(file), &text)?;
        }
    }
    if lock {
        write(
            &dir.join("Cargo.lock"),
            match size {
                Size::Small => include_str!("story/small.lock"),
                Size::Large => include_str!("story/large.lock"),
            },
        )?;
    }
    Ok(())
}

fn root(size: Size) -> String {
    let mut text = String::from(
        "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"0.1.0\"\nedition = \"2021\"\n\
         publish = false\n\n[workspace.dependencies]\n",
    );
    for member in &member::MEMBERS {
        text += &format!("{0} = {{ path = \"crates/{0}\" }}\n", member.name);
    }
    for line in member::THIRD_PARTY {
        text += line;
        text.push('\n');
    }
    if size == Size::Large {
        for line in member::MORE_THIRD_PARTY {
            text += line;
            text.push('\n');
        }
    }
    text
}

fn write(file: &Path, text: &str) -> Result<()> {
    let folder = file.parent().context("a file stands in a folder")?;
    fs::create_dir_all(folder)
        .with_context(|| format!("failed to create `{}`", folder.display()))?;
    fs::write(file, text).with_context(|| format!("failed to write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(folder: &Path, into: &mut Vec<(PathBuf, String)>) -> Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<std::io::Result<_>>()?;
        entries.sort_by_key(fs::DirEntry::path);
        for entry in entries {
            match entry.file_type()?.is_dir() {
                true => texts(&entry.path(), into)?,
                false => into.push((entry.path(), fs::read_to_string(entry.path())?)),
            }
        }
        Ok(())
    }

    fn generated(size: Size, seed: u64) -> Result<Vec<(PathBuf, String)>> {
        let folder = tempfile::tempdir()?;
        workspace(folder.path(), size, seed, true)?;
        let mut all = Vec::new();
        texts(folder.path(), &mut all)?;
        let inside = all.into_iter().map(|(file, text)| {
            let file = file.strip_prefix(folder.path()).map(Path::to_owned);
            Ok((file?, text))
        });
        inside.collect()
    }

    #[test]
    fn it_has_twelve_crates_and_538_tests() -> Result<()> {
        for size in [Size::Small, Size::Large] {
            let all = generated(size, 538)?;
            let manifests = all
                .iter()
                .filter(|(file, _)| file.ends_with("Cargo.toml") && file.components().count() > 1);
            assert_eq!(manifests.count(), 12);
            let tests: usize = all
                .iter()
                .map(|(_, text)| text.matches("#[test]").count())
                .sum();
            assert_eq!(tests, 538);
        }
        Ok(())
    }

    #[test]
    fn the_same_seed_makes_the_same_workspace() -> Result<()> {
        for size in [Size::Small, Size::Large] {
            assert_eq!(generated(size, 1)?, generated(size, 1)?);
            assert_ne!(generated(size, 1)?, generated(size, 2)?);
        }
        Ok(())
    }

    #[test]
    fn the_same_files_make_the_same_commit() -> Result<()> {
        let head = |seed| -> Result<String> {
            let folder = tempfile::tempdir()?;
            workspace(folder.path(), Size::Small, seed, true)?;
            commit(folder.path())?;
            let git = |words: &[&str]| -> Result<String> {
                let mut git = scrub::command("git");
                let output = git.args(words).current_dir(folder.path()).output()?;
                Ok(String::from_utf8(output.stdout)?)
            };
            assert_eq!(git(&["status", "--porcelain", "--ignored"])?, "");
            assert!(git(&["ls-files"])?.contains("Cargo.lock\n"));
            git(&["rev-parse", "HEAD"])
        };
        assert_eq!(head(1)?, head(1)?);
        assert_ne!(head(1)?, head(2)?);
        Ok(())
    }

    /// A dependency that nothing names would be compiled and never used.
    #[test]
    fn every_published_crate_is_used_by_who_asks_for_it() -> Result<()> {
        for size in [Size::Small, Size::Large] {
            let all = generated(size, 538)?;
            let of = |member: &str, file: &str| {
                let file = Path::new("crates").join(member).join(file);
                let found = all.iter().find(|(other, _)| *other == file);
                found.map_or("", |(_, text)| text.as_str()).to_owned()
            };
            for member in &member::MEMBERS {
                let sources = ["src/lib.rs", "src/main.rs", "src/more.rs"];
                let source: String = sources.map(|file| of(member.name, file)).concat();
                for line in of(member.name, "Cargo.toml").lines() {
                    if let Some(name) = line.strip_suffix(".workspace = true") {
                        let path = format!("{}::", name.replace('-', "_"));
                        let package = ["version", "edition", "publish"].contains(&name);
                        assert!(package || source.contains(&path), "{}: {name}", member.name);
                    }
                }
            }
        }
        Ok(())
    }

    #[test]
    fn the_lock_files_name_every_member() {
        for lock in [
            include_str!("story/small.lock"),
            include_str!("story/large.lock"),
        ] {
            for member in &member::MEMBERS {
                assert!(lock.contains(&format!("name = \"{}\"\n", member.name)));
            }
        }
    }
}
