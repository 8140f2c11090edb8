//! `[linker]`: whose mark is in what was linked.

use super::{Outcome, Verdict, machine_layer, not_tried, of, some, subjects, unproven, verdict};
use crate::evidence::{BuildKind, Call, Evidence, Linked, Mark, Relink};
use crate::machine::mark;
use crate::probe::Claim;

pub(super) fn judge(
    claim: &Claim,
    candidates: &[String],
    chosen: Option<&str>,
    evidence: &Evidence,
) -> Verdict {
    if let Some((why, mend)) = machine_layer(evidence) {
        return verdict(claim, Outcome::Inactive, vec![why]).help(mend);
    }
    let Some(chosen) = chosen else {
        let first = candidates.first().map_or("", String::as_str);
        return not_tried(
            claim,
            if first == "default" || first.is_empty() {
                "nothing is asked of the linker here".to_owned()
            } else {
                format!(
                    "`{first}` does not work on this machine: what Cargo links with by default does"
                )
            },
        );
    };
    let Some(wanted) = candidates
        .iter()
        .find(|name| is_driver_of(chosen, name))
        .map(|name| mark::of(name))
    else {
        return unproven(claim, format!("`{chosen}` is none of the policy's linkers"));
    };
    let linked: Vec<&Linked> = subjects(evidence)
        .into_iter()
        .flat_map(|build| &build.linked)
        .collect();
    if linked.is_empty() {
        return not_tried(claim, "nothing was linked");
    }
    let is_it = |one: &&Linked| is_only(&one.marks, wanted);
    let (products, for_the_build): (Vec<&Linked>, Vec<&Linked>) =
        linked.iter().partition(|one| !one.role.is_for_the_build());
    let version = linked
        .iter()
        .find(|one| is_it(one))
        .and_then(|one| one.marks.first()?.version.clone())
        .map_or_else(String::new, |version| format!(" {version}"));
    let mut seen = Vec::new();
    for (what, group) in [
        ("programs", &products),
        ("build scripts and procedural macros", &for_the_build),
    ] {
        if group.is_empty() {
            continue;
        }
        let with = group.iter().copied().filter(is_it).count();
        seen.push(format!(
            "{wanted}{version} in {} {what}",
            of(with, group.len())
        ));
        let mut others: Vec<String> = group
            .iter()
            .filter(|one| !is_it(one))
            .map(|one| whose(&one.marks))
            .collect();
        others.sort();
        others.dedup();
        if !others.is_empty() {
            let names = group
                .iter()
                .filter(|one| !is_it(one))
                .map(|one| one.path.as_str());
            seen.push(format!("{} linked {}", others.join(", "), some(names)));
        }
    }
    let decisive = if products.is_empty() {
        &for_the_build
    } else {
        &products
    };
    if !decisive.iter().copied().all(|one| is_it(&one)) {
        return verdict(claim, Outcome::Inactive, seen);
    }
    if let Some(other) = foreign(wanted, evidence) {
        seen.push(other);
        return verdict(claim, Outcome::Inactive, seen);
    }
    match &evidence.relink {
        Some(Relink {
            crate_name,
            without,
            marks: Ok(marks),
        }) => {
            let control = format!(
                "`{crate_name}` linked again without `{without}`: {}",
                whose(marks)
            );
            let outcome = if is_only(marks, wanted) {
                Outcome::Redundant
            } else {
                Outcome::Active
            };
            verdict(claim, outcome, seen).control(control)
        }
        Some(Relink {
            marks: Err(why), ..
        }) => {
            seen.push(format!("the control failed: {why}"));
            unproven(claim, seen.join("; "))
        }
        None => {
            seen.push("the control did not run".to_owned());
            unproven(claim, seen.join("; "))
        }
    }
}

/// Whether a program is how the policy's `name` is called: a driver script of ours, or the program itself.
fn is_driver_of(program: &str, name: &str) -> bool {
    let file = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let file = file.strip_suffix(".exe").unwrap_or(file);
    let bare = |name: &str| name.replace('-', "");
    file.starts_with(&format!("{name}-driver")) || file == name || bare(file) == bare(name)
}

/// A package of a few lines, built as the workspace is, without the mark: then that in the workspace is not the
/// linker's own, for sources and libraries can bring one along.
pub(super) fn foreign(wanted: &str, evidence: &Evidence) -> Option<String> {
    let small = evidence
        .builds
        .iter()
        .find(|build| build.what == BuildKind::Small)?;
    let other = small
        .linked
        .iter()
        .find(|one| !is_only(&one.marks, wanted))?;
    Some(format!(
        "a package of a few lines, built the same way, is linked by {}",
        whose(&other.marks)
    ))
}

pub(super) fn is_only(marks: &[Mark], wanted: &str) -> bool {
    !marks.is_empty() && marks.iter().all(|mark| mark.linker == wanted)
}

/// The linker that flags ask for: the flag, and the mark that it leaves. `None`: they ask for none that leaves one.
pub(super) fn asked_by(flags: &[String]) -> Option<(String, &'static str)> {
    flags
        .iter()
        .flat_map(|flag| flag.split_whitespace())
        .filter_map(asks)
        .next_back()
        .and_then(|(flag, mark)| Some((flag, mark?)))
}

/// The last flag on a command line that asks for a linker.
pub(super) fn last_asked(call: &Call) -> Option<String> {
    let asked = call.args.iter().filter_map(|arg| asks(arg));
    asked.map(|(flag, _)| flag).next_back()
}

/// `-fuse-ld=mold` in `link-arg=-fuse-ld=mold`, and whose mark that leaves.
fn asks(arg: &str) -> Option<(String, Option<&'static str>)> {
    let mark_of = |name: &str| match name.rsplit('/').next().unwrap_or(name) {
        "mold" | "ld.mold" => Some("mold"),
        "lld" | "ld.lld" | "rust-lld" => Some("LLD"),
        "wild" | "ld.wild" => Some("Wild"),
        "gold" | "ld.gold" => Some("gold"),
        _ => None,
    };
    for option in ["-fuse-ld=", "--ld-path="] {
        if let Some(at) = arg.find(option) {
            return Some((arg[at..].to_owned(), mark_of(&arg[at + option.len()..])));
        }
    }
    // The folder in which a compiler is to look for `ld`: the recipe for compilers that know no other way.
    let at = arg.find("-B/").or_else(|| arg.find("-B."))?;
    let mark = ["mold", "wild"]
        .into_iter()
        .find(|name| arg[at..].contains(name))?;
    Some((arg[at..].to_owned(), mark_of(mark)))
}

/// Whose marks these are, in words.
pub(super) fn whose(marks: &[Mark]) -> String {
    let names: Vec<String> = marks
        .iter()
        .map(|mark| match &mark.version {
            Some(version) => format!("{} {version}", mark.linker),
            None => mark.linker.clone(),
        })
        .collect();
    match &names[..] {
        [] => "a linker that leaves no mark (GNU ld)".to_owned(),
        names => names.join(" and "),
    }
}
