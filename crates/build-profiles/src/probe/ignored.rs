//! What is written where Cargo does not read it: misspelled tables and keys, overrides of no package, profiles of
//! members. Cargo says little of it, and nothing at all of most of it.

use std::collections::BTreeSet;

use super::{Claim, Place, Subject, line};
use crate::diagnostic::did_you_mean;
use crate::edit::parse;
use crate::evidence::{Chain, ChainFile};
use crate::lint::known::{self, BUILD, TABLES};
use crate::settings::{is_named, named};

/// The claims, and beside them what Cargo ignores; where both are about one line, that it is ignored is what counts.
pub fn with_ignored(mut claims: Vec<Claim>, chain: &Chain) -> Vec<Claim> {
    let mut ignored = Vec::new();
    for file in &chain.configs {
        ignored.extend(in_file(file, true, chain));
    }
    if let Some(file) = &chain.manifest {
        ignored.extend(in_file(file, false, chain));
    }
    for file in &chain.members {
        ignored.extend(of_member(file));
    }
    for claim in ignored {
        claims.retain(|other| other.key != claim.key || other.place != claim.place);
        claims.push(claim);
    }
    claims
}

fn in_file(file: &ChainFile, is_config: bool, chain: &Chain) -> Vec<Claim> {
    leaves(file, |parts| {
        let near = |written: &str, known: &[&'static str]| {
            if known.contains(&written) {
                return None;
            }
            let kebab = written.replace('_', "-");
            did_you_mean(&kebab, known.iter().copied())
        };
        let misspelled = |near: &str| {
            (
                "Cargo knows no such key, and reads on".to_owned(),
                Some(format!("did you mean `{near}`?")),
            )
        };
        match parts {
            ["profile", _, "package", spec, ..] => of_no_package(spec, chain),
            ["profile", _, "build-override", key] | ["profile", _, key] => {
                near(key, &known::profile()).map(misspelled)
            }
            ["build", key] if is_config => near(key, &BUILD).map(misspelled),
            ["target", table, ..] if is_config => no_target(table),
            [table, ..] if is_config => near(table, &TABLES).map(misspelled),
            _ => None,
        }
    })
}

/// An override of a package that the lock file does not have.
fn of_no_package(spec: &str, chain: &Chain) -> Option<(String, Option<String>)> {
    let locked = chain.packages.as_ref()?;
    let (name, _) = named(spec);
    if name == "*" || locked.iter().any(|(other, is)| is_named(spec, other, is)) {
        return None;
    }
    let versions: Vec<&str> = locked
        .iter()
        .filter(|(other, _)| other == name)
        .map(|(_, version)| version.as_str())
        .collect();
    if !versions.is_empty() {
        return Some((
            format!("`Cargo.lock` has no package `{spec}`"),
            Some(format!("it has `{name}` {}", versions.join(" and "))),
        ));
    }
    let names: BTreeSet<&str> = locked.iter().map(|(name, _)| name.as_str()).collect();
    Some((
        format!("`Cargo.lock` has no package `{name}`"),
        did_you_mean(name, names).map(|near| format!("did you mean `{near}`?")),
    ))
}

/// A target table for a triple that looks like one, and is none.
fn no_target(table: &str) -> Option<(String, Option<String>)> {
    let near = known::triple(table)?;
    Some((
        "rustc has no target of this name, so the table is for nobody".to_owned(),
        Some(format!("did you mean `{near}`?")),
    ))
}

fn of_member(file: &ChainFile) -> Vec<Claim> {
    leaves(file, |parts| {
        (parts[0] == "profile").then(|| {
            (
                "a profile of a member: Cargo takes those of the root manifest alone".to_owned(),
                Some("write it into the root manifest, which holds for all members".to_owned()),
            )
        })
    })
}

/// The keys of a file that are ignored, with the reason and what to do.
fn leaves(
    file: &ChainFile,
    ignored: impl Fn(&[&str]) -> Option<(String, Option<String>)>,
) -> Vec<Claim> {
    let Ok(source) = parse(&file.text) else {
        return Vec::new();
    };
    source
        .leaves()
        .into_iter()
        .filter_map(|leaf| {
            let (why, help) = ignored(&leaf.path.parts())?;
            Some(Claim {
                key: leaf.path.to_string(),
                wanted: leaf.value.as_ref().map_or_else(
                    || file.text[leaf.span.clone()].to_owned(),
                    ToString::to_string,
                ),
                subject: Subject::Ignored { why, help },
                place: Some(Place {
                    file: file.file.clone(),
                    line: line(&file.text, leaf.key_span.start),
                }),
                reason: leaf.comment,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(config: &str, manifest: &str, expected: &[&str]) {
        let file = |name: &str, text: &str| ChainFile {
            file: name.to_owned(),
            text: text.to_owned(),
            ..ChainFile::default()
        };
        let package = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let chain = Chain {
            configs: vec![file("config.toml", config)],
            manifest: Some(file("Cargo.toml", manifest)),
            packages: Some(vec![package("serde", "1.0.228"), package("app", "0.1.0")]),
            ..Chain::default()
        };
        let found: Vec<String> = with_ignored(Vec::new(), &chain)
            .into_iter()
            .map(|claim| match claim.subject {
                Subject::Ignored { why, help } => {
                    format!("{}: {why} | {}", claim.key, help.unwrap_or_default())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, expected);
    }

    const SLIP: &str = "Cargo knows no such key, and reads on";

    #[test]
    fn slips_of_the_pen_are_found() {
        check(
            "[build]\nrustc-wraper = \"x\"\n[buidl]\njobs = 2\n[target.x86_64-unknown-linux-gun]\nlinker = \"x\"\n",
            "[profile.dev]\ncodegen_units = 4\n[profile.release.build-override]\nopt-levl = 1\n",
            &[
                &format!("build.rustc-wraper: {SLIP} | did you mean `rustc-wrapper`?"),
                &format!("buidl.jobs: {SLIP} | did you mean `build`?"),
                "target.x86_64-unknown-linux-gun.linker: rustc has no target of this name, so the table is for nobody | did you mean `x86_64-unknown-linux-gnu`?",
                &format!("profile.dev.codegen_units: {SLIP} | did you mean `codegen-units`?"),
                &format!(
                    "profile.release.build-override.opt-levl: {SLIP} | did you mean `opt-level`?"
                ),
            ],
        );
    }

    #[test]
    fn overrides_of_no_package_are_found() {
        check(
            "[profile.dev.package.serd]\nopt-level = 1\n[profile.dev.package.\"serde@2\"]\nopt-level = 1\n",
            "[profile.dev.package]\nnowhere = { debug = false }\n",
            &[
                "profile.dev.package.serd.opt-level: `Cargo.lock` has no package `serd` | did you mean `serde`?",
                "profile.dev.package.\"serde@2\".opt-level: `Cargo.lock` has no package `serde@2` | it has `serde` 1.0.228",
                "profile.dev.package.nowhere.debug: `Cargo.lock` has no package `nowhere` | ",
            ],
        );
    }

    #[test]
    fn what_cargo_reads_is_left_alone() {
        check(
            "include = [\"x.toml\"]\npaths = [\"/x\"]\n[build]\njobs = 2\n[alias]\nx = \"build\"\n\
             [target.aarch64-apple-ios-macabi]\nlinker = \"x\"\n[target.my-board]\nrunner = \"x\"\n\
             [target.'cfg(unix)']\nrustflags = []\n[something-new]\nx = 1\n[env]\nX = \"1\"\n",
            "[profile.dev]\nopt-level = 1\n[profile.dev.package.\"*\"]\nopt-level = 2\n\
             [profile.dev.package.\"https://github.com/rust-lang/crates.io-index#serde@1.0\"]\nopt-level = 1\n\
             [profile.dev.package.\"path+file:///x/app#0.1.0\"]\nopt-level = 1\n\
             [package]\nname = \"app\"\n[profile.slow]\ninherits = \"dev\"\n",
            &[],
        );
    }
}
