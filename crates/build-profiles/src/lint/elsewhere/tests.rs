//! Spellings, and what looks like a mistake and is none.

use crate::lint::tests::found;

/// A config with flags for everybody, and a workflow.
fn with_flags(workflow: &str) -> Vec<String> {
    with("[build]\nrustflags = [\"--cfg=ours\"]\n", workflow)
}

fn with(config: &str, workflow: &str) -> Vec<String> {
    found(&format!(
        "//- .cargo/config.toml\n{config}\n//- .github/workflows/ci.yml\n{workflow}"
    ))
}

/// A job on Linux with these lines, six spaces deep, as its steps.
fn steps(lines: &str) -> String {
    format!("jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{lines}")
}

#[track_caller]
fn check(found: &[String], expected: &[&str]) {
    let names: Vec<&str> = found
        .iter()
        .filter_map(|one| one.split(':').next())
        // What is allowed unless somebody asks for it is none of this family.
        .filter(|name| crate::lint::lint(name).is_some_and(|lint| lint.level.is_some()))
        .collect();
    assert_eq!(names, expected, "{found:?}");
}

#[test]
fn rustflags_are_seen_wherever_they_are_set() {
    for lines in [
        "      - run: cargo test\n        env:\n          RUSTFLAGS: \"\"\n",
        "      - run: RUSTFLAGS='-D warnings' cargo test\n",
        "      - run: |\n          export RUSTFLAGS=-Dwarnings\n          cargo test\n",
        "      - run: echo RUSTFLAGS=-Dwarnings >> $GITHUB_ENV\n      - run: cargo test\n",
        "      - run: cargo test\n        env: { CARGO_ENCODED_RUSTFLAGS: -Dwarnings }\n",
        "      - run: cargo test\n        env:\n          RUSTFLAGS: ${{ matrix.flags }}\n",
        "      - run: cargo test\n        env:\n          CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS: -Dwarnings\n",
    ] {
        check(&with_flags(&steps(lines)), &["rustflags_replaced"]);
    }
    let flags = "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n";
    for file in [
        "//- .gitlab-ci.yml\nvariables: { RUSTFLAGS: -Dwarnings }\ntest: { script: [cargo test] }\n",
        "//- .gitlab-ci.yml\ntest:\n  script:\n    - export RUSTFLAGS=-Dwarnings\n    - cargo test\n",
        "//- Dockerfile\nFROM rust\nCOPY . .\nENV RUSTFLAGS=-Dwarnings\nRUN cargo build\n",
        "//- docker/Dockerfile\nFROM rust\nCOPY . .\nRUN RUSTFLAGS=-Dwarnings \\\n  cargo build\n",
        "//- .envrc\nexport RUSTFLAGS=-Dwarnings\n",
        "//- .vscode/settings.json\n{ // é\n\t\"rust-analyzer.cargo.extraEnv\": { \"RUSTFLAGS\": \"-Dwarnings\", },\n}\n",
    ] {
        let all = found(&format!("{flags}\n{file}"));
        assert!(!all.is_empty(), "{file}");
        check(&all, &["rustflags_replaced"]);
    }
    check(
        &found(&format!("variable: RUSTFLAGS=-Dwarnings\n{flags}")),
        &["rustflags_replaced"],
    );
}

#[test]
fn rustflags_that_take_nothing_away_are_none_of_our_business() {
    for lines in [
        // It holds what is configured.
        "      - run: cargo test\n        env: { RUSTFLAGS: '-Dwarnings --cfg ours' }\n",
        "      - run: RUSTFLAGS=\"$RUSTFLAGS --cfg ours\" cargo test\n",
        // Nobody knows what it holds.
        "      - run: cargo test\n        env:\n          RUSTFLAGS: ${{ inputs.flags }}\n",
        "      - run: cargo test\n        env:\n          RUSTFLAGS: ${{ matrix.flags || '--cfg ours' }}\n",
        "      - run: RUSTFLAGS=$(cat flags) cargo test\n",
        // Nothing is built with it, or not in the workspace.
        "      - run: cargo fmt --check\n        env: { RUSTFLAGS: -Dwarnings }\n",
        "      - run: cargo install taplo-cli\n        env: { RUSTFLAGS: -Dwarnings }\n",
        "      - uses: taiki-e/install-action@v2\n        env: { RUSTFLAGS: -Dwarnings }\n      - run: cargo test\n",
        "      - if: false\n        run: cargo test\n        env: { RUSTFLAGS: -Dwarnings }\n",
        // It is no variable of Cargo's, or of nobody.
        "      - run: cargo test\n        env: { MY_RUSTFLAGS: -Dwarnings }\n",
        "      - run: RUSTFLAGS=-Dwarnings\n      - run: cargo test\n",
        "      # RUSTFLAGS: -Dwarnings\n      - run: cargo test # RUSTFLAGS=-Dwarnings cargo\n",
    ] {
        check(&with_flags(&steps(lines)), &[]);
    }
    let flags = "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg=ours\"]\n";
    for file in [
        // The config is not in the image.
        "//- Dockerfile\nFROM rust\nENV RUSTFLAGS=-Dwarnings\nRUN cargo install x --path y\n",
        "//- Dockerfile\nFROM rust\nARG RUSTFLAGS\nCOPY . .\nRUN cargo build\n",
        // Made for the workflows of others.
        "//- action.yml\nruns:\n  using: composite\n  steps:\n    - run: RUSTFLAGS=-Dwarnings cargo test\n",
        "//- .vscode/settings.json\n{ \"rust-analyzer.cargo.extraEnv\": { \"RUSTFLAGS\": null } }\n",
    ] {
        check(&found(&format!("{flags}\n{file}")), &[]);
    }
}

#[test]
fn flags_of_targets_that_are_not_built_are_not_missed() {
    let workflow = |runs_on: &str| {
        format!(
            "env: {{ RUSTFLAGS: -Dwarnings }}\njobs:\n  test:\n    runs-on: {runs_on}\n    strategy:\n      matrix:\n        os: [ubuntu-latest, windows-2022]\n    steps:\n      - run: cargo test\n"
        )
    };
    let windows = "[target.'cfg(windows)']\nrustflags = [\"-Ctarget-feature=+crt-static\"]\n";
    check(&with(windows, &workflow("ubuntu-latest")), &[]);
    check(&with(windows, &workflow("[self-hosted, linux]")), &[]);
    check(
        &with(windows, &workflow("${{ matrix.os }}")),
        &["rustflags_replaced"],
    );
    check(
        &with(windows, &workflow("windows-latest")),
        &["rustflags_replaced"],
    );
    let wasm = "[target.wasm32-unknown-unknown]\nrustflags = [\"--cfg=ours\"]\n";
    check(&with(wasm, &workflow("${{ matrix.os }}")), &[]);
    let job =
        steps("      - run: RUSTFLAGS=-Dwarnings cargo build --target wasm32-unknown-unknown\n");
    check(&with(wasm, &job), &["rustflags_replaced"]);
    let other = steps(
        "      - run: RUSTFLAGS=-Dwarnings cargo build --target x86_64-unknown-linux-gnu\n      - run: cargo build --target wasm32-unknown-unknown\n",
    );
    check(&with(wasm, &other), &[]);
    let step = "jobs:\n  test:\n    runs-on: ${{ matrix.os }}\n    strategy:\n      matrix:\n        include: [{ os: ubuntu-latest }, { os: windows-latest }]\n    steps:\n      - run: cargo test\n        if: runner.os == 'Linux'\n        env: { RUSTFLAGS: -Dwarnings }\n";
    check(&with(windows, step), &[]);
}

#[test]
fn a_setup_action_yields_to_what_is_set() {
    let action = "      - uses: actions-rust-lang/setup-rust-toolchain@v1\n";
    let test = "      - run: cargo test\n";
    check(
        &with_flags(&steps(&format!("{action}{test}"))),
        &["setup_action_sets_rustflags"],
    );
    for lines in [
        format!("{action}        with: {{ rustflags: '' }}\n{test}"),
        format!("{action}        with: {{ rustflags: --cfg=ours }}\n{test}"),
        format!("{action}        with:\n          rustflags: ${{{{ inputs.flags }}}}\n{test}"),
        format!("{action}        env: {{ RUSTFLAGS: --cfg=ours }}\n{test}"),
        format!("      - run: echo RUSTFLAGS=--cfg=ours >> $GITHUB_ENV\n{action}{test}"),
        format!("{action}      - run: cargo fmt\n"),
        format!("      - uses: dtolnay/rust-toolchain@stable\n{test}"),
    ] {
        check(&with_flags(&steps(&lines)), &[]);
    }
    let opaque = format!(
        "env: &env {{ A: 1 }}\n{}",
        steps(&format!("{action}{test}"))
    )
    .replace("    steps:", "    env: *env\n    steps:");
    check(&with_flags(&opaque), &[]);
    // What it takes away need not stand in a file.
    let own = steps(&format!(
        "{action}{test}        env: {{ CARGO_BUILD_RUSTFLAGS: --cfg=theirs }}\n"
    ));
    check(
        &found(&format!("//- .github/workflows/ci.yml\n{own}")),
        &["rustflags_variable_dropped"],
    );
    let before = steps(&format!(
        "{test}        env: {{ CARGO_BUILD_RUSTFLAGS: --cfg=theirs }}\n{action}{test}"
    ));
    check(
        &found(&format!("//- .github/workflows/ci.yml\n{before}")),
        &[],
    );
}

#[test]
fn an_action_of_the_repository_is_judged_where_it_is_used() {
    let action = "//- .github/actions/setup/action.yml\nruns:\n  using: composite\n  steps:\n    - uses: actions-rust-lang/setup-rust-toolchain@v1\n";
    let windows = "//- .cargo/config.toml\n[target.'cfg(windows)']\nrustflags = [\"--cfg=ours\"]\n";
    let used = |runs_on: &str| {
        format!(
            "{windows}\n{action}\n//- .github/workflows/ci.yml\njobs:\n  test:\n    runs-on: {runs_on}\n    steps:\n      - uses: ./.github/actions/setup\n      - run: cargo test\n"
        )
    };
    check(
        &found(&used("windows-latest")),
        &["setup_action_sets_rustflags"],
    );
    check(&found(&used("ubuntu-latest")), &[]);
    check(&found(&format!("{windows}\n{action}")), &[]);
}

#[test]
fn what_a_linker_has_to_do_with_it_is_said() {
    let config = "[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]\n";
    let workflow = steps("      - run: RUSTFLAGS=-Dwarnings cargo test\n");
    let fixture =
        format!("//- .cargo/config.toml\n{config}\n//- .github/workflows/ci.yml\n{workflow}");
    let files = crate::lint::tests::files(&fixture);
    let found = crate::lint::run(&crate::lint::Subject::new(&files, None));
    let mine = found
        .iter()
        .find(|one| one.lint.name == "rustflags_replaced")
        .expect("it is there");
    let notes = mine.diagnostic.notes.join("\n");
    assert!(
        notes.contains("`clang`, which stays, links with GNU ld"),
        "{notes}"
    );
    let label = &mine.diagnostic.labels[0];
    let text = &files.files[1].text[label.span.clone()];
    assert_eq!(text, "RUSTFLAGS=-Dwarnings");
}

#[test]
fn names_are_cargos_or_they_are_not() {
    let set = |name: &str| {
        let env = format!("//- .envrc\nexport {name}=1\n");
        found(&env)
            .iter()
            .any(|one| one.starts_with("variable_means_nothing"))
    };
    for slip in [
        "RUST_FLAGS",
        "CARGO_BUILD_DIR",
        "CARGO_BUILD_RUSTCWRAPPER",
        "CARGO_PROFILE_RELEASE_CODEGENUNITS",
        "CARGO_PROFILE_DEV_PACKAGE_SERDE_OPT_LEVEL",
        "CARGO_PROFILE_DEBUG_OPT_LEVEL",
        "cargo_profile_dev_debug",
        "CARGO_TARGET_x86_64_unknown_linux_gnu_LINKER",
        "CARGO_TARGET_X86_64_LINUX_GNU_LINKER",
    ] {
        assert!(set(slip), "{slip}");
    }
    for right in [
        "RUSTFLAGS",
        "CARGO_BUILD_BUILD_DIR",
        "CARGO_BUILD_FLAGS",
        "CARGO_PROFILE",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS",
        "CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL",
        "CARGO_PROFILE_MINE_WHATEVER",
        "CARGO_TARGET_MY_BOARD_LINKER",
        "CARGO_TARGET_DIR",
        "CARGO_ARGS",
        "RUST_PROFILE",
        "rustflags_extra",
    ] {
        assert!(!set(right), "{right}");
    }
    // Cargo looks for the variables of overrides that a config file has, and not for those of the manifest's.
    let beside = |file: &str| {
        found(&format!(
            "//- {file}\n[profile.dev.package.serde]\ndebug = 1\n//- .envrc\nexport CARGO_PROFILE_DEV_PACKAGE_serde_OPT_LEVEL=1\nexport CARGO_PROFILE_DEV_PACKAGE_SERDE_DEBUG=1\n"
        ))
    };
    check(&beside(".cargo/config.toml"), &[]);
    check(&beside("Cargo.toml"), &["variable_means_nothing"; 2]);
    // Somebody reads it.
    check(
        &found("//- .envrc\nexport CARGO_BUILD_DIR=x\nmake -C $CARGO_BUILD_DIR\n"),
        &[],
    );
}

#[test]
fn values_are_taken_or_they_are_not() {
    let set = |variable: &str| {
        let env = format!("//- .envrc\nexport {variable}\n");
        found(&env)
            .iter()
            .any(|one| one.starts_with("variable_refused"))
    };
    for wrong in [
        "CARGO_BUILD_INCREMENTAL=1",
        "CARGO_BUILD_JOBS=0",
        "CARGO_PROFILE_TEST_DEBUG=line_tables_only",
        "CARGO_PROFILE_DEV_OVERFLOW_CHECKS=on",
        "CARGO_PROFILE_RELEASE_LTO=1",
        "CARGO_TARGET_DIR=",
    ] {
        assert!(set(wrong), "{wrong}");
    }
    for right in [
        "CARGO_BUILD_INCREMENTAL=false",
        "CARGO_BUILD_JOBS=-2",
        "CARGO_BUILD_JOBS=$(nproc)",
        "CARGO_PROFILE_TEST_DEBUG=line-tables-only",
        "CARGO_PROFILE_RELEASE_LTO=thin",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL=s",
        // Nobody knows whether it is built.
        "CARGO_PROFILE_CI_INCREMENTAL=0",
    ] {
        assert!(!set(right), "{right}");
    }
}

#[test]
fn sccache_and_incremental_meet_in_one_scope() {
    let job = |env: &str, steps: &str| {
        format!(
            "//- .github/workflows/ci.yml\nenv: {{ {env} }}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
        )
    };
    let test = "      - run: cargo test\n";
    let both = "RUSTC_WRAPPER: sccache, CARGO_INCREMENTAL: 1";
    check(
        &found(&job(both, test)),
        &["incremental_variable_with_cache"],
    );
    let later = format!("      - run: echo RUSTC_WRAPPER=/usr/bin/sccache >> $GITHUB_ENV\n{test}");
    check(
        &found(&job("CARGO_INCREMENTAL: 1", &later)),
        &["incremental_variable_with_cache"],
    );
    // An action takes the one away, or the step the other.
    let cached = format!("      - uses: Swatinem/rust-cache@v2\n{test}");
    check(&found(&job(both, &cached)), &[]);
    let off = "      - run: CARGO_INCREMENTAL=1 RUSTC_WRAPPER= cargo test\n";
    check(&found(&job("RUSTC_WRAPPER: sccache", off)), &[]);
    check(
        &found(&job("CARGO_INCREMENTAL: 1, RUSTC_WRAPPER: cachepot", test)),
        &[],
    );
}

#[test]
fn the_same_value_is_not_said_again() {
    let manifest = "//- Cargo.toml\n[profile.dev]\ndebug = \"limited\"\n[profile.my-ci]\ninherits = \"dev\"\nlto = \"off\"\n";
    let env = |variable: &str| found(&format!("{manifest}\n//- .envrc\nexport {variable}\n"));
    check(&env("CARGO_PROFILE_DEV_DEBUG=1"), &[]);
    check(&env("CARGO_PROFILE_DEV_DEBUG=$X"), &[]);
    check(&env("CARGO_PROFILE_DEV_OPT_LEVEL=1"), &[]);
    check(&env("CARGO_PROFILE_DEV_DEBUG=0"), &["set_again_elsewhere"]);
    check(
        &env("CARGO_PROFILE_MY_CI_LTO=false"),
        &["set_again_elsewhere"],
    );
    let config = "//- .cargo/config.toml\n[build]\nincremental = false\n[env]\nA = \"1\"\nB = { value = \"b\", relative = true }\n";
    let env = |variable: &str| found(&format!("{config}\n//- .envrc\nexport {variable}\n"));
    check(&env("CARGO_INCREMENTAL=0"), &[]);
    check(&env("CARGO_INCREMENTAL=1"), &["set_again_elsewhere"]);
    check(&env("A=1 B=/b"), &[]);
    check(&env("A=2"), &["env_replaced_elsewhere"]);
}

#[test]
fn many_places_make_one_finding() {
    let job = |name: &str| {
        format!(
            "  {name}:\n    runs-on: ubuntu-latest\n    env: {{ RUSTFLAGS: -Dwarnings }}\n    steps:\n      - run: cargo test\n"
        )
    };
    let jobs: String = (0..9).map(|number| job(&format!("job{number}"))).collect();
    check(
        &with_flags(&format!("jobs:\n{jobs}")),
        &["rustflags_replaced"],
    );
    // What stands within another takes nothing more away.
    let within = format!("env: {{ RUSTFLAGS: '' }}\njobs:\n{jobs}");
    check(&with_flags(&within), &["rustflags_replaced"]);
}

#[test]
fn hostile_files_end_and_are_named() {
    let mut files = crate::lint::tests::files("//- .github/workflows/ci.yml\n");
    for text in [
        format!("jobs: {}{}", "[".repeat(100), "]".repeat(100)),
        "- a\n".repeat(200_000),
        format!(
            "env:\n{}",
            (0..50_000)
                .map(|n| format!("  RUSTFLAGS{n}: x\n"))
                .collect::<String>()
        ),
    ] {
        files.files[0].text = text;
        assert!(crate::lint::run(&crate::lint::Subject::new(&files, None)).is_empty());
        let named = crate::lint::Subject::new(&files, None).too_large();
        let named: Vec<_> = named
            .iter()
            .map(|one| (one.code, one.labels.len()))
            .collect();
        assert_eq!(named, [("file_too_large", 0)]);
    }
    // As much as is read, and the worst of it.
    let steps: String = (0..5000)
        .map(|n| format!("      - run: RUSTFLAGS=-C{n} cargo test\n"))
        .collect();
    let found = with_flags(&format!("jobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"));
    assert!(!found.is_empty());
}
