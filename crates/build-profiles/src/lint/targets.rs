//! Target tables that are for nobody, or for more than was meant.

mod cfgs;
mod grammar;
mod triples;
mod two;

use super::{Family, Finding, Subject};
use crate::value::Value;

const TARGET: &str = "https://doc.rust-lang.org/cargo/reference/config.html#target";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &cfgs::CFG_MATCHES_NOTHING,
        &cfgs::CFG_NEVER_DECIDES,
        &cfgs::UNPARSABLE_CFG,
        &triples::TARGET_IS_HOST,
        &triples::UNKNOWN_PLATFORM,
        &two::CONFLICTING_TARGET_FLAGS,
        &two::TWO_CFGS_MATCH,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let has_own = has_own_targets(subject);
    for doc in subject.configs() {
        for (table, span) in doc.names(&["target"]) {
            if table.trim_start().to_lowercase().starts_with("cfg") && table.contains('(') {
                cfgs::check(subject, doc, &table, &span, has_own, found);
            } else {
                triples::check(doc, &table, &span, has_own, found);
            }
        }
    }
    triples::host(subject, found);
    two::check(subject, found);
}

/// Whether somebody builds here for a target that rustc does not have: a description of one is named, or the standard
/// library is built for it.
fn has_own_targets(subject: &Subject<'_>) -> bool {
    let names_one = |value: &Value| match value {
        Value::Str(text) => text.contains(".json"),
        Value::Array(texts) => texts.iter().any(|text| text.contains(".json")),
        _ => false,
    };
    subject.configs().any(|doc| {
        doc.leaves.iter().any(|leaf| match leaf.path.parts()[..] {
            ["unstable", "build-std", ..] => true,
            ["build", "target"] | ["alias", _] => leaf.value.as_ref().is_some_and(names_one),
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_config as check;

    fn table(name: &str, expected: &[&str]) {
        check(&format!("[target.{name:?}]\nrunner = \"x\"\n"), expected);
    }

    #[test]
    fn tables_for_nobody() {
        for name in [
            "x86_64-linux-gnu",
            "unix",
            "*",
            "arm64-apple-darwin",
            "x86_64-unknown-linux-gun",
        ] {
            table(name, &["unknown_platform"]);
        }
        for name in [
            "cfg(linux)",
            "cfg(target_os = 'x')",
            "cfg(all(unix, windows))",
            "CFG(unix)",
            "cfg(unix,)",
        ] {
            let code = match name.contains("'") || name.contains("CFG") || name.contains(",)") {
                true => "unparsable_cfg",
                false => "cfg_matches_nothing",
            };
            table(name, &[code]);
        }
        table("cfg(target_os = \"linx\")", &["cfg_matches_nothing"]);
        table("cfg(not(test))", &["cfg_never_decides"]);
    }

    #[test]
    fn tables_for_somebody() {
        for name in [
            "my-board",
            "x86_64-unknown-none-kernel",
            "wasm32-wasi",
            "cfg(any())",
            "cfg(r#unix)",
            "cfg(tokio_unstable)",
            "cfg(clippy)",
            "cfg(not(target_has_atomic = \"256\"))",
            "cfg(target_has_reliable_f16)",
        ] {
            table(name, &[]);
        }
        check(
            "[build]\ntarget = \"boards/own.json\"\n[target.'cfg(target_os = \"my-own-system\")']\nrunner = \"x\"\n[target.x86_64-unknown-linux-gun]\nrunner = \"x\"\n",
            &[],
        );
        check(
            "[build]\nrustflags = [\"--cfg\", \"sim\"]\nrustdocflags = [\"--cfg\", \"sim\"]\n[target.'cfg(sim)']\nrunner = \"x\"\n",
            &[],
        );
    }

    #[test]
    fn two_for_one_target() {
        let two = "[target.'cfg(unix)']\nrunner = \"x\"\n[target.'cfg(target_os = \"macos\")']\nrunner = \"y\"\n";
        check(two, &["two_cfgs_match"]);
        let said = "[target.x86_64-apple-darwin]\nrunner = \"z\"\n[target.aarch64-apple-darwin]\nrunner = \"z\"\n";
        check(&format!("{two}{said}"), &[]);
        // What adds up does not collide, and flags that agree do not either.
        check(
            "[target.x86_64-apple-darwin]\nrustflags = [\"-Clink-arg=-a\", \"-Ctarget-feature=+a\", \"-Ctarget-cpu=x\"]\n[target.'cfg(unix)']\nrustflags = \"-Clink-arg=-b -C target-feature=+b -C target-cpu=x\"\n",
            &[],
        );
    }
}
