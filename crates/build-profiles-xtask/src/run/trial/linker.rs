//! A linker is proved by a program that it linked, that runs, and that bears its mark.

use std::fs;
use std::process;

use anyhow::{Context, Result, bail, ensure};
use build_profiles::machine::{Recipe, mark};
use camino::{Utf8Path, Utf8PathBuf};

use super::Bench;
use crate::run::private::{Private, make_executable};
use crate::run::{excerpt, output};

/// The program; with `std`, since that is what makes a link hard.
const PROGRAM: &str = "fn main() {\n    println!(\"linked\");\n}\n";

impl Bench<'_> {
    /// What `linker` is to be set to, for the first of the ways that works; or why none does.
    pub(super) fn link_by_any(&self, linker: &str, ways: &[Recipe]) -> Result<String, String> {
        let mut reasons: Vec<String> = Vec::new();
        for way in ways {
            match self.link(linker, way) {
                Ok(program) => return Ok(program),
                Err(error) => reasons.push(format!("{error:#}")),
            }
        }
        reasons.dedup();
        Err(reasons.join("; otherwise called: "))
    }

    fn link(&self, linker: &str, way: &Recipe) -> Result<String> {
        match way {
            Recipe::Direct { program } => {
                self.link_with(linker, program)?;
                Ok(program.clone())
            }
            Recipe::Driver { file_name, script } => {
                // Where it will stand, not in the private folder: a home may be mounted without the right to execute.
                let driver = self.cache.join(file_name);
                let is_new = install(&driver, script)?;
                let proved = self.link_with(linker, driver.as_str());
                if proved.is_err() && is_new {
                    let _removed = fs::remove_file(&driver);
                }
                proved.map(|()| driver.into_string())
            }
        }
    }

    fn link_with(&self, linker: &str, program: &str) -> Result<()> {
        let folder = Private::new(&self.state, "trial")?;
        let source = folder.write("main.rs", PROGRAM)?;
        let product = folder.join(if cfg!(windows) { "main.exe" } else { "main" });
        let mut rustc = self.children.command("rustc");
        rustc
            .args([
                "--color=never",
                "--edition=2021",
                "--crate-name=probe",
                "-Cdebuginfo=2",
            ])
            .arg(format!("-Clinker={program}"))
            .args(["-o", product.as_str(), source.as_str()]);
        let compiled = output(&mut rustc, self.limit)?;
        if !compiled.status.success() {
            bail!("it does not link: {}", excerpt::last_word(&compiled.stderr));
        }
        let run = output(&mut self.children.command(&product), self.limit)
            .context("it links, but not what runs")?;
        ensure!(
            run.status.success() && run.stdout.starts_with(b"linked"),
            "it links, but what it links does not run ({})",
            run.status
        );
        let bytes = fs::read(&product).with_context(|| format!("failed to read {product}"))?;
        mark::check(linker, &bytes).map_err(anyhow::Error::msg)
    }
}

/// Puts the script in its place unless it is there already. Swapped in, so that a link that runs elsewhere sees the old
/// or the new one.
fn install(driver: &Utf8Path, script: &str) -> Result<bool> {
    if is_executable(driver) && fs::read_to_string(driver).is_ok_and(|text| text == script) {
        return Ok(false);
    }
    let folder = driver.parent().context("a driver script needs a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("failed to create {folder}"))?;
    let staged = Utf8PathBuf::from(format!("{driver}.{}", process::id()));
    let written = fs::write(&staged, script)
        .and_then(|()| make_executable(&staged))
        .and_then(|()| fs::rename(&staged, driver));
    if written.is_err() {
        let _removed = fs::remove_file(&staged);
    }
    written.with_context(|| format!("failed to write {driver}"))?;
    Ok(true)
}

#[cfg(unix)]
fn is_executable(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o777 == 0o755)
}

#[cfg(not(unix))]
fn is_executable(path: &Utf8Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests;
