//! GitLab: `.gitlab-ci.yml` and what it includes of its own repository.

use super::github::{pairs, script};
use super::said::{Knob, Said, Scope, ScopeId, is_computed};
use super::targets;
use super::yaml::{Id, Tree, Unread};

/// Words at the top that are no jobs.
const NO_JOBS: &[&str] = &[
    "stages", "include", "workflow", "spec", "image", "services", "cache", "pages",
];

/// What the pipeline says.
pub(super) fn read(text: &str) -> Result<Said, Unread> {
    let tree = Tree::read(text)?;
    let mut said = Said::of_file();
    let root = tree.root();
    variables(&tree, root, 0, &mut said);
    scripts(text, &tree, root, 0, &mut said);
    for (name, _, job) in tree.pairs(root) {
        if NO_JOBS.contains(&name) || name == "variables" {
            continue;
        }
        let own = &text[tree.node(job).span.clone()];
        let mut triples = hosts(&tree, job);
        triples.extend(targets::named(own));
        let scope = Scope {
            around: Some(0),
            targets: Some(triples),
            // A template has the scripts of those that extend it.
            builds: Some(name.starts_with('.') || targets::builds(own)),
            is_job: true,
            // A job has the variables of what it extends too.
            is_opaque: tree.get(job, "extends").is_some() || tree.get(job, "<<").is_some(),
            ..Scope::default()
        };
        let Some(scope) = said.open(scope) else { break };
        variables(&tree, job, scope, &mut said);
        scripts(text, &tree, job, scope, &mut said);
    }
    Ok(said)
}

/// Runners are Linux, unless their tags say otherwise.
fn hosts(tree: &Tree, job: Id) -> Vec<&'static str> {
    let tags = tree
        .get(job, "tags")
        .map_or(&[][..], |tags| tree.list(tags));
    let tags: Vec<&str> = tags.iter().filter_map(|tag| tree.text(*tag)).collect();
    let hosts = targets::of_runner(&tags.join(" "));
    if hosts.is_empty() {
        vec![targets::LINUX]
    } else {
        hosts
    }
}

fn variables(tree: &Tree, of: Id, scope: ScopeId, said: &mut Said) {
    let Some(variables) = tree.get(of, "variables") else {
        return;
    };
    let mut knobs = pairs(tree, variables, scope);
    for (name, key, value) in tree.pairs(variables) {
        let described = tree.get(value, "value");
        if let Some((value, text)) = described.and_then(|id| Some((id, tree.text(id)?))) {
            knobs.push(Knob {
                variable: name.to_owned(),
                value: Some(text.to_owned()),
                raw: text.to_owned(),
                span: tree.node(key).span.start..tree.node(value).span.end,
                scope,
                is_handed_on: false,
            });
        }
    }
    for mut knob in knobs {
        knob.value = knob.value.filter(|value| !is_computed(value));
        said.push(knob);
    }
}

fn scripts(text: &str, tree: &Tree, of: Id, scope: ScopeId, said: &mut Said) {
    for name in ["before_script", "script", "after_script"] {
        let Some(lines) = tree.get(of, name) else {
            continue;
        };
        script(text, tree, lines, said, (scope, scope));
        for line in tree.list(lines) {
            script(text, tree, *line, said, (scope, scope));
        }
    }
}
