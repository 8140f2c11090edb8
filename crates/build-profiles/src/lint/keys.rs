//! Keys and tables that Cargo does not know, or not where they stand.

mod names;
mod places;
mod target;
mod gates;
mod include;
mod paths;

use super::{Family, Finding, Subject};

const CONFIG: &str = "https://doc.rust-lang.org/cargo/reference/config.html";
const PROFILES: &str = "https://doc.rust-lang.org/cargo/reference/profiles.html";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &gates::BUILD_WARNINGS_IGNORED,
        &gates::INCLUDE_TOO_NEW,
        &gates::RUSTDOCFLAGS_OF_CFG,
        &gates::UNSTABLE_ON_STABLE,
        &include::INCLUDE_BELOW_TABLE,
        &include::INCLUDE_REFUSED,
        &names::MISSPELLED_KEY,
        &names::MISSPELLED_TABLE,
        &names::UNKNOWN_SETTING,
        &paths::BACKSLASH_IN_PATH,
        &paths::PATH_NOT_EXPANDED,
        &places::CONFIG_IN_MANIFEST,
        &places::KEY_IN_WRONG_TABLE,
        &places::KEY_WITHOUT_TABLE,
        &places::MANIFEST_IN_CONFIG,
        &target::TARGET_WITHOUT_TRIPLE,
        &target::UNKNOWN_TARGET_KEY,
        &target::UNKNOWN_TARGET_TABLE,
    ],
    check,
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    names::check(subject, found);
    places::check(subject, found);
    target::check(subject, found);
    gates::check(subject, found);
    include::check(subject, found);
    paths::check(subject, found);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_config as check, files, found};
    use super::super::{Subject, fixed, run};

    fn mended(fixture: &str) -> Vec<String> {
        let files = files(fixture);
        let findings = run(&Subject::new(&files, None));
        let (changes, _) = fixed(&files, &findings);
        changes
            .into_iter()
            .filter_map(|change| change.after)
            .collect()
    }

    #[test]
    fn keys_of_every_spelling() {
        check("build.rustc_wrapper = \"x\"\n", &["misspelled_key"]);
        check("build = { rust-flags = [] }\n", &["misspelled_key"]);
        check("[net]\ngit_fetch_with_cli = true\n", &["misspelled_key"]);
        check(
            "[profile.dev.build_override]\nopt-level = 1\n",
            &["misspelled_key"],
        );
        check(
            "[profile.dev.packages.x]\nopt-level = 1\n",
            &["misspelled_key"],
        );
        check(
            "[profile.dev.package.x]\nopt_level = 1\n",
            &["misspelled_key"],
        );
        check("[build]\nspeed = 1\n", &["unknown_setting"]);
        check("[net]\nspeed = 1\n[term]\nwidth = 2\n", &[]);
        check(
            "[build]\nsbom = true\nanalysis.enabled = true\nbuild-dir = \"x\"\n",
            &[],
        );
        check(
            "[profile.dev]\nhint-mostly-unused = true\ntrim-paths = \"all\"\n",
            &[],
        );
    }

    #[test]
    fn tables_of_other_tools_are_theirs() {
        check(
            "[bundle]\nx = 1\n[xtask]\nx = 1\n[dev]\nport = 8080\n[test]\nx = 1\n[rust]\nedition = 1\n[toolchain]\nchannel = \"x\"\n",
            &[],
        );
        check("name = \"x\"\nversion = 1\ntimeout = 3\n", &[]);
        check("[bench]\nrustflags = [\"-g\"]\n", &["misspelled_table"]);
        check("[\"profile.dev\"]\nopt-level = 1\n", &["misspelled_table"]);
        check("[Profile.dev]\nopt-level = 1\n", &["misspelled_table"]);
        check(
            "[host]\nlinker = \"x\"\n[cargo-new]\nvcs = \"none\"\n[cache]\nx = 1\n",
            &[],
        );
    }

    #[test]
    fn keys_that_stand_elsewhere() {
        check(
            "[build]\nlinker = \"x\"\nopt-level = 1\n",
            &["key_in_wrong_table", "key_in_wrong_table"],
        );
        check(
            "[build.profile.dev]\nopt-level = 1\n",
            &["key_in_wrong_table"],
        );
        check("[profile]\nopt-level = 1\n", &["key_in_wrong_table"]);
        check(
            "[profile.debug]\ninherits = \"dev\"\n",
            &["reserved_profile_name"],
        );
        check(
            "[profile.dev]\nrustc-wrapper = \"x\"\n",
            &["key_in_wrong_table"],
        );
        check(
            "opt-level = 3\nlinker = \"x\"\n",
            &["key_without_table", "key_without_table"],
        );
        check("target_dir = \"x\"\n", &["key_without_table"]);
        assert_eq!(
            found("//- Cargo.toml\n[workspace.profile.dev]\nopt-level = 1\n"),
            ["key_in_wrong_table: `workspace.profile` is no key of `[workspace]`"]
        );
    }

    #[test]
    fn what_stands_below_a_target() {
        check(
            "[target.thumbv7em-none-eabi]\nlinkr = \"x\"\n",
            &["unknown_target_key"],
        );
        check(
            "[target.'cfg(unix)']\nincremental = false\n",
            &["unknown_target_key"],
        );
        check(
            "[target.x86_64-pc-windows-msvc]\nar = \"x\"\nlinker = \"y\"\n",
            &[],
        );
        check(
            "[target.x86_64-pc-windows-msvc.rustflgs]\nx = \"1\"\n",
            &["unknown_target_table"],
        );
        // A package with `links = "env"`, and one with metadata of its own.
        check(
            "[target.x86_64-pc-windows-msvc.env]\nrustc-link-lib = [\"env\"]\n",
            &[],
        );
        check("[target.x86_64-pc-windows-msvc.z]\nroot = \"/x\"\n", &[]);
    }

    #[test]
    fn a_nightly_is_left_alone() {
        let nightly = "//- rust-toolchain\nnightly-2026-01-01\n";
        let config = "//- .cargo/config.toml\n[unstable]\nbuild-std = [\"core\"]\n[build]\nwarnings = \"deny\"\nspeed = 1\n";
        assert!(found(&format!("{nightly}{config}")).is_empty());
        let empty =
            "//- rust-toolchain\n1.95\n//- .cargo/config.toml\n[unstable]\n#build-std = []\n";
        assert!(found(empty).is_empty());
    }

    #[test]
    fn includes() {
        check("include = [\"a.toml\", { path = \"b.toml\" }]\n", &[]);
        check("[[include]]\npath = \"b.tml\"\n", &["include_refused"]);
        check("include = [\"env/*.toml\"]\n", &["include_refused"]);
        check("[alias]\ninclude = [\"run\", \"--bin\"]\n", &[]);
        check("[my-tool]\ninclude = [\"a.toml\"]\n", &[]);
    }

    #[test]
    fn paths() {
        check(
            "[build]\ntarget-dir = \"~/out\"\nbuild-dir = \"$HOME/out\"\n",
            &["path_not_expanded", "path_not_expanded"],
        );
        check(
            "[build]\nbuild-dir = \"{cargo-cache-home}/x\"\ntarget-dir = \"a{b}\"\n",
            &[],
        );
        check(
            "[target.x86_64-pc-windows-msvc]\nlinker = \"tools\\bin\\new\"\n",
            &["backslash_in_path"],
        );
        check(
            "[target.x86_64-pc-windows-msvc]\nlinker = \"tools\\\\bin\"\n",
            &[],
        );
        check("[env]\nTEXT = \"a:\\tb\"\n", &["backslash_in_path"]);
        check("[env]\nTEXT = \"one:\\ttwo\"\n", &[]);
    }

    #[test]
    fn what_is_moved_keeps_its_comments() {
        assert_eq!(
            mended(
                "//- .cargo/config.toml\npaths = []\n# fast\ntarget-dir = \"x\" # very\n\n[build] # all\njobs = 2\n"
            ),
            ["paths = []\n\n[build] # all\njobs = 2\n# fast\n# very\ntarget-dir = \"x\"\n"]
        );
        assert_eq!(
            mended(
                "//- .cargo/config.toml\n# ours\n[profiles.dev]\nopt-level = 1 # why\n\n[profiles.release]\nlto = true\n"
            ),
            ["# ours\n[profile.dev]\nopt-level = 1 # why\n\n[profile.release]\nlto = true\n"]
        );
        // A key of that name is there already.
        assert!(
            mended("//- .cargo/config.toml\n[build]\njobs = 1\n[builds]\njobs = 2\n").is_empty()
        );
    }
}
