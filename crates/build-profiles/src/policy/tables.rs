//! The tables of the policy: one row each, for the parser, the JSON Schema and the reference.

/// A table of the policy.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its key at the top level.
    pub name: &'static str,
    /// Whether `[environment.<name>]` may hold it too.
    pub in_environment: bool,
    /// What it is.
    pub meaning: &'static str,
}

/// Every table, sorted by name.
pub static TABLES: &[Table] = &[
    Table {
        name: "budget",
        in_environment: false,
        meaning: "What a measurement must hold: ratios of times and the cache's hit rate. Never seconds: those are another machine's.",
    },
    Table {
        name: "build",
        in_environment: true,
        meaning: "Raw keys of Cargo's `[build]`, right on every machine.",
    },
    Table {
        name: "cache",
        in_environment: true,
        meaning: "A compile cache, used where the machine has it. An environment has one only if it says so; what it leaves out comes from the base.",
    },
    Table {
        name: "environment",
        in_environment: false,
        meaning: "Named overlays: `[environment.ci]` becomes the committed `.cargo/env/ci.toml`, which CI copies to `.cargo/machine.toml`.",
    },
    Table {
        name: "linker",
        in_environment: true,
        meaning: "Linkers per platform, best first: each machine takes the first that links a small program there. An environment names exactly one, since nothing is tried there.",
    },
    Table {
        name: "lint",
        in_environment: false,
        meaning: "How much a finding of `cargo xtask lint` weighs: a lint's name, and `\"allow\"`, `\"warn\"` or `\"deny\"`.",
    },
    Table {
        name: "measure",
        in_environment: false,
        meaning: "What `cargo xtask measure` measures: scenarios, in which order the layers are added, which members are edited, and commands of your own.",
    },
    Table {
        name: "packages",
        in_environment: false,
        meaning: "Named sets of packages, used as `\"@name\"`: a pattern with a `/` is a glob over member folders, another a glob over the package names of `Cargo.lock`; a leading `!` takes out.",
    },
    Table {
        name: "profile",
        in_environment: true,
        meaning: "Cargo's profiles, whole: every key Cargo takes, and `tradeoff`.",
    },
    Table {
        name: "target",
        in_environment: true,
        meaning: "Raw keys of Cargo's `[target.<triple or cfg>]`, right on every machine.",
    },
    Table {
        name: "targets",
        in_environment: false,
        meaning: "Named sets of targets, used as `[target.\"@name\"]`: triples and `cfg(...)`, each of which gets the keys.",
    },
    Table {
        name: "test",
        in_environment: true,
        meaning: "How `cargo xtask test` runs the tests, and what `.config/nextest.toml` says.",
    },
    Table {
        name: "unmanaged",
        in_environment: false,
        meaning: "What is seen, named and left alone: the dotted key as it stands in the manifest or the config, and the reason.",
    },
];

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_are_sorted() {
        assert!(super::TABLES.is_sorted_by_key(|table| table.name));
    }
}
