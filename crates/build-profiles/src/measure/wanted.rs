//! What is asked for: by the command line, else by the policy, else everything.

use crate::diagnostic::did_you_mean;
use crate::measure::layer::{Layer, Part};
use crate::measure::scenario::{Builtin, Task};

/// What is to be measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The steps, in the ladder's order.
    pub parts: Vec<Part>,
    /// The scenarios, in the order of reports.
    pub tasks: Vec<Task>,
}

/// What the policy says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The layers, in the ladder's order.
    pub order: Vec<Layer>,
    /// Scenarios, by name.
    pub scenarios: Vec<&'a str>,
    /// Commands of the user's own: name, words.
    pub commands: Vec<(&'a str, &'a [String])>,
}

/// Follows the names of layers and scenarios on the command line; without any, the policy's. Every name that nobody
/// knows is a message of its own.
pub fn wanted(
    asked: &Asked<'_>,
    layers: &[String],
    scenarios: &[String],
) -> Result<Wanted, Vec<String>> {
    let mut wrong = Vec::new();
    let mut wanted = Wanted::default();
    for name in layers {
        match Part::named(name) {
            Some(part) if wanted.parts.contains(&part) => {
                wrong.push(format!("the step `{name}` is asked for twice"));
            }
            Some(part) => wanted.parts.push(part),
            None => wrong.push(unknown("step", name, Layer::ALL.map(Layer::name).into_iter())
                + "; besides the layers a step can be a setting such as `profile.dev.debug`, or `profile.dev.tradeoff`"),
        }
    }
    if layers.is_empty() {
        wanted.parts = asked.order.iter().copied().map(Part::Layer).collect();
    }
    let known = || {
        let builtins = Builtin::ALL.map(Builtin::name).into_iter();
        builtins.chain(asked.commands.iter().map(|(name, _)| *name))
    };
    let named: Vec<&str> = match (scenarios.is_empty(), asked.scenarios.is_empty()) {
        (false, _) => scenarios.iter().map(String::as_str).collect(),
        (true, false) => asked.scenarios.clone(),
        (true, true) => known().collect(),
    };
    for name in &named {
        if !known().any(|other| other == *name) {
            wrong.push(unknown("scenario", name, known()));
        }
    }
    // In one order, whatever the order in which they are named.
    let builtins = Builtin::ALL.into_iter().map(Task::Builtin);
    let commands = asked.commands.iter().map(|(name, words)| Task::Command {
        name: (*name).to_owned(),
        words: words.to_vec(),
    });
    wanted.tasks = builtins
        .chain(commands)
        .filter(|task| named.contains(&task.name()))
        .collect();
    match wrong.is_empty() {
        true => Ok(wanted),
        false => Err(wrong),
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let names: Vec<String> = known.clone().map(|name| format!("`{name}`")).collect();
    let meant = did_you_mean(name, known)
        .map(|meant| format!(" Did you mean `{meant}`?"))
        .unwrap_or_default();
    format!(
        "there is no {what} `{name}`.{meant} There are {}",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(wanted: &Wanted) -> (Vec<String>, Vec<&str>) {
        (
            wanted.parts.iter().map(ToString::to_string).collect(),
            wanted.tasks.iter().map(Task::name).collect(),
        )
    }

    #[test]
    fn the_command_line_comes_before_the_policy() {
        let words = ["cargo".to_owned(), "doc".to_owned()];
        let asked = Asked {
            order: vec![Layer::Linker, Layer::Profiles],
            scenarios: vec!["docs", "clean"],
            commands: vec![("docs", &words)],
        };
        let of_policy = wanted(&asked, &[], &[]).expect("all are known");
        assert_eq!(
            names(&of_policy),
            (
                vec!["linker".to_owned(), "profiles".to_owned()],
                vec!["clean", "docs"]
            )
        );
        let own = wanted(
            &asked,
            &["profile.dev.debug".to_owned()],
            &["no-op".to_owned()],
        );
        assert_eq!(
            names(&own.expect("all are known")),
            (vec!["profile.dev.debug".to_owned()], vec!["no-op"])
        );
        let all = wanted(&Asked::default(), &[], &[]).expect("nothing is named");
        assert_eq!(all.tasks.len(), Builtin::ALL.len());
    }

    #[test]
    fn every_unknown_name_is_told() {
        let wrong = wanted(
            &Asked::default(),
            &["caches".to_owned(), "cache".to_owned(), "cache".to_owned()],
            &["cleen".to_owned(), "docs".to_owned()],
        );
        assert_eq!(
            wrong.expect_err("none of them is known"),
            [
                "there is no step `caches`. Did you mean `cache`? There are `profiles`, `cache`, `runner`, `linker`; \
                 besides the layers a step can be a setting such as `profile.dev.debug`, or `profile.dev.tradeoff`",
                "the step `cache` is asked for twice",
                "there is no scenario `cleen`. Did you mean `clean`? There are `clean`, `clean-cached`, `no-op`, `check`, \
                 `edit-leaf`, `edit-hub`, `test-build`, `test-run`",
                "there is no scenario `docs`. There are `clean`, `clean-cached`, `no-op`, `check`, `edit-leaf`, `edit-hub`, \
                 `test-build`, `test-run`",
            ]
        );
    }
}
