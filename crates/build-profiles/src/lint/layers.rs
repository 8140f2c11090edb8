//! Which files Cargo reads, and which of two holds.

mod clash;
mod members;
mod names;

use super::{Family, File, Finding, Subject};

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &clash::VALUES_OF_TWO_KINDS,
        &members::CONFIG_OF_MEMBER,
        &members::PROFILE_OF_MEMBER,
        &names::CONFIG_OUTSIDE_OF_REPOSITORY,
        &names::DEPRECATED_CONFIG_NAME,
        &names::LEGACY_CONFIG,
        &names::MISNAMED_CONFIG,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    names::check(subject, found);
    members::check(subject, found);
    clash::check(subject, found);
}

impl Finding {
    /// Points at a file as a whole: at the first line that says something.
    fn of_file(mut self, file: &File, text: &str) -> Self {
        let mut start = 0;
        let mut span = 0..0;
        for line in file.text.split_inclusive('\n') {
            let words = line.trim_start_matches('\u{feff}').trim();
            if !words.is_empty() && !words.starts_with('#') {
                let from = start + line.find(words).unwrap_or(0);
                span = from..from + words.len();
                break;
            }
            start += line.len();
        }
        self.diagnostic = self.diagnostic.with_label(&file.path, span, text);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{files, found};
    use super::super::{Subject, fixed, run};

    const ROOT: &str = "members: one=one two=two\n//- Cargo.toml\n";

    /// The files as they are mended, one behind the other; nothing if nothing is.
    fn mended(fixture: &str) -> String {
        let files = files(fixture);
        let findings = run(&Subject::new(&files, None));
        let (changes, _) = fixed(&files, &findings);
        changes
            .into_iter()
            .filter_map(|change| change.after)
            .collect()
    }

    #[test]
    fn a_profile_goes_to_the_root_whole_or_not_at_all() {
        let one = "//- one/Cargo.toml\n# small\n[profile.release]\nlto = true # slow\n\n[profile.release.package.x]\nopt-level = 1\n";
        assert_eq!(
            mended(&format!("{ROOT}[workspace]\n{one}")),
            "[workspace]\n\n[profile.release]\n# slow\nlto = true\n\n[profile.release.package]\nx = { opt-level = 1 }\n# small\n"
        );
        for other in [
            format!("{ROOT}[profile.release]\nlto = false\n{one}"),
            format!("{ROOT}{one}//- two/Cargo.toml\n[profile.release]\nlto = false\n"),
            format!("{ROOT}//- one/Cargo.toml\n[profile.small]\nlto = true\n"),
        ] {
            assert_eq!(mended(&other), "", "{other}");
        }
        let inherits =
            format!("{ROOT}//- one/Cargo.toml\n[profile.small]\ninherits = \"release\"\n");
        assert!(mended(&inherits).contains("[profile.small]"));
    }

    #[test]
    fn a_config_for_another_machine_stands_in_its_folder() {
        let fixture = |text: &str| format!("{ROOT}//- crates/one/.cargo/config.toml\n{text}");
        for fine in [
            "[build]\ntarget = \"wasm32-wasip1\"\nrustflags = [\"-g\"]\n",
            "[target.wasm32-unknown-unknown]\nrunner = \"wasm-bindgen-test-runner\"\n",
            "[target.thumbv7em-none-eabi]\nrustflags = [\"-g\"]\n",
            "[alias]\nx = \"run\"\n",
            "# nothing\n",
        ] {
            assert_eq!(found(&fixture(fine)), [""; 0], "{fine}");
        }
        assert_eq!(found(&fixture("[env]\nURL = \"x\"\n")).len(), 1);
    }

    #[test]
    fn kinds_that_can_be_joined() {
        let fixture = |one: &str, two: &str| {
            format!("//- .cargo/config.toml\n{one}\n//- .cargo/more.toml\n{two}\n")
        };
        for (one, two) in [
            ("env.A = \"1\"", "env.A = { value = \"2\", force = true }"),
            ("alias.a = \"run\"", "alias.a = [\"run\"]"),
            ("build.target = \"x\"", "build.target = [\"x\"]"),
        ] {
            let found = found(&fixture(one, two));
            assert!(
                found
                    .iter()
                    .any(|one| one.starts_with("values_of_two_kinds")),
                "{found:?}"
            );
        }
        for (one, two) in [
            ("env.A = \"1\"", "env.A = \"2\""),
            ("profile.dev.debug = 1", "profile.dev.debug = \"limited\""),
            ("include = [\"a.toml\"]", "[[include]]\npath = \"b.toml\""),
        ] {
            assert_eq!(found(&fixture(one, two)), [""; 0]);
        }
    }
}
