//! Real specimens through the core: parse, adopt into a policy, plan. Zero byte of difference, or a refusal that names
//! its reason. Each also with CRLF, with a BOM, and without the final newline.
//!
//! The specimens are not part of this repository: `BUILD_PROFILES_CORPUS` names their folder, `../shared/corpus` is
//! tried; without them this says so and passes.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test reads files and says what it found"
)]

mod fixture;

use std::path::{Path, PathBuf};

use build_profiles::adopt::adopt;
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::draft::{Ask, Draft, draft};
use build_profiles::eject::Belongings;
use build_profiles::facts::{Member, Workspace};
use build_profiles::plan::OnUndeclared;
use build_profiles::policy;
use build_profiles::schema::json_schema;
use build_profiles::suggest::{self, TOOLS, into_policy, suggestions};
use fixture::suggested::{hold, large, meaning};
use fixture::{POLICY, decide, ejected, said};
use jsonschema::Validator;
use semver::Version;
use toml_edit::{DocumentMut, Item, Value};

/// The specimen as a workspace: each file where it stood.
fn specimen(folder: &Path, change: Twin) -> Workspace {
    let mut workspace = Workspace {
        in_git: true,
        ..Workspace::default()
    };
    workspace.members = vec![Member {
        name: "app".to_owned(),
        path: "app".to_owned(),
        rust_version: None,
    }];
    let source = std::fs::read_to_string(folder.join("SOURCE")).unwrap_or_default();
    let root = source
        .lines()
        .find_map(|line| line.strip_prefix("workspace_dir: "))
        .unwrap_or(".")
        .to_owned();
    for line in source
        .lines()
        .filter_map(|line| line.strip_prefix("path: "))
    {
        let Some((path, rest)) = line.split_once(" -> ") else {
            continue;
        };
        let name = rest.split(" (").next().unwrap_or(rest);
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let file = FilePath::new(relative(&root, path));
        match name {
            "Cargo.toml" | "config.toml" | "config.legacy" => {}
            _ if name.starts_with("include.") => workspace.included.push(file.clone()),
            _ if name.starts_with("config.parent.") => workspace.parents.push(file.clone()),
            _ => continue,
        }
        workspace.files.insert(file, change(&text));
    }
    workspace
}

/// A path of the repository, from the folder of its workspace.
fn relative(root: &str, path: &str) -> String {
    let mut root: Vec<&str> = root.split('/').filter(|part| *part != ".").collect();
    let mut path: Vec<&str> = path.split('/').collect();
    while !root.is_empty() && path.len() > 1 && root[0] == path[0] {
        root.remove(0);
        path.remove(0);
    }
    "../".repeat(root.len()) + &path.join("/")
}

type Twin = fn(&str) -> String;
/// As it is first, and the twin that differs in every line.
const TWINS: [(&str, Twin); 4] = [
    ("as it is", str::to_owned),
    ("CRLF", |text| {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    }),
    ("BOM", |text| {
        format!("\u{feff}{}", text.trim_start_matches('\u{feff}'))
    }),
    ("no final newline", |text| {
        text.trim_end_matches(['\r', '\n']).to_owned()
    }),
];

/// The folders of the specimens, sorted; none where there are none, which is said.
fn specimens() -> Vec<PathBuf> {
    let folder = std::env::var_os("BUILD_PROFILES_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: no specimens at {}", folder.display());
        return Vec::new();
    };
    let mut specimens: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    specimens.sort();
    specimens
}

#[test]
fn adopted_specimens_change_nothing() {
    let specimens = specimens();
    for (twin, change) in TWINS {
        let (mut equal, mut refused, mut keys, mut unmanaged) = (0, Vec::new(), 0, 0);
        for specimen in &specimens {
            let name = specimen
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match through(self::specimen(specimen, change)) {
                Ok(adopted) => {
                    equal += 1;
                    keys += adopted.keys;
                    unmanaged += adopted.unmanaged;
                }
                Err(reason) => refused.push(format!("{name}: {reason}")),
            }
        }
        println!(
            "{twin}: {equal} of {} specimens change by no byte, {keys} keys in the policy, {unmanaged} left alone by name, {} refused",
            specimens.len(),
            refused.len()
        );
        for reason in &refused {
            println!("  refused {reason}");
            assert!(!reason.contains("CHANGED"), "{reason}");
        }
        assert!(
            refused.len() * 10 <= specimens.len(),
            "more than a tenth is refused: {refused:#?}"
        );
    }
}

struct Adopted {
    keys: usize,
    unmanaged: usize,
}

/// Adopts everything that could be owned, or gives the reason of a refusal.
fn through(mut workspace: Workspace) -> Result<Adopted, String> {
    let policy = FilePath::new(POLICY);
    workspace
        .files
        .insert(policy.clone(), "schema = 1\nstrict = true\n".to_owned());
    let first = decide(&workspace, OnUndeclared::Refuse);
    let ways_out = ["undeclared", "env_configures_nothing"];
    let stopped = first
        .diagnostics
        .iter()
        .find(|finding| finding.level >= Level::Deny && !ways_out.contains(&finding.code));
    if let Some(finding) = stopped {
        return Err(format!("[{}] {}", finding.code, finding.message));
    }
    let text = workspace.files[&policy].clone();
    let adopted =
        adopt(&policy, &text, &workspace, &first.plan.undeclared).map_err(|findings| {
            findings
                .iter()
                .map(|finding| format!("[{}] {}", finding.code, finding.message))
                .collect::<Vec<_>>()
                .join("; ")
        })?;
    if let Ok(folder) = std::env::var("BUILD_PROFILES_ADOPTED") {
        let name = format!("{folder}/{:x}.toml", adopted.len());
        std::fs::write(name, &adopted).map_err(|error| error.to_string())?;
    }
    workspace.files.insert(policy.clone(), adopted.clone());
    let second = decide(&workspace, OnUndeclared::Refuse);
    if let Some(change) = second.plan.changes.first() {
        return Err(format!(
            "CHANGED {}: {:#?}\n{adopted}",
            change.path, second.plan.drift
        ));
    }
    if second
        .diagnostics
        .iter()
        .any(|finding| finding.level >= Level::Deny)
    {
        return Err(format!("CHANGED: {:#?}", second.diagnostics));
    }
    let (after, findings) = ejected(&workspace, &mut Belongings::default());
    if let Some(finding) = findings.iter().find(|one| one.level >= Level::Deny) {
        return Err(format!("CHANGED, ejected: {finding:#?}"));
    }
    if said(&workspace, None) != said(&after, None) {
        return Err("CHANGED, ejected".to_owned());
    }
    let unmanaged = policy::parse(&policy, &adopted)
        .0
        .map_or(0, |policy| policy.unmanaged.len());
    Ok(Adopted {
        keys: first.plan.undeclared.len() - unmanaged,
        unmanaged,
    })
}

#[test]
fn drafted_specimens_change_nothing() {
    let specimens = specimens();
    let schema = serde_json::from_str(&json_schema()).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a JSON Schema");
    for (twin, change) in TWINS.into_iter().take(2) {
        let (mut equal, mut refused, mut longer) = (0, Vec::new(), Vec::new());
        let (mut described, mut said) = (0, 0);
        for specimen in &specimens {
            let name = specimen
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match drafted(&schema, &name, specimen, change) {
                Ok((before, after)) => {
                    equal += 1;
                    described += before;
                    said += after;
                    if after > before {
                        longer.push(format!("{name} {before}->{after}"));
                    }
                }
                Err(reason) => refused.push(format!("{name}: {reason}")),
            }
        }
        println!(
            "{twin}: {equal} of {} specimens are written down without a change, {described} lines in {said}; {} refused; longer: {longer:?}",
            specimens.len(),
            refused.len()
        );
        for reason in &refused {
            println!("  refused {reason}");
            assert!(!reason.contains("CHANGED"), "{reason}");
        }
        assert!(
            specimens.is_empty() || said < described,
            "what is said is longer than what it is said of"
        );
        assert!(
            refused.len() * 10 <= specimens.len(),
            "more than a tenth is refused: {refused:#?}"
        );
    }
}

/// The lines that a drafted policy describes, and its own, or why there is none.
fn drafted(
    schema: &Validator,
    name: &str,
    folder: &Path,
    change: Twin,
) -> Result<(usize, usize), String> {
    let mut workspace = specimen(folder, change);
    let file = FilePath::new(POLICY);
    let draft = drafts(&workspace, folder)?;
    if let Ok(folder) = std::env::var("BUILD_PROFILES_ADOPTED") {
        let notes: String = draft
            .notes
            .iter()
            .map(|one| format!("#! {} {:?}\n", one.message, one.help))
            .collect();
        std::fs::write(format!("{folder}/{name}.toml"), draft.text.clone() + &notes)
            .map_err(|error| error.to_string())?;
    }
    let errors: Vec<String> = schema
        .iter_errors(&json(
            draft
                .text
                .parse::<DocumentMut>()
                .expect("it is TOML")
                .as_item(),
        ))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if !errors.is_empty() {
        return Err(format!(
            "CHANGED: not by the schema: {errors:#?}\n{}",
            draft.text
        ));
    }
    workspace.files.insert(file.clone(), draft.text.clone());
    let outcome = decide(&workspace, OnUndeclared::Refuse);
    if let Some(change) = outcome.plan.changes.first() {
        return Err(format!("CHANGED {}\n{}", change.path, draft.text));
    }
    let wrong = |finding: &&Diagnostic| {
        finding.level >= Level::Deny && finding.code != "env_configures_nothing"
    };
    if let Some(finding) = outcome.diagnostics.iter().find(wrong) {
        return Err(format!("CHANGED: {finding:#?}\n{}", draft.text));
    }
    let owned = |text: &str| {
        let tables = ["profile.", "target.", "build"];
        let mut ours = false;
        let lines = text.lines().filter(|line| {
            let line = line.trim();
            if let Some(header) = line.strip_prefix('[') {
                ours = tables.iter().any(|table| header.starts_with(table));
            }
            ours && !line.is_empty() && !line.starts_with('#')
        });
        lines.count()
    };
    let before = workspace
        .files
        .iter()
        .filter(|(path, _)| **path != file)
        .map(|(_, text)| owned(text))
        .sum();
    let after = draft
        .text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok((before, after.count()))
}

/// What `init` writes for a specimen, or why it writes nothing.
fn drafts(workspace: &Workspace, folder: &Path) -> Result<Draft, String> {
    let file = FilePath::new(POLICY);
    let beside = ["rust-toolchain", "rust-toolchain.toml"]
        .into_iter()
        .filter_map(|name| {
            let text = std::fs::read_to_string(folder.join(name)).ok()?;
            Some((FilePath::new(name), text))
        })
        .collect();
    draft(
        &Ask {
            file: &file,
            beside: &beside,
            cargo: &Version::new(1, 95, 0),
            denied: &[],
            unmanaged: &[],
        },
        workspace,
    )
    .map_err(|findings| {
        findings
            .iter()
            .map(|finding| format!("[{}] {}", finding.code, finding.message))
            .collect::<Vec<_>>()
            .join("; ")
    })
}

/// Suggestions in the policies that real workspaces have: as comments they change nothing, and any can be taken. The
/// laws for all policies hold the other spellings of a file.
#[test]
fn suggestions_for_drafted_specimens_can_be_taken() {
    let specimens = specimens();
    let facts = large(true, true, TOOLS);
    let file = FilePath::new(POLICY);
    let (mut policies, mut taken) = (0, 0);
    // A third of them: each suggestion is taken alone, and each time all is settled and planned anew.
    for folder in specimens.iter().step_by(3) {
        let mut workspace = specimen(folder, str::to_owned);
        let Ok(Draft { text, .. }) = drafts(&workspace, folder) else {
            continue;
        };
        workspace.files.insert(file.clone(), text.clone());
        let before = weighty(&workspace);
        let all = suggestions(&suggest::Ask {
            file: &file,
            text: &text,
            workspace: &workspace,
            facts: &facts,
        });
        taken += hold(&text, &all, &|text| {
            let mut workspace = workspace.clone();
            workspace.files.insert(file.clone(), text.to_owned());
            for finding in weighty(&workspace) {
                assert!(before.contains(&finding), "{finding:?}\n{text}");
            }
        });
        assert_eq!(
            meaning(&workspace, &into_policy(&text, &all)),
            meaning(&workspace, &text)
        );
        policies += 1;
    }
    println!(
        "{policies} drafted policies, {taken} suggestions taken, each by itself and all together"
    );
    assert!(
        specimens.is_empty() || taken > policies,
        "{taken} suggestions in {policies} policies are too few to show anything"
    );
}

/// What there is to say against a policy.
fn weighty(workspace: &Workspace) -> Vec<(&'static str, String)> {
    let findings = decide(workspace, OnUndeclared::Refuse)
        .diagnostics
        .into_iter();
    let weighty = findings.filter(|finding| finding.level >= Level::Warning);
    weighty.map(|one| (one.code, one.message)).collect()
}

/// A TOML document as JSON.
fn json(item: &Item) -> serde_json::Value {
    if let Some(table) = item.as_table_like() {
        let entries = table.iter().map(|(key, item)| (key.to_owned(), json(item)));
        return serde_json::Value::Object(entries.collect());
    }
    match item.as_value() {
        Some(Value::String(text)) => text.value().as_str().into(),
        Some(Value::Integer(number)) => (*number.value()).into(),
        Some(Value::Boolean(flag)) => (*flag.value()).into(),
        Some(Value::Array(array)) => array
            .iter()
            .map(|value| json(&Item::Value(value.clone())))
            .collect(),
        other => panic!("no policy holds {other:?}"),
    }
}
