//! The faults that are no tests, each with the reason; and docs/faults.md, which is held against all tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{Expect, Fault, storage, suite, table};

/// Those that are tests, with where they run.
fn faults() -> impl Iterator<Item = &'static (&'static str, Fault)> {
    let tables = [table::FAULTS, storage::FAULTS, suite::FAULTS];
    tables.into_iter().flatten()
}

/// What they wait for, or why they can't be injected: number, what goes wrong, why it is no test.
const UNCOVERED: &[(&str, &str, &str)] = &[
    (
        "F20b",
        "`-p app` and `--workspace` have different keys",
        "no fault of the files: `verify` builds the whole workspace, and says with which command",
    ),
    (
        "F25",
        "a procedural macro reads what rustc does not know of, and the cache gives an old result back",
        "nothing that a build shows tells it: no witness",
    ),
    (
        "F52",
        "shards leave a gap",
        "shards are CI's own: `verify` runs all tests in one run",
    ),
    (
        "F54",
        "CI restores an empty cache, or one with other keys",
        "it takes two runs of CI; of two checkouts on one storage `--shared` tells",
    ),
    (
        "F56",
        "noise is reported as a gain",
        "no verdict of `verify` but of `measure`: the test `measure_simulation` has it weigh a thousand ladders of mere noise",
    ),
];

const START: &str = "<!-- the table: made by tests/faults/uncovered.rs -->\n";

/// The rows of the docs.
fn rows() -> String {
    let mut rows: BTreeMap<(u32, &str), Vec<String>> = BTreeMap::new();
    for (place, fault) in faults() {
        let said: Vec<String> = fault
            .expect
            .iter()
            .map(|expect| match expect {
                Expect::Verdict(key, outcome, _) => {
                    format!("`{key}` {}", outcome.replace('_', " "))
                }
                Expect::Finding(code, _) => format!("finding `{code}`"),
                Expect::Environment(_) => "a note on the variable".to_owned(),
            })
            .collect();
        let place = match *place {
            "ci" => "CI",
            _ => "on demand",
        };
        rows.entry(order(fault.id)).or_default().push(format!(
            "| {} | {} | {} | {} | {place} |\n",
            fault.id,
            fault.what,
            fault.how,
            said.join("; ").replace('|', "\\|")
        ));
    }
    for (id, what, why) in UNCOVERED {
        rows.entry(order(id))
            .or_default()
            .push(format!("| {id} | {what} | | | no: {why} |\n"));
    }
    "| | what goes wrong | injected by | said of it | covered |\n|---|---|---|---|---|\n".to_owned()
        + &rows.into_values().flatten().collect::<String>()
}

/// `F20b` between 20 and 21; the sane workspace first.
fn order(id: &str) -> (u32, &str) {
    let digits = id.trim_start_matches('F').trim_end_matches('b');
    (digits.parse().unwrap_or(0), id)
}

#[test]
fn the_docs_say_what_is_covered() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let text = fs::read_to_string(&path).expect("the table has a page");
    let (before, _) = text.split_once(START).expect("the page has a table");
    let right = format!("{before}{START}\n{}", rows());
    if std::env::var("SNAPSHOTS").is_ok_and(|mode| mode == "overwrite") {
        fs::write(&path, right).expect("the page can be written");
        return;
    }
    assert!(
        text == right,
        "docs/faults.md is not what the tables say: run again with SNAPSHOTS=overwrite"
    );
}

#[test]
fn every_known_fault_is_in_one_of_the_tables() {
    let covered: Vec<&str> = faults().map(|(_, fault)| fault.id).collect();
    let left: Vec<&str> = UNCOVERED.iter().map(|(id, ..)| *id).collect();
    let known = (1..=56).map(|number| format!("F{number}"));
    for id in known.chain(["F20b".to_owned()]) {
        let times = (covered.contains(&&*id), left.contains(&&*id));
        assert!(
            matches!(times, (true, false) | (false, true)),
            "{id}: {times:?}"
        );
    }
}

/// Two dozen of them run with every change.
#[test]
fn enough_of_them_run_in_ci() {
    let mut ids: Vec<&str> = faults()
        .filter(|(place, fault)| *place == "ci" && fault.id != "none")
        .map(|(_, fault)| fault.id)
        .collect();
    ids.dedup();
    assert!(ids.len() >= 24, "{} run in CI: {ids:?}", ids.len());
}
