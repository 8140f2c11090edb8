//! What `measure` found, as its file says it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::kept::Session;

/// A median ratio with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) rounds: u64,
    pub(crate) ratio: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// One `measurements.json`: the ladder of the profile `dev`.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    subject: Value,
    scenarios: Value,
}

/// The steps that this program does by hand, and so the only ones that can be held against them.
const LAYERS: [&str; 3] = ["profiles", "cache", "linker"];

impl Measured {
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("failed to read `{}`", file.display()))?;
        let told: Value = serde_json::from_str(&text)
            .with_context(|| format!("`{}` is not JSON", file.display()))?;
        Self::of(&told).with_context(|| format!("`{}` can't be compared with", file.display()))
    }

    fn of(told: &Value) -> Result<Self> {
        let ladders = told["ladders"].as_array().context("it has no ladders")?;
        let is_dev = |ladder: &Value| ladder["profile"] == "dev" && ladder["environment"].is_null();
        let index = ladders
            .iter()
            .position(is_dev)
            .context("it has no ladder of the profile `dev` on the machine itself")?;
        let layers: Vec<&str> = ladders[index]["layers"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        ensure!(
            layers == LAYERS,
            "its steps are {}, and by hand they are {}",
            layers.join(", "),
            LAYERS.join(", ")
        );
        let scenarios = told["analysis"][index]["scenarios"].clone();
        ensure!(scenarios.is_array(), "it has no analysis");
        Ok(Self {
            subject: told["subject"].clone(),
            scenarios,
        })
    }

    /// Two commits are two workspaces.
    pub(crate) fn ensure_same(&self, session: &Session) -> Result<()> {
        let commit = self.subject["commit"].as_str().unwrap_or("no commit");
        if commit != session.commit {
            bail!(
                "`measure` was run at {commit}, and what was done by hand is of {}",
                session.commit
            );
        }
        ensure!(
            self.subject["dirty"] == false,
            "`measure` was run with changes that are not committed"
        );
        Ok(())
    }

    /// What it says of one step of a scenario, by the names of [`super::table`].
    pub(crate) fn estimate(&self, scenario: &str, step: &str) -> Option<Estimate> {
        let mut scenarios = self.scenarios.as_array()?.iter();
        let scenario = scenarios.find(|other| other["scenario"] == scenario)?;
        let told = match step {
            "control" => &scenario["control"]["estimate"],
            "whole" => &scenario["whole"],
            layer => {
                let mut steps = scenario["steps"].as_array()?.iter();
                &steps.find(|other| other["layer"] == layer)?["estimate"]
            }
        };
        Some(Estimate {
            rounds: told["rounds"].as_u64()?,
            ratio: told["ratio"].as_f64()?,
            low: told["low"].as_f64()?,
            high: told["high"].as_f64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told() -> Value {
        json!({
            "subject": {"commit": "c0ffee", "dirty": false},
            "ladders": [
                {"profile": "dev", "environment": "ci", "layers": ["cache"]},
                {"profile": "dev", "environment": null, "layers": LAYERS},
            ],
            "analysis": [{"scenarios": []}, {"scenarios": [{
                "scenario": "clean",
                "control": {"estimate": {"rounds": 8, "ratio": 1.0, "low": 0.9, "high": 1.1}},
                "steps": [{"layer": "cache", "estimate": {"rounds": 8, "ratio": 0.4, "low": 0.3, "high": 0.5}}],
                "whole": null,
            }]}],
        })
    }

    #[test]
    fn the_ladder_of_the_machine_itself_is_taken() -> Result<()> {
        let measured = Measured::of(&told())?;
        let ratio = |scenario, step| {
            let estimate = measured.estimate(scenario, step);
            estimate.map(|estimate| estimate.ratio)
        };
        assert_eq!(ratio("clean", "control"), Some(1.0));
        assert_eq!(ratio("clean", "cache"), Some(0.4));
        for (scenario, step) in [("clean", "linker"), ("clean", "whole"), ("no-op", "cache")] {
            assert_eq!(ratio(scenario, step), None);
        }
        Ok(())
    }

    #[test]
    fn what_is_of_something_else_is_refused() -> Result<()> {
        let mut other = told();
        other["ladders"][1]["layers"] = json!(["cache", "profiles", "linker"]);
        assert!(Measured::of(&other).is_err());
        let session = |commit: &str| Session {
            commit: commit.to_owned(),
            seed: 1,
            rounds: 8,
            scenarios: Vec::new(),
            hyperfine: String::new(),
            rustc: String::new(),
        };
        let measured = Measured::of(&told())?;
        assert!(measured.ensure_same(&session("c0ffee")).is_ok());
        assert!(measured.ensure_same(&session("0ff")).is_err());
        let mut dirty = told();
        dirty["subject"]["dirty"] = json!(true);
        assert!(
            Measured::of(&dirty)?
                .ensure_same(&session("c0ffee"))
                .is_err()
        );
        Ok(())
    }
}
