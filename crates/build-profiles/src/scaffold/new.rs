//! A new package: its files, and what makes it a part of the workspace.

use glob::Pattern;

use semver::Version;

use super::nested::{becomes_a_workspace, left_out};
use super::{Ground, HAKARI, XTASK, lock_file_grows, options};
use crate::diagnostic::{Diagnostic, FilePath};
use crate::edit::{Edit, parse};
use crate::facts::Workspace;
use crate::layout::{config_there, manifest_path};
use crate::plan::ignore;
use crate::policy::{self, Policy};
use crate::settings::GLOB;
use crate::touched::Touched;
use crate::value::{KeyPath, Value};

/// What `build.target` says for the machine that Cargo runs on, and the first Cargo that knows it.
const HOST: &str = "host-tuple";
const KNOWS_HOST: Version = Version::new(1, 91, 0);

/// The profile of the xtask: no change of another profile rebuilds it, and a fresh clone has it soon.
const PROFILE: &[(&str, Pinned)] = &[
    ("inherits", Pinned::Word("release")),
    ("opt-level", Pinned::Number(0)),
    ("debug", Pinned::Flag(false)),
    ("split-debuginfo", Pinned::Word("off")),
    ("strip", Pinned::Word("none")),
    ("debug-assertions", Pinned::Flag(false)),
    ("overflow-checks", Pinned::Flag(false)),
    ("lto", Pinned::Word("off")),
    ("panic", Pinned::Word("unwind")),
    ("incremental", Pinned::Flag(false)),
    ("codegen-units", Pinned::Number(256)),
    ("rpath", Pinned::Flag(false)),
];

/// That of its build scripts and procedural macros.
const OVERRIDE: &[(&str, Pinned)] = &[
    ("opt-level", Pinned::Number(0)),
    ("debug", Pinned::Flag(false)),
    ("strip", Pinned::Word("none")),
    ("codegen-units", Pinned::Number(256)),
];

#[derive(Clone, Copy)]
enum Pinned {
    Word(&'static str),
    Number(i64),
    Flag(bool),
}

impl Pinned {
    fn value(self) -> Value {
        match self {
            Self::Word(word) => word.into(),
            Self::Number(number) => number.into(),
            Self::Flag(flag) => flag.into(),
        }
    }
}

pub(super) fn package(workspace: &Workspace, ground: &Ground<'_>, touched: &mut Touched<'_>) {
    let target = match (in_the_way(workspace), target(workspace, ground.cargo)) {
        (None, Ok(target)) => target,
        (Some(finding), _) | (None, Err(finding)) => return touched.say(*finding),
    };
    for (file, text) in ground.package {
        touched.replace(file, text.clone());
    }
    member(touched);
    exclude(workspace, ground, touched);
    profile(touched);
    alias(workspace, target, touched);
    ignore_lines(workspace, touched);
    hakari(touched);
    unmanaged(ground, touched);
    touched.say(lock_file_grows());
}

/// What keeps a package in `xtask` from being a member that `cargo xtask` runs.
fn in_the_way(workspace: &Workspace) -> Option<Box<Diagnostic>> {
    let manifest = manifest_path();
    let text = workspace.files.get(&manifest).map_or("", String::as_str);
    let path = KeyPath::new(["workspace", "exclude"]);
    let source = parse(text).ok()?;
    let leaf = source.leaf(&path);
    let excluded = match leaf.as_ref().and_then(|leaf| leaf.value.as_ref()) {
        Some(Value::Array(excluded)) => excluded.as_slice(),
        _ => &[],
    };
    let index = excluded
        .iter()
        .position(|one| one.trim_start_matches("./").trim_end_matches('/') == XTASK);
    if let Some(index) = index {
        let spans = source.element_spans(&path);
        let finding = Diagnostic::error(
            "xtask_excluded",
            "`workspace.exclude` keeps a package in `xtask` from being a member",
        );
        let finding = match spans.get(index) {
            Some(span) => finding.with_label(&manifest, span.clone(), "left out here"),
            None => finding,
        };
        return Some(Box::new(finding.with_help(
            "take it out of `exclude`, or use the installed `cargo build-profiles`",
        )));
    }
    workspace.config_ignored.then(|| {
        let finding = Diagnostic::error(
            "config_is_ignored",
            format!("git ignores `{}`", config_there(workspace)),
        );
        Box::new(finding
        .with_note("an alias there would reach nobody else")
        .with_help("take it out of `.gitignore` and commit it, or use the installed `cargo build-profiles`"))
    })
}

/// What lets the xtask be built for the machine that runs it, where the config builds everything for another one.
fn target(workspace: &Workspace, cargo: &Version) -> Result<Option<&'static str>, Box<Diagnostic>> {
    let path = KeyPath::new(["build", "target"]);
    let files = std::iter::once(config_there(workspace))
        .chain(workspace.included.iter().cloned())
        .chain(workspace.parents.iter().cloned());
    let set = files
        .filter_map(|file| {
            let leaf = parse(workspace.files.get(&file)?).ok()?.leaf(&path)?;
            Some((file, leaf))
        })
        .find(|(_, leaf)| leaf.value != Some(HOST.into()));
    let Some((file, leaf)) = set else {
        return Ok(None);
    };
    if *cargo >= KNOWS_HOST {
        return Ok(Some("--target=host-tuple"));
    }
    let finding = Diagnostic::error(
        "xtask_for_another_machine",
        format!("`build.target` of `{file}` would build the xtask for another machine too"),
    )
    .with_label(&file, leaf.span, "everything is built for this")
    .with_note(format!(
        "Cargo {}.{} and newer can be told to build it for the machine that runs it; this is {cargo}",
        KNOWS_HOST.major, KNOWS_HOST.minor
    ))
    .with_help("use the installed `cargo build-profiles` in its place: the commands are the same");
    Err(Box::new(finding))
}

/// The entry in `members`, unless a glob takes the folder in.
fn member(touched: &mut Touched<'_>) {
    let takes = |entry: &str| {
        let entry = entry.trim_start_matches("./").trim_end_matches('/');
        entry == XTASK || Pattern::new(entry).is_ok_and(|glob| glob.matches_with(XTASK, GLOB))
    };
    listed(touched, &manifest_path(), ["workspace", "members"], &takes);
}

/// Adds `xtask` to an array of strings, unless an element says so already.
fn listed(
    touched: &mut Touched<'_>,
    file: &FilePath,
    path: [&str; 2],
    says: &dyn Fn(&str) -> bool,
) {
    let path = KeyPath::new(path);
    let text = touched.text(file).unwrap_or_default();
    let edit = match parse(text)
        .ok()
        .and_then(|source| source.leaf(&path)?.value)
    {
        Some(Value::Array(elements)) if elements.iter().any(|one| says(one)) => return,
        Some(Value::Array(_)) => Edit::Append {
            path: path.clone(),
            element: XTASK.into(),
        },
        _ => Edit::Set {
            path: path.clone(),
            value: Value::Array(vec![XTASK.to_owned()]),
            comment: None,
        },
    };
    touched.edit(file, edit, &format!("add `{XTASK}` to `{path}`"));
}

/// Leaves packages below out of a workspace that begins here: until now they stood for themselves.
fn exclude(workspace: &Workspace, ground: &Ground<'_>, touched: &mut Touched<'_>) {
    let folders = left_out(ground.nested);
    if !becomes_a_workspace(workspace) || folders.is_empty() {
        return;
    }
    let edit = Edit::Set {
        path: KeyPath::new(["workspace", "exclude"]),
        value: Value::Array(folders),
        comment: Some(
            "Packages of their own, as they were before there was a workspace.".to_owned(),
        ),
    };
    touched.edit(&manifest_path(), edit, "write `workspace.exclude`");
}

fn profile(touched: &mut Touched<'_>) {
    let manifest = manifest_path();
    let at = KeyPath::new(["profile", XTASK]);
    let text = touched.text(&manifest).unwrap_or_default();
    if parse(text).is_ok_and(|source| source.table_span(&at).is_some()) {
        return; // Somebody has one already, and may want it so.
    }
    let over = at.join("build-override");
    let all = PROFILE
        .iter()
        .map(|(key, value)| (at.join(*key), value))
        .chain(OVERRIDE.iter().map(|(key, value)| (over.join(*key), value)));
    for (path, value) in all {
        let edit = Edit::Set {
            path,
            value: value.value(),
            comment: None,
        };
        touched.edit(&manifest, edit, "write `[profile.xtask]`");
    }
}

fn alias(workspace: &Workspace, target: Option<&str>, touched: &mut Touched<'_>) {
    let file = config_there(workspace);
    let words = ["run".to_owned(), format!("--profile={XTASK}")]
        .into_iter()
        .chain(target.map(str::to_owned))
        .chain(options())
        .chain([format!("--package={XTASK}"), "--".to_owned()]);
    if touched.text(&file).is_none() {
        touched.replace(&file, String::new());
    }
    let edit = Edit::Set {
        path: KeyPath::new(["alias", XTASK]),
        value: Value::Array(words.collect()),
        comment: Some(
            "Whatever `configure` wrote, the tool that mends it starts: without wrapper, with the plain linker.".to_owned(),
        ),
    };
    touched.edit(&file, edit, "write the alias");
}

/// The lines that keep a machine's own files out of git, before there are any.
fn ignore_lines(workspace: &Workspace, touched: &mut Touched<'_>) {
    for (file, line) in ignore::wanted(&Policy::default(), workspace) {
        let mut text = touched.text(&file).unwrap_or_default().to_owned();
        if !ignore::ignores(&text, &line) {
            ignore::append_line(&mut text, &line);
            touched.replace(&file, text);
        }
    }
}

/// cargo-hakari would make the xtask depend on the workspace-hack, and with it on all that the workspace depends on.
fn hakari(touched: &mut Touched<'_>) {
    let Some(file) = HAKARI
        .map(FilePath::new)
        .into_iter()
        .find(|file| touched.text(file).is_some())
    else {
        return;
    };
    let path = ["traversal-excludes", "workspace-members"];
    listed(touched, &file, path, &|one| one == XTASK);
}

/// A policy that does not know of the profile would speak of it on every run.
fn unmanaged(ground: &Ground<'_>, touched: &mut Touched<'_>) {
    let Some((file, text)) = ground.policy else {
        return;
    };
    let path = KeyPath::new(["profile", XTASK]);
    let knows = policy::parse(file, text).0.is_some_and(|policy| {
        let names = |one: &policy::Profile| one.name.value == XTASK;
        policy.base.profiles.iter().any(names)
            || policy
                .unmanaged
                .iter()
                .any(|one| path.starts_with(&one.path))
    });
    if !knows {
        let edit = Edit::Set {
            path: KeyPath::new(["unmanaged", "profile", XTASK]),
            value: super::UNMANAGED.into(),
            comment: None,
        };
        touched.edit(file, edit, "name `profile.xtask` under `[unmanaged]`");
    }
}
