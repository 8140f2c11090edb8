//! What is kept of a session: a file of hyperfine's for each run, one of the cache's statistics beside it where there is a
//! cache, and one that says what all of it is about.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::variant::{Scenario, VARIANTS};

/// What the runs are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) commit: String,
    pub(crate) seed: u64,
    pub(crate) rounds: u32,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) hyperfine: String,
    pub(crate) rustc: String,
}

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) cache: Option<Counts>,
}

/// Compilations of Rust that a cache could serve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
}

/// Runs by scenario and variant, and then by round.
pub(crate) type Runs = BTreeMap<(&'static str, &'static str), BTreeMap<u32, Run>>;

/// A session, read again.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) session: Session,
    pub(crate) runs: Runs,
}

const SESSION: &str = "session.json";

/// Begins a session in a folder that has none.
pub(crate) fn begin(folder: &Path, session: &Session) -> Result<()> {
    let is_free = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    ensure!(
        is_free,
        "`{}` is not empty: `--show` prints what is in it, `--kept` names another",
        folder.display()
    );
    fs::create_dir_all(folder)
        .with_context(|| format!("failed to create `{}`", folder.display()))?;
    let told = json!({
        "commit": session.commit,
        "seed": session.seed,
        "rounds": session.rounds,
        "scenarios": session.scenarios.iter().map(|scenario| scenario.name()).collect::<Vec<_>>(),
        "hyperfine": session.hyperfine,
        "rustc": session.rustc,
    });
    write(&folder.join(SESSION), &told)
}

pub(crate) fn write(file: &Path, value: &Value) -> Result<()> {
    fs::write(file, format!("{value:#}\n"))
        .with_context(|| format!("failed to write `{}`", file.display()))
}

/// The file of a run. Round 0 counts for nothing.
pub(crate) fn name(round: u32, scenario: Scenario, variant: &str) -> String {
    format!("{round:02}.{}.{variant}.json", scenario.name())
}

/// The file of the cache's statistics beside it.
pub(crate) fn beside(name: &str) -> String {
    name.replace(".json", ".cache.json")
}

/// The one time in a file of hyperfine's.
pub(crate) fn seconds(file: &Path) -> Result<f64> {
    let value = read(file)?;
    let seconds = value["results"][0]["times"][0].as_f64();
    seconds.with_context(|| format!("`{}` has no time in it", file.display()))
}

fn read(file: &Path) -> Result<Value> {
    let text =
        fs::read_to_string(file).with_context(|| format!("failed to read `{}`", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not JSON", file.display()))
}

impl Kept {
    /// Reads a folder; of a session that was stopped, what is there.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let told = read(&folder.join(SESSION))?;
        let word = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let rounds = told["rounds"]
            .as_u64()
            .and_then(|rounds| rounds.try_into().ok());
        let is_told = |scenario: &Scenario| {
            let mut names = told["scenarios"].as_array().into_iter().flatten();
            names.any(|name| name == scenario.name())
        };
        let scenarios: Vec<_> = Scenario::ALL.into_iter().filter(is_told).collect();
        // A table of nothing would agree with everything.
        ensure!(
            !scenarios.is_empty(),
            "the session does not say what was timed"
        );
        let session = Session {
            commit: word("commit"),
            seed: told["seed"].as_u64().unwrap_or_default(),
            rounds: rounds.context("the session does not say how many rounds it has")?,
            scenarios,
            hyperfine: word("hyperfine"),
            rustc: word("rustc"),
        };
        let mut runs = Runs::new();
        for scenario in Scenario::ALL {
            for variant in VARIANTS.iter().filter(|variant| scenario.is_run(variant)) {
                let of_cell = runs.entry((scenario.name(), variant.name)).or_default();
                for round in 1..=session.rounds {
                    let name = name(round, scenario, variant.name);
                    let file = folder.join(&name);
                    if !file.exists() {
                        continue;
                    }
                    let stats = folder.join(beside(&name));
                    let cache = stats.exists().then(|| read(&stats)).transpose()?;
                    let run = Run {
                        seconds: seconds(&file)?,
                        cache: cache.map(|told| counts(&told)),
                    };
                    of_cell.insert(round, run);
                }
            }
        }
        Ok(Self { session, runs })
    }
}

/// Of sccache's statistics, what concerns Rust: build scripts compile C, too.
fn counts(told: &Value) -> Counts {
    let of = |name: &str| {
        let count = told["stats"][name]["counts"]["Rust"].as_u64();
        count.unwrap_or_default()
    };
    Counts {
        hits: of("cache_hits"),
        misses: of("cache_misses"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            commit: "c0ffee".to_owned(),
            seed: 3,
            rounds: 2,
            scenarios: vec![Scenario::Clean],
            hyperfine: "hyperfine 1.15.0".to_owned(),
            rustc: "rustc 1.95.0".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_round_0_counts_for_nothing() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let folder = folder.path().join("kept");
        begin(&folder, &session())?;
        // As hyperfine 1.15 writes it, shortened.
        let of_hyperfine = |seconds: f64| json!({"results": [{"stddev": null, "times": [seconds], "exit_codes": [0]}]});
        for (round, seconds) in [(0, 9.0), (1, 2.5)] {
            let name = name(round, Scenario::Clean, "+cache");
            write(&folder.join(&name), &of_hyperfine(seconds))?;
            let stats = json!({"stats": {"cache_hits": {"counts": {"Rust": 4, "C/C++": 2}}, "cache_misses": {"counts": {}}}});
            write(&folder.join(beside(&name)), &stats)?;
        }
        let kept = Kept::read(&folder)?;
        assert_eq!(kept.session, session());
        let run = Run {
            seconds: 2.5,
            cache: Some(Counts { hits: 4, misses: 0 }),
        };
        assert_eq!(kept.runs[&("clean", "+cache")], BTreeMap::from([(1, run)]));
        assert!(kept.runs[&("clean", "base")].is_empty());
        assert!(begin(&folder, &session()).is_err(), "it is not empty");
        Ok(())
    }

    #[test]
    fn a_session_of_nothing_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let of_nothing = Session {
            scenarios: Vec::new(),
            ..session()
        };
        begin(folder.path(), &of_nothing)?;
        let refused = Kept::read(folder.path()).expect_err("it compares nothing");
        assert_eq!(
            refused.to_string(),
            "the session does not say what was timed"
        );
        Ok(())
    }
}
