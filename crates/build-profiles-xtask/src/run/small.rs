//! A package of a few lines, built from the workspace root and so under the workspace's config: what `verify` asks
//! within seconds, and the control of what it asks of the workspace.

use anyhow::Result;
use build_profiles::evidence::BuildKind;
use camino::{Utf8Path, Utf8PathBuf};

use super::build::{Built, Order, build};
use super::cache_server::CacheServer;
use super::scratch::write_package;
use super::{Children, Private};

/// The package, in a folder of its own.
pub(crate) struct Small {
    folder: Private,
}

impl Small {
    /// Writes the package. It takes the profiles of the root manifest along.
    pub(crate) fn new(state: &Utf8Path, root_manifest: &str) -> Result<Self> {
        let folder = Private::new(state, "small")?;
        write_package(&folder, root_manifest)?;
        folder.write(
            "Cargo.lock",
            "version = 3\n\n[[package]]\nname = \"start-check\"\nversion = \"0.0.0\"\n",
        )?;
        Ok(Self { folder })
    }

    /// Where it stands; rustc runs there.
    pub(crate) fn path(&self) -> &Utf8Path {
        self.folder.path()
    }

    /// The folder, for whatever else is to be put there.
    pub(crate) fn folder(&self) -> &Private {
        &self.folder
    }

    /// Where it is built.
    pub(crate) fn target(&self) -> Utf8PathBuf {
        self.folder.join("target")
    }

    /// Builds it from nothing.
    pub(crate) fn build(
        &self,
        children: &Children,
        server: &CacheServer<'_>,
        what: BuildKind,
        config: &[String],
        variables: &[(&str, &str)],
        library_alone: bool,
    ) -> Result<Built> {
        let target = self.target();
        super::private::clear(&target)?;
        let manifest = self.folder.join("Cargo.toml");
        let mut args: Vec<String> = ["build", "--manifest-path", manifest.as_str()]
            .map(str::to_owned)
            .to_vec();
        args.extend(library_alone.then(|| "--lib".to_owned()));
        let mut config = config.to_vec();
        // An incremental library would not be cached, whatever the cache does.
        config.push("build.incremental=false".to_owned());
        build(
            children,
            &Order {
                what,
                profile: "dev",
                args,
                config,
                variables: variables.to_vec(),
                target_dir: &target,
            },
            server,
        )
    }
}
