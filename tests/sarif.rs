//! What `lint --format sarif` prints is SARIF 2.1.0, by the schema of its authors, and points where the finding is.
//!
//! The schema is a copy of oasis-tcs/sarif-spec, `sarif-2.1/schema/sarif-schema-2.1.0.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Prints the SARIF of a workspace with these files, in a folder below the root of a git repository.
fn sarif(files: &[(&str, &str)]) -> Value {
    let sandbox = tempfile::tempdir().expect("a temporary folder can be made");
    let home = sandbox.path().join("home");
    let root = sandbox.path().join("work/rust tree");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it is ours");
        fs::write(path, text).expect("it is ours");
    };
    write(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\n",
    );
    write("src/lib.rs", "");
    for (path, text) in files {
        write(path, text);
    }
    let init = Command::new("git")
        .arg("init")
        .arg("-q")
        .arg(sandbox.path().join("work"))
        .status();
    assert!(init.is_ok_and(|status| status.success()));
    let mut tool = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO")
            || name.to_string_lossy().starts_with("RUSTFLAGS")
        {
            tool.env_remove(name);
        }
    }
    tool.args(["lint", "--format", "sarif"])
        .current_dir(&root)
        .env("CARGO_HOME", home);
    let output = tool.output().expect("the tool starts");
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

/// What the authors' schema has to say against it.
fn errors(sarif: &Value) -> Vec<String> {
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/sarif/sarif-schema-2.1.0.json");
    let schema = fs::read_to_string(schema).expect("it stands beside this test");
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    schema
        .iter_errors(sarif)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn findings_are_valid_sarif_and_stand_where_they_are() {
    let sarif = sarif(&[(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg\", \"a\"] # \u{e9}\u{1f600}\n[target.'cfg(unix)']\nrustflags = [\"-Clto\"]\n\n[env]\nRUSTC_WRAPPER = \"x\"\n",
    )]);
    assert_eq!(errors(&sarif), [""; 0]);
    let run = &sarif["runs"][0];
    let found: Vec<String> = run["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|one| {
            let place = &one["locations"][0]["physicalLocation"];
            let rule = one["ruleIndex"].as_u64().expect("a rule");
            assert_eq!(
                run["tool"]["driver"]["rules"][rule as usize]["id"],
                one["ruleId"]
            );
            format!(
                "{} {} {}:{}:{} and {}",
                one["level"].as_str().unwrap_or_default(),
                one["ruleId"].as_str().unwrap_or_default(),
                place["artifactLocation"]["uri"]
                    .as_str()
                    .unwrap_or_default(),
                place["region"]["startLine"],
                place["region"]["startColumn"],
                one["relatedLocations"].as_array().map_or(0, Vec::len),
            )
        })
        .collect();
    let file = "rust%20tree/.cargo/config.toml";
    assert_eq!(
        found,
        [
            format!("warning flags_at_two_levels {file}:2:1 and 1"),
            format!("error lto_in_rustflags {file}:4:14 and 0"),
            format!("error env_configures_nothing {file}:7:1 and 0"),
        ]
    );
}

#[test]
fn nothing_found_is_valid_too_and_a_bad_result_is_not() {
    let mut sarif = sarif(&[]);
    assert_eq!(errors(&sarif), [""; 0]);
    assert_eq!(
        sarif["runs"][0]["results"].as_array().map(Vec::len),
        Some(0)
    );
    sarif["runs"][0]["results"] = serde_json::json!([{ "level": "fatal" }]);
    assert!(
        !errors(&sarif).is_empty(),
        "the schema refuses what is no result"
    );
}
