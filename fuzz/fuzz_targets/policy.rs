//! No text breaks the parser, the settling or the plan; what is found stands within the text.
#![no_main]

use std::collections::BTreeMap;

use build_profiles::diagnostic::FilePath;
use build_profiles::facts::{Member, Workspace};
use build_profiles::plan::{OnUndeclared, plan};
use build_profiles::policy::{check_inherits, parse};
use build_profiles::settings::settle;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = FilePath::new("build-profiles.toml");
    let (policy, mut found) = parse(&file, text);
    if let Some(policy) = policy {
        found.extend(check_inherits(&file, &policy, &[]));
        for environment in &policy.environments {
            let _ = environment.body.over(&policy.base);
        }
        let manifest = "[workspace]\n[profile.dev]\ndebug = 1\n[profile.dev.package.a]\nopt-level = 3\n";
        let workspace = Workspace {
            members: vec![Member { name: "a".to_owned(), path: "crates/a".to_owned(), rust_version: None }],
            files: BTreeMap::from([(FilePath::new("Cargo.toml"), manifest.to_owned()), (file.clone(), text.to_owned())]),
            in_git: true,
            ..Workspace::default()
        };
        let (settings, more) = settle(&file, &policy, &workspace);
        found.extend(more);
        let _ = plan(&file, &policy, &settings, &workspace, OnUndeclared::Prune);
    }
    for label in found.iter().flat_map(|found| &found.labels).filter(|label| label.file == file) {
        assert!(text.get(label.span.clone()).is_some(), "{label:?}");
    }
});
