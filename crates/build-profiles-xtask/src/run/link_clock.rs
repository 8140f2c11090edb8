//! What is needed of a build to know where its time goes: Cargo's own page, and a clock before each linker.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use build_profiles::measure::link::{Link, is_a_clock, links, script};
use build_profiles::value::Value;
use camino::{Utf8Path, Utf8PathBuf};

use super::private::make_executable;
use super::{Children, Private, output};

/// Scripts in the place of linkers.
pub(crate) struct LinkClock {
    log: Utf8PathBuf,
    config: Vec<String>,
}

impl LinkClock {
    /// A script for each linker, by target triple, in a folder of ours.
    pub(crate) fn new(
        children: &Children,
        folder: &Private,
        linkers: &BTreeMap<String, String>,
    ) -> Result<Self> {
        ensure!(cfg!(target_os = "linux"), "links are timed on Linux alone");
        let mut date = children.command("date");
        let answer = output(date.arg("+%s.%N"), Duration::from_secs(10))?;
        ensure!(
            is_a_clock(&String::from_utf8_lossy(&answer.stdout)),
            "the `date` of this machine knows no parts of a second"
        );
        let log = folder.join("links.log");
        let mut config = Vec::new();
        for (triple, linker) in linkers {
            // From its name rustc infers how to talk to it.
            let name = Utf8Path::new(linker).file_name().unwrap_or("cc");
            let file = folder.write(
                &format!("linkers/{triple}/{name}"),
                &script(linker, log.as_str()),
            )?;
            make_executable(&file).with_context(|| format!("failed to write {file}"))?;
            let file = Value::from(file.as_str());
            config.push(format!("target.{triple}.linker={file}"));
        }
        Ok(Self { log, config })
    }

    /// What puts the scripts in the linkers' place.
    pub(crate) fn config(&self) -> &[String] {
        &self.config
    }

    /// All links so far.
    pub(crate) fn links(&self) -> Vec<Link> {
        links(&fs::read_to_string(&self.log).unwrap_or_default())
    }
}

/// The page that the last build with `--timings` has left in a target directory.
pub(crate) fn timings_page(target_dir: &Utf8Path) -> Result<String> {
    let page = target_dir.join("cargo-timings/cargo-timing.html");
    fs::read_to_string(&page).with_context(|| format!("failed to read Cargo's timings, {page}"))
}
