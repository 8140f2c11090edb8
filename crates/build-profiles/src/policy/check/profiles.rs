//! Profiles: overrides that overlap, panic strategies that do not do what they say.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, FilePath};
use crate::policy::source::Reader;
use crate::policy::{Body, PackageOverride, Profile, Selector, Spanned, inherits, packages};

use super::{Subject, push};

pub(super) fn check(reader: &mut Reader<'_>, subject: &Subject<'_>) {
    for profile in &subject.body.profiles {
        overlap(reader, subject.body, profile);
        panic(reader, subject.body, profile);
    }
}

/// `syn` beside `syn@1`, in one profile or inherited: Cargo stops if a package matches both.
fn overlap(reader: &mut Reader<'_>, body: &Body, profile: &Profile) {
    let name = profile.name.value.as_str();
    let inherited: Vec<&PackageOverride> = inherits::chain(body, name)
        .into_iter()
        .skip(1)
        .filter_map(|parent| body.profiles.iter().find(|p| p.name.value == parent))
        .flat_map(|parent| &parent.packages)
        .collect();
    for (index, package) in profile.packages.iter().enumerate() {
        let Selector::Spec(spec) = &package.selector.value else {
            continue;
        };
        let others = profile.packages[..index]
            .iter()
            .chain(inherited.iter().copied());
        for other in others {
            let Selector::Spec(other_spec) = &other.selector.value else {
                continue;
            };
            if spec == other_spec || !packages::overlap(spec, other_spec) {
                continue;
            }
            let found = Diagnostic::error(
                "overlapping_overrides",
                format!("`{spec}` and `{other_spec}` can be one package"),
            )
            .with_label(reader.file, package.selector.span.clone(), "one override")
            .with_label(
                reader.file,
                other.selector.span.clone(),
                "another for the same package",
            )
            .with_note(format!(
                "Cargo stops with: multiple package overrides in profile `{name}` match package"
            ))
            .with_help("give each a version that no other has, or keep one");
            push(reader, found);
        }
    }
}

/// `panic` where it is ignored, or compiles everything twice.
fn panic(reader: &mut Reader<'_>, body: &Body, profile: &Profile) {
    let Some(entry) = profile
        .settings
        .iter()
        .find(|entry| entry.key.name == "panic")
    else {
        return;
    };
    let name = profile.name.value.as_str();
    let Spanned { value, span } = &entry.value;
    let is_tested = name == "dev" || inherits::chain(body, name).contains(&"test");
    let found = if matches!(name, "test" | "bench") {
        panic_ignored(name, reader.file, span)
            .with_note("tests and benches always unwind: the harness catches their panics")
            .with_help("remove it")
    } else if *value == "abort".into() && is_tested {
        panic_abort_in_dev(name, reader.file, span)
            .with_note("every dependency is compiled once to abort and once, for the tests, to unwind: a real workspace went from 1632 to 919 compilations without it")
            .with_help("set it in `release`, or in a profile that no test is built with")
    } else {
        return;
    };
    push(reader, found);
}

/// The finding about `panic` in the profile test or bench.
pub(crate) fn panic_ignored(name: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::warning(
        "panic_ignored",
        format!("Cargo ignores `panic` in the profile `{name}`"),
    )
    .with_label(file, span.clone(), "no effect")
}

/// The finding about `panic = "abort"` in a profile that tests are built with.
pub(crate) fn panic_abort_in_dev(name: &str, file: &FilePath, span: &Range<usize>) -> Diagnostic {
    Diagnostic::warning(
        "panic_abort_in_dev",
        format!("with `panic = \"abort\"` in `{name}` builds and tests share no dependency"),
    )
    .with_label(file, span.clone(), "tests unwind")
}
