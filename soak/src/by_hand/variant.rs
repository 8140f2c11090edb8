//! The rungs of the ladder, what is run on each, and what the files of a rung lose.

use anyhow::{Context, Result, bail};
use toml_edit::{DocumentMut, Item};

/// A part of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Profiles,
    Cache,
    Linker,
}

/// Some layers; the others are taken out of the files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) layers: &'static [Layer],
}

/// As `measure` names them; the second is the first once more, to see what differs between equals.
pub(crate) const VARIANTS: [Variant; 5] = [
    Variant {
        name: "base",
        layers: &[],
    },
    Variant {
        name: "base-again",
        layers: &[],
    },
    Variant {
        name: "+profiles",
        layers: &[Layer::Profiles],
    },
    Variant {
        name: "+cache",
        layers: &[Layer::Profiles, Layer::Cache],
    },
    Variant {
        name: "+linker",
        layers: &[Layer::Profiles, Layer::Cache, Layer::Linker],
    },
];

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// A build from nothing; a cache is empty, and filled.
    Clean,
    /// A build from nothing; a cache has seen it before.
    CleanCached,
}

impl Scenario {
    pub(crate) const ALL: [Self; 2] = [Self::Clean, Self::CleanCached];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::CleanCached => "clean-cached",
        }
    }

    /// Without a cache a build from nothing is the same in both, and run once.
    pub(crate) fn is_run(self, variant: &Variant) -> bool {
        self == Self::Clean || variant.layers.contains(&Layer::Cache)
    }

    /// Whether its run of a variant takes part in the comparison of `wanted`.
    pub(crate) fn is_wanted(self, wanted: &[Self], variant: &Variant) -> bool {
        let stands_for = |other: &Self| *other == self || !other.is_run(variant);
        self.is_run(variant) && wanted.iter().any(stands_for)
    }
}

/// The files that lose something, from the workspace root.
pub(crate) const MANIFEST: &str = "Cargo.toml";
pub(crate) const CONFIG: &str = ".cargo/config.toml";
pub(crate) const MACHINE: &str = ".cargo/machine.toml";

/// The files in which a layer stands.
pub(crate) fn files(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Profiles => &[MANIFEST, CONFIG],
        Layer::Cache | Layer::Linker => &[MACHINE],
    }
}

/// A file's text without the lines of a layer.
pub(crate) fn without(text: &str, layer: Layer) -> Result<String> {
    let mut table = String::new();
    let mut left = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = header(line) {
            table = name;
        }
        if !is_of(layer, &table, key(line)) {
            left += line;
        }
    }
    ensure_gone(&left, layer)?;
    Ok(left)
}

/// `profile.dev` of a line `[profile.dev]`, and of nothing else.
fn header(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default().trim();
    let inside = line.strip_prefix('[')?.strip_suffix(']')?;
    // A line of an array can look alike; a table's name has neither.
    let is_name = !inside.contains([',', '=']) || inside.starts_with("target.");
    is_name.then(|| inside.trim_matches(['[', ']']).trim().to_owned())
}

fn key(line: &str) -> &str {
    line.split('=').next().unwrap_or_default().trim()
}

fn is_of(layer: Layer, table: &str, key: &str) -> bool {
    match layer {
        // The builds are of this profile, and no other has a say in them.
        Layer::Profiles => table == "profile.dev" || table.starts_with("profile.dev."),
        // Incremental compilation is switched off there because the cache takes nothing that is incremental.
        Layer::Cache => table == "build" && ["rustc-wrapper", "incremental"].contains(&key),
        Layer::Linker => table.starts_with("target.") && key == "linker",
    }
}

/// Lines are taken out as a person does it; a parser then says whether that was all.
fn ensure_gone(text: &str, layer: Layer) -> Result<()> {
    let document: DocumentMut = text
        .parse()
        .context("what is left when its lines are gone is no TOML")?;
    let at = |path: &[&str]| {
        let mut item = document.as_item();
        for part in path {
            item = item.get(part)?;
        }
        Some(item.clone())
    };
    let left = match layer {
        Layer::Profiles => at(&["profile", "dev"]),
        Layer::Cache => at(&["build", "rustc-wrapper"]).or_else(|| at(&["build", "incremental"])),
        Layer::Linker => at(&["target"]).filter(has_keys),
    };
    if let Some(left) = left {
        bail!("this is written in a way that is not known here:\n{left}");
    }
    Ok(())
}

fn has_keys(item: &Item) -> bool {
    let tables = item.as_table_like();
    let mut tables = tables
        .into_iter()
        .flat_map(toml_edit::TableLike::iter)
        .map(|(_, table)| table);
    tables.any(|table| table.as_table_like().is_none_or(|table| !table.is_empty()))
}

/// The cache that the builds call.
pub(crate) fn wrapper(machine: &str) -> Result<String> {
    let document: DocumentMut = machine.parse()?;
    let wrapper = document
        .get("build")
        .and_then(|build| build.get("rustc-wrapper"))
        .and_then(Item::as_str);
    Ok(wrapper.context("it names no `rustc-wrapper`")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "[package]\nname = \"x\"\nexclude = [\n    \"a\",\n]\n\n[profile.dev] # ours\ndebug = 1\n\n\
                        [profile.dev.package.\"*\"]\ndebug = false\n\n[profile.release]\nlto = true\n";
    const OURS: &str = "# Ours.\n\n[build]\nrustc-wrapper = \"/bin/sccache\"\nincremental = false\n\n\
                        [target.'cfg(all(unix, target_env = \"gnu\"))']\nlinker = \"mold\"\n";

    #[test]
    fn the_profile_goes_with_its_tables() -> Result<()> {
        assert_eq!(
            without(ROOT, Layer::Profiles)?,
            "[package]\nname = \"x\"\nexclude = [\n    \"a\",\n]\n\n[profile.release]\nlto = true\n"
        );
        Ok(())
    }

    #[test]
    fn cache_and_linker_go_line_by_line() -> Result<()> {
        let uncached = without(OURS, Layer::Cache)?;
        assert!(!uncached.contains("sccache") && !uncached.contains("incremental"));
        assert!(uncached.contains("linker = \"mold\""));
        let unlinked = without(OURS, Layer::Linker)?;
        assert!(unlinked.contains("sccache") && !unlinked.contains("mold"));
        assert_eq!(wrapper(OURS)?, "/bin/sccache");
        assert!(wrapper(&uncached).is_err());
        Ok(())
    }

    #[test]
    fn other_spellings_are_refused() {
        for (text, layer) in [
            ("profile.dev.debug = 1\n", Layer::Profiles),
            ("[profile]\ndev = { debug = 1 }\n", Layer::Profiles),
            ("build = { rustc-wrapper = \"sccache\" }\n", Layer::Cache),
            (
                "[target.x]\nlinker = \"cc\"\nrustflags = [\"-Clink-arg=-fuse-ld=lld\"]\n",
                Layer::Linker,
            ),
            ("[target]\nx.linker = \"cc\"\n", Layer::Linker),
        ] {
            assert!(without(text, layer).is_err(), "{text}");
        }
    }

    #[test]
    fn without_a_cache_one_build_stands_for_both() {
        let run = |scenario: Scenario| -> Vec<&str> {
            let variants = VARIANTS.iter().filter(|variant| scenario.is_run(variant));
            variants.map(|variant| variant.name).collect()
        };
        assert_eq!(run(Scenario::Clean).len(), 5);
        assert_eq!(run(Scenario::CleanCached), ["+cache", "+linker"]);
    }

    #[test]
    fn one_scenario_alone_leaves_out_what_only_the_other_needs() {
        let wanted = |scenario: Scenario, wanted: &[Scenario]| -> Vec<&str> {
            let variants = VARIANTS
                .iter()
                .filter(|variant| scenario.is_wanted(wanted, variant));
            variants.map(|variant| variant.name).collect()
        };
        let (clean, cached) = (Scenario::Clean, Scenario::CleanCached);
        assert_eq!(
            wanted(clean, &[cached]),
            ["base", "base-again", "+profiles"]
        );
        assert_eq!(wanted(cached, &[cached]), ["+cache", "+linker"]);
        assert_eq!(wanted(clean, &[clean]).len(), 5);
        assert!(wanted(cached, &[clean]).is_empty());
    }
}
