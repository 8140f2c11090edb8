//! Faults that leave a build silently without what its files ask for, each put into a real workspace and verified by the
//! real tool: the verdict and its cause must be right.
//!
//! Tables hold them: [`table`], [`storage`] and [`suite`] those that are tests, [`uncovered`] those that are not, and why.
//! docs/faults.md is all of them, and is held against them. A missing tool is a printed skip, and a failure where
//! `BUILD_PROFILES_REQUIRE_TOOLS` is set. `cargo test -p xtask --test faults -- --ignored` runs those that CI has no time
//! for.
#![cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]

mod founding;
mod house;
mod sabotage;
mod storage;
mod suite;
mod table;
mod uncovered;
mod untouched;

use house::{House, Said, has_tools};

/// One fault: how it is put into the sane workspace, and what must be said of it.
pub(crate) struct Fault {
    /// Its number in the list of known faults.
    id: &'static str,
    /// What goes wrong.
    what: &'static str,
    /// How it is injected, for the table in the docs.
    how: &'static str,
    /// Arguments of `verify`.
    run: &'static [&'static str],
    /// Programs without which it can't be injected.
    tools: &'static [&'static str],
    inject: fn(&mut House),
    /// What must be said.
    expect: &'static [Expect],
    /// The exit code.
    exit: i32,
}

/// What a report must hold.
pub(crate) enum Expect {
    /// A verdict on a key, and pieces of what it says.
    Verdict(&'static str, &'static str, &'static [&'static str]),
    /// A finding about the files, the user's cache server or the tests, and pieces of what it says.
    Finding(&'static str, &'static [&'static str]),
    /// A note on the shell's environment.
    Environment(&'static str),
}

fn check(fault: &Fault) {
    if !has_tools(fault.tools) {
        return;
    }
    let mut house = House::new();
    (fault.inject)(&mut house);
    let counted = house.server.is_some().then(|| house.statistics());
    let said = house.verify(fault.run);
    let disturbed = counted.is_some_and(|before| !house.serves() || house.statistics() != before);
    let wrong: Vec<String> = fault
        .expect
        .iter()
        .flat_map(|expect| differs(expect, &said))
        .chain((said.code != Some(fault.exit)).then(|| format!("the exit code is {:?}", said.code)))
        .chain(disturbed.then(|| "the user's own server was disturbed".to_owned()))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} ({}):\n{}\n\n{}",
        fault.id,
        fault.what,
        wrong.join("\n"),
        said.all()
    );
}

/// What is not as expected.
fn differs(expect: &Expect, said: &Said) -> Vec<String> {
    let unless = |holds: bool, what: String| (!holds).then_some(what).into_iter().collect();
    match expect {
        Expect::Verdict(key, outcome, pieces) => {
            let (is, text) = (said.outcome(key), said.text(key));
            let outcome = (is != *outcome).then(|| format!("`{key}` is {is}, not {outcome}"));
            let missing = pieces.iter().filter(|piece| !text.contains(**piece));
            outcome
                .into_iter()
                .chain(missing.map(|piece| format!("`{key}` does not say `{piece}`")))
                .collect()
        }
        Expect::Finding(code, pieces) => {
            let Some(text) = said.finding(code) else {
                return vec![format!("there is no finding `{code}`")];
            };
            let missing = pieces.iter().filter(|piece| !text.contains(**piece));
            missing
                .map(|piece| format!("`{code}` does not say `{piece}`: {text}"))
                .collect()
        }
        Expect::Environment(piece) => {
            let has = said.report["environment"].to_string().contains(piece);
            unless(
                has,
                format!("nothing is said of `{piece}` in the environment"),
            )
        }
    }
}
