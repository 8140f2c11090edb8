//! The five laws, one function each, on one copy.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::checkout::Checkout;
use super::policy::{self, Counts, Edit};
use super::snapshot::Snapshot;
use super::surroundings::{Programs, Surroundings};
use super::verdict::Verdict;
use super::{patch, toolchain};
use crate::scrub;

/// What was found on one workspace.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) members: usize,
    pub(crate) adopted: Counts,
    pub(crate) verdicts: [(&'static str, Verdict); 5],
    notes: Vec<String>,
}

impl Findings {
    /// What is to be said below the table.
    pub(crate) fn said(&self) -> impl Iterator<Item = String> {
        let reasons = self.verdicts.iter().filter_map(|(letter, verdict)| {
            Some(format!(
                "({letter}) {}: {}",
                verdict.word(),
                verdict.reason()?
            ))
        });
        self.notes
            .iter()
            .map(|note| format!("note: {note}"))
            .chain(reasons)
    }
}

/// Tries all laws. An error is one of this program's surroundings, never of the tool.
pub(crate) fn try_all(tool: &Path, checkout: &Checkout, toolchain: &str) -> Result<Findings> {
    let mut findings = Findings {
        verdicts: ["a", "b", "c", "d", "e"].map(|letter| (letter, Verdict::NotTried)),
        ..Findings::default()
    };
    let mut house = House {
        tool,
        checkout,
        programs: Programs::new()?,
        toolchain: None,
        members: Vec::new(),
    };
    if let Some(pinned) = toolchain::missing(&checkout.root, &checkout.top)? {
        findings.notes.push(format!(
            "pins the toolchain `{pinned}`, which is not installed: tried with `{toolchain}`"
        ));
        house.toolchain = Some(toolchain.to_owned());
    }
    house.members = house.ask_members()?;
    findings.members = house.members.len();

    let a = house.adopts()?;
    let adopted = matches!(a, Verdict::Holds(_));
    findings.verdicts[0].1 = a;
    if !adopted {
        return Ok(findings);
    }
    let policy =
        std::fs::read_to_string(house.policy()).context("failed to read the adopted policy")?;
    findings.adopted = policy::counts(&policy)?;
    let mut edits = policy::edits(&policy)?;
    if edits.is_empty() {
        edits.extend(policy::addition(&policy));
    }
    findings.verdicts[1].1 = house.writes_nothing_twice()?;
    findings.verdicts[2].1 = house.changes_one_line(&edits)?;
    findings.verdicts[3].1 = house.plan_is_equal_everywhere(&policy, &edits)?;
    findings.verdicts[4].1 = house.works_offline(&policy)?;
    Ok(findings)
}

/// One copy, and how the tool is started on it.
struct House<'a> {
    tool: &'a Path,
    checkout: &'a Checkout,
    programs: Programs,
    toolchain: Option<String>,
    /// The folders of the members.
    members: Vec<PathBuf>,
}

/// How one run of the tool ended.
#[derive(Debug, PartialEq)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// One of the documented codes, 2 being for what could not run.
    fn declined(&self) -> bool {
        matches!(self.code, Some(1 | 2)) && !self.stderr.is_empty()
    }

    /// Exit code and, without its long tail, what was said.
    fn said(&self) -> String {
        let code = self
            .code
            .map_or_else(|| "a signal".to_owned(), |code| format!("exit {code}"));
        let lines: Vec<&str> = self
            .stderr
            .lines()
            .chain(self.stdout.lines())
            .take(40)
            .collect();
        format!("{code}\n{}", lines.join("\n"))
    }
}

impl House<'_> {
    fn policy(&self) -> PathBuf {
        self.checkout.root.join("build-profiles.toml")
    }

    fn run_in(&self, surroundings: &Surroundings, arguments: &[&str]) -> Result<Ran> {
        let mut command = scrub::command(self.tool);
        command.arg("configure").args(arguments);
        if surroundings.named {
            command
                .arg("--manifest-path")
                .arg(self.checkout.root.join("Cargo.toml"));
        }
        self.select_toolchain(&mut command);
        surroundings.around(&mut command);
        let output = command
            .output()
            .with_context(|| format!("failed to start `{}`", self.tool.display()))?;
        Ok(Ran::of(output))
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran> {
        self.run_in(&Surroundings::plain(&self.checkout.root), arguments)
    }

    fn select_toolchain(&self, command: &mut Command) {
        if let Some(toolchain) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
    }

    /// Where the members stand, as Cargo says.
    fn ask_members(&self) -> Result<Vec<PathBuf>> {
        let mut cargo = scrub::command("cargo");
        cargo
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(&self.checkout.root);
        self.select_toolchain(&mut cargo);
        let output = cargo.output().context("failed to start cargo")?;
        if !output.status.success() {
            bail!(
                "`cargo metadata --no-deps` failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let manifests = metadata["packages"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|package| package["manifest_path"].as_str());
        Ok(manifests
            .filter_map(|manifest| Path::new(manifest).parent())
            .map(Path::to_owned)
            .collect())
    }

    /// a: only the policy changes, and afterwards there is nothing to say and nothing to do.
    fn adopts(&self) -> Result<Verdict> {
        std::fs::write(self.policy(), "schema = 1\nstrict = true\n")
            .context("failed to write a policy")?;
        let before = Snapshot::of(&self.checkout.top)?;
        let ran = self.run(&["--adopt", "--no-machine"])?;
        let after = Snapshot::of(&self.checkout.top)?;
        let policy = self.policy();
        let mut wrong: Vec<String> = before
            .changed(&after)
            .into_iter()
            .filter(|file| self.checkout.top.join(file) != policy)
            .map(|file| format!("`--adopt` changed `{}`", file.display()))
            .collect();
        if ran.code != Some(0) {
            let left = before.changed(&after).is_empty();
            wrong.extend((!left).then(|| "`--adopt` failed and wrote something".to_owned()));
            return Ok(if wrong.is_empty() && ran.declined() {
                Verdict::Refused(ran.said())
            } else {
                Verdict::Broken(ran.said())
            });
        }
        let check = self.run(&["--check"])?;
        if check.code != Some(0) {
            wrong.push(format!("`--check` after `--adopt`: {}", check.said()));
        }
        let diff = self.run(&["--diff", "--format=patch"])?;
        if diff.code != Some(0) || !diff.stdout.is_empty() {
            wrong.push(format!("`--diff` after `--adopt`: {}", diff.said()));
        }
        Ok(Verdict::of(&wrong))
    }

    /// b: nothing is written, not even an mtime.
    fn writes_nothing_twice(&self) -> Result<Verdict> {
        let mut wrong = Vec::new();
        for turn in ["first", "second"] {
            let before = Snapshot::of(&self.checkout.top)?;
            let ran = self.run(&["--no-machine"])?;
            if ran.code != Some(0) {
                wrong.push(format!("the {turn} `configure`: {}", ran.said()));
            }
            let after = Snapshot::of(&self.checkout.top)?;
            wrong.extend(
                before
                    .touched(&after)
                    .into_iter()
                    .map(|file| format!("the {turn} `configure` wrote `{}`", file.display())),
            );
        }
        Ok(Verdict::of(&wrong))
    }

    /// c: an edit of the policy changes exactly its own line.
    fn changes_one_line(&self, edits: &[Edit]) -> Result<Verdict> {
        let (mut right, mut refused, mut wrong) = (0, Vec::new(), Vec::new());
        for edit in edits {
            let ran = self.with_policy(&edit.policy, || self.run(&["--diff", "--format=patch"]))?;
            if ran.code == Some(0) {
                let what = patch::wrong(&ran.stdout, edit)
                    .map_or_else(|| self.applies(&ran.stdout), |what| Ok(Some(what)))?;
                right += usize::from(what.is_none());
                wrong.extend(what);
            } else if ran.declined() && ran.stdout.is_empty() {
                refused.push(format!(
                    "`{}`: {} -> {}: {}",
                    edit.key,
                    edit.old,
                    edit.new,
                    ran.said()
                ));
            } else {
                wrong.push(format!(
                    "`{}`: {} -> {}: {}",
                    edit.key,
                    edit.old,
                    edit.new,
                    ran.said()
                ));
            }
        }
        if let Some(edit) = edits.first().filter(|_| right > 0) {
            wrong.extend(self.with_policy(&edit.policy, || self.writes_what_it_shows())?);
        }
        Ok(match (wrong.is_empty(), right) {
            (false, _) => Verdict::Broken(wrong.join("\n")),
            (true, 0) => Verdict::Refused(refused.join("\n")),
            (true, _) if refused.is_empty() => Verdict::Holds(format!("holds {right}/{right}")),
            (true, _) => {
                Verdict::Holds(format!("holds {right}/{} (the rest refused)", edits.len()))
            }
        })
    }

    /// What keeps `git apply` from taking a patch, from the folder it was asked for in.
    fn applies(&self, patch: &str) -> Result<Option<String>> {
        let applied = git_apply(&self.checkout.root, &["--check", "--verbose"], patch)?;
        // A patch of files elsewhere is skipped, and that is no failure to git.
        let skipped = applied.stderr.contains("Skipped patch");
        Ok((applied.code != Some(0) || skipped)
            .then(|| format!("`git apply` of\n{patch}\n{}", applied.said())))
    }

    /// Configures, and takes what was shown back again: nothing else may have been written.
    fn writes_what_it_shows(&self) -> Result<Option<String>> {
        let shown = self.run(&["--diff", "--format=patch"])?;
        let before = Snapshot::of(&self.checkout.top)?;
        let mut ran = self.run(&["--no-machine"])?;
        if ran.declined()
            && before
                .changed(&Snapshot::of(&self.checkout.top)?)
                .is_empty()
        {
            // Cargo builds nothing here, be it for want of the workspace's target: the way out that is named then.
            ran = self.run(&["--no-machine", "--no-verify"])?;
        }
        if ran.code != Some(0) {
            return Ok(Some(format!("`configure`: {}", ran.said())));
        }
        let reversed = git_apply(&self.checkout.root, &["--reverse"], &shown.stdout)?;
        let after = Snapshot::of(&self.checkout.top)?;
        let changed = before.changed(&after);
        let equal = reversed.code == Some(0) && changed.is_empty();
        Ok((!equal).then(|| {
            format!(
                "written, and what was shown taken back, these differ: {changed:?}\n{}",
                reversed.said()
            )
        }))
    }

    /// d: folder, variables and PATH do not matter: neither to a change of one key nor to a linker and a cache.
    fn plan_is_equal_everywhere(&self, policy: &str, edits: &[Edit]) -> Result<Verdict> {
        const MACHINE: &str = "\n\n[linker]\nlinux-gnu = [\"mold\", \"default\"]\n\n[cache]\ntool = \"sccache\"\nscope = \"dependencies\"\n";
        let floored = policy.replacen("schema = 1\n", "schema = 1\ntoolchain = \"1.94\"\n", 1);
        let with_machine = format!("{}{MACHINE}", floored.trim_end());
        let member = self
            .members
            .iter()
            .find(|member| **member != self.checkout.root)
            .unwrap_or(&self.checkout.root);
        let (mut wrong, mut empty) = (Vec::new(), true);
        for policy in edits
            .iter()
            .take(1)
            .map(|edit| &edit.policy)
            .chain([&with_machine])
        {
            self.with_policy(policy, || {
                let plain = self.run(&["--diff", "--format=patch"])?;
                empty &= plain.stdout.is_empty();
                for surroundings in self.programs.odd(&self.checkout.root, member) {
                    let odd = self.run_in(&surroundings, &["--diff", "--format=patch"])?;
                    if (odd.code, &odd.stdout) != (plain.code, &plain.stdout) {
                        wrong.push(format!(
                            "{}: {}\nbut plain: {}",
                            surroundings.name,
                            odd.said(),
                            plain.said()
                        ));
                    }
                }
                Ok(())
            })?;
        }
        if empty {
            wrong.push("no plan to compare was had at all".to_owned());
        }
        Ok(Verdict::of(&wrong))
    }

    /// e: no network, no registry, no git dependency at hand.
    fn works_offline(&self, policy: &str) -> Result<Verdict> {
        let surroundings = self.programs.offline(&self.checkout.root);
        let ran = self.with_policy(policy, || {
            self.run_in(&surroundings, &["--check", "--offline"])
        })?;
        Ok(Verdict::of(
            &(ran.code != Some(0))
                .then(|| ran.said())
                .into_iter()
                .collect::<Vec<_>>(),
        ))
    }

    /// Runs with this policy in place, and puts the adopted one back.
    fn with_policy<T>(&self, policy: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let file = self.policy();
        let before = std::fs::read(&file).context("failed to read the policy")?;
        std::fs::write(&file, policy).context("failed to write a policy")?;
        let ran = run();
        std::fs::write(&file, before).context("failed to restore the policy")?;
        ran
    }
}

fn git_apply(folder: &Path, options: &[&str], patch: &str) -> Result<Ran> {
    let mut git = scrub::command("git");
    git.arg("apply").args(options).current_dir(folder);
    git.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = git.spawn().context("failed to start git")?;
    child
        .stdin
        .take()
        .context("git has an input")?
        .write_all(patch.as_bytes())
        .context("failed to hand git a patch")?;
    Ok(Ran::of(
        child.wait_with_output().context("failed to wait for git")?,
    ))
}
