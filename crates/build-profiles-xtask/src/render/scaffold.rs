//! The files of a scaffold, from their templates.

use anyhow::Result;
use build_profiles::diagnostic::FilePath;

/// What a CI workflow is made for.
pub(crate) struct WorkflowFacts<'a> {
    /// The branch that pull requests are merged into.
    pub(crate) branch: &'a str,
    /// The workspace's folder below the git root; empty for the root itself.
    pub(crate) folder: &'a str,
    /// How the tool is started.
    pub(crate) command: &'a str,
    /// The file of the policy's environment `ci`; empty if there is none.
    pub(crate) environment: &'a str,
    /// Where a machine of that kind has it.
    pub(crate) machine: &'a str,
}

/// The manifest and the main file of an xtask that does nothing but start this tool.
pub(crate) fn package(dependency: &str) -> Result<[(FilePath, String); 2]> {
    let facts = [("dependency", dependency)];
    Ok([
        (
            FilePath::new("xtask/Cargo.toml"),
            filled(include_str!("scaffold/Cargo.toml.hbs"), &facts)?,
        ),
        (
            FilePath::new("xtask/src/main.rs"),
            filled(include_str!("scaffold/main.rs.hbs"), &facts)?,
        ),
    ])
}

/// A workflow for GitHub Actions.
pub(crate) fn github(facts: &WorkflowFacts<'_>) -> Result<String> {
    let review: String = include_str!("scaffold/review.sh")
        .lines()
        .skip_while(|line| line.starts_with("#!"))
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("          {line}\n"),
        })
        .collect();
    filled(
        include_str!("scaffold/github.yml.hbs"),
        &[
            ("branch", &quoted(&literally(facts.branch))),
            ("folder", &quoted_if_any(facts.folder)),
            ("command", facts.command),
            ("environment", &word_if_any(facts.environment)),
            ("machine", &word(facts.machine)),
            ("review", &review),
        ],
    )
}

/// A branch's name as GitHub's filter takes it for nothing else.
fn literally(branch: &str) -> String {
    let special = |c: char| matches!(c, '!' | '+' | '*' | '?' | '[' | ']' | '\\');
    let mut text = String::with_capacity(branch.len());
    for c in branch.chars() {
        text.extend(special(c).then_some('\\'));
        text.push(c);
    }
    text
}

/// A string of YAML that is nothing but a string.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted_if_any(text: &str) -> String {
    match text {
        "" => String::new(),
        text => quoted(text),
    }
}

/// A word of the shell.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

fn word_if_any(text: &str) -> String {
    match text {
        "" => String::new(),
        text => word(text),
    }
}

#[cfg(feature = "scaffold")]
fn filled(template: &str, facts: &[(&str, &str)]) -> Result<String> {
    use anyhow::Context as _;

    let mut templates = handlebars::Handlebars::new();
    templates.set_strict_mode(true);
    let facts: std::collections::BTreeMap<_, _> = facts.iter().copied().collect();
    templates
        .render_template(template, &facts)
        .context("failed to fill a template")
}

#[cfg(not(feature = "scaffold"))]
fn filled(_template: &str, _facts: &[(&str, &str)]) -> Result<String> {
    anyhow::bail!(
        "this build of the tool has no templates\n\n\
         help: use the installed `cargo build-profiles`, or give the dependency `build-profiles-xtask` the feature: features = [\"scaffold\"]"
    )
}

#[cfg(all(test, feature = "scaffold"))]
mod tests {
    use saphyr_parser::{Event, Parser};

    use super::*;

    /// The workflow's scalars, in order, as a YAML parser reads them.
    fn scalars(facts: &WorkflowFacts<'_>) -> Vec<String> {
        let text = github(facts).expect("the template can be filled");
        let events = Parser::new_from_str(&text);
        let scalar = |event| match event {
            Ok((Event::Scalar(text, ..), _)) => Some(text.into_owned()),
            Ok(_) => None,
            Err(error) => panic!("{error}\n{text}"),
        };
        events.filter_map(scalar).collect()
    }

    #[test]
    fn whatever_a_branch_or_a_folder_is_called_stays_one_string() {
        for (name, literal) in [
            ("main", "main"),
            ("1.0", "1.0"),
            ("yes", "yes"),
            ("x,y", "x,y"),
            ("@x", "@x"),
            ("!it's #1", "\\!it's #1"),
            ("- a: b", "- a: b"),
        ] {
            let facts = WorkflowFacts {
                branch: name,
                folder: name,
                command: "cargo xtask",
                environment: name,
                machine: ".cargo/machine.toml",
            };
            let scalars = scalars(&facts);
            let after = |key: &str| {
                let at = scalars.iter().position(|one| one == key);
                at.and_then(|at| scalars.get(at + 1)).cloned()
            };
            assert_eq!(after("branches").as_deref(), Some(literal));
            assert_eq!(after("working-directory").as_deref(), Some(name));
        }
    }

    #[test]
    fn the_script_is_that_of_the_action() {
        let facts = WorkflowFacts {
            branch: "main",
            folder: "",
            command: "cargo xtask",
            environment: "",
            machine: "",
        };
        let (_, script) = include_str!("scaffold/review.sh")
            .split_once('\n')
            .expect("its first line says who runs it");
        assert!(
            scalars(&facts)
                .iter()
                .any(|one| one.trim_end() == script.trim_end())
        );
    }
}
