//! A compiler cache is proved by a library that it compiled and that a server of its own has counted.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Bench;
use crate::run::private::Private;
use crate::run::server::Server;
use crate::run::{excerpt, output};

impl Bench<'_> {
    /// Compiles a library through `program`, as Cargo would call it.
    pub(super) fn wrap(&self, program: &str) -> Result<()> {
        let folder = Private::new(&self.state, "trial")?;
        let source = folder.write("lib.rs", "//! Compiles.\n")?;
        // Dropped before the folder that the server keeps its cache in.
        let server = Server::new(self.children, Some(program), &folder.join("cache"))?;
        let client = |args: &[&str]| {
            let mut client = self.children.command(program);
            // Where the user's cache is and whether it can be reached is for the real build to show.
            for name in self.children.var_names() {
                let name_text = name.to_string_lossy();
                // sccache refuses to work under `CARGO_INCREMENTAL=1`, which is the shell's fault and not the tool's.
                if name_text.starts_with("SCCACHE_") || name_text.ends_with("_INCREMENTAL") {
                    client.env_remove(name);
                }
            }
            client.env("SCCACHE_CONF", folder.join("no-such-file"));
            server.apply(&mut client);
            output(client.args(args), self.limit)
        };
        let compiled = client(&[
            "rustc",
            "--color=never",
            "--edition=2021",
            "--crate-name=probe",
            "--crate-type=lib",
            "--emit=dep-info,metadata,link",
            "-Cextra-filename=-1",
            "--out-dir",
            folder.path().as_str(),
            source.as_str(),
        ])?;
        ensure!(
            compiled.status.success(),
            "it does not compile: {}",
            excerpt::last_word(&compiled.stderr)
        );
        let product = folder.join("libprobe-1.rlib");
        ensure!(product.is_file(), "it compiles, but nothing comes of it");
        ensure!(
            server.is_up(),
            "it compiles, but has started no server as sccache does"
        );
        let stats = client(&["--show-stats", "--stats-format=json"])?;
        ensure!(
            stats.status.success(),
            "it compiles, but does not tell its statistics: {}",
            excerpt::last_word(&stats.stderr)
        );
        let stats: Value = serde_json::from_slice(&stats.stdout)
            .context("it compiles, but its statistics are not JSON")?;
        let count = |name: &str| stats["stats"][name].as_u64().unwrap_or(0);
        ensure!(
            count("compile_requests") > 0 && count("requests_executed") > 0,
            "it compiles, but its server has not counted that"
        );
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests;
