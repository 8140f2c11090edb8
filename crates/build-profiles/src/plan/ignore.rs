//! The lines of `.gitignore` and `.dockerignore` that keep a machine's own files to itself.

use super::{Drift, DriftKind, FileChange, Plan};
use crate::diagnostic::FilePath;
use crate::facts::Workspace;
use crate::layout::{config_path, machine_path};
use crate::local::LOCAL_POLICY;
use crate::policy::Policy;
use crate::settings::Settings;

/// The files with the line that each is to have: for the machine's layer, and for a person's opt-out.
pub(crate) fn wanted(policy: &Policy, workspace: &Workspace) -> Vec<(FilePath, String)> {
    let above = config_path(policy)
        .parent()
        .trim_end_matches(".cargo")
        .to_owned();
    let machine = machine_path(policy)
        .as_str()
        .trim_start_matches(&above)
        .to_owned();
    let git = FilePath::new(format!("{above}.gitignore"));
    let docker = FilePath::new(format!("{above}.dockerignore"));
    let mut wanted = Vec::new();
    if workspace.files.contains_key(&docker) {
        wanted.push((docker, machine.clone()));
    }
    if workspace.in_git {
        let local = FilePath::new(".gitignore");
        wanted.push((git, format!("/{machine}")));
        wanted.push((local, format!("/{LOCAL_POLICY}")));
    }
    wanted
}

pub(super) fn lines(policy: &Policy, settings: &Settings, workspace: &Workspace, plan: &mut Plan) {
    if !settings.includes_machine {
        return;
    }
    let wanted = wanted(policy, workspace);
    let mut files: Vec<FilePath> = wanted.iter().map(|(file, _)| file.clone()).collect();
    files.sort();
    files.dedup();
    for file in files {
        let before = workspace.files.get(&file);
        let mut after = before.cloned().unwrap_or_default();
        for (_, line) in wanted.iter().filter(|(of, _)| *of == file) {
            if ignores(&after, line) {
                continue;
            }
            plan.drift.push(Drift {
                file: file.clone(),
                kind: DriftKind::Missing,
                key: line.clone(),
                present: None,
                wanted: Some(line.clone()),
                origin: None,
                by_lock: false,
            });
            append_line(&mut after, line);
        }
        if before.is_none_or(|before| *before != after) {
            plan.changes.push(FileChange {
                path: file,
                before: before.cloned(),
                after: Some(after),
            });
        }
    }
}

/// Whether an ignore file names this very file, or its whole folder, in one of the usual spellings.
pub(crate) fn ignores(text: &str, line: &str) -> bool {
    let plain = line.trim_start_matches('/');
    let name = plain.rsplit('/').next().unwrap_or(plain);
    text.lines().map(str::trim).any(|known| {
        let known = known.trim_start_matches("**/").trim_start_matches('/');
        known == plain || known == name
    })
}

pub(crate) fn append_line(text: &mut String, line: &str) {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(newline);
    }
    text.push_str(line);
    text.push_str(newline);
}
