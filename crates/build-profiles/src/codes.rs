//! Every code of our diagnostics, for the reference and for whoever filters by them.

/// Code and meaning, sorted by code.
pub static CODES: &[(&str, &str)] = &[
    (
        "also_set_above",
        "a Cargo config in a folder above the workspace sets what the policy sets",
    ),
    (
        "ambiguous_linker",
        "two lines of `[linker]` with equally exact keys match one target",
    ),
    (
        "budget_not_measured",
        "a line of `[budget]` whose scenario or layer was not measured",
    ),
    (
        "budget_undecided",
        "a measurement that can't tell whether a line of `[budget]` holds",
    ),
    (
        "busy_machine",
        "something else runs on the machine that is measured",
    ),
    (
        "cache_died_meanwhile",
        "the compiler cache died during a build that was timed; its sample does not count",
    ),
    (
        "cache_does_not_store",
        "the running cache server could not store what was compiled",
    ),
    (
        "cache_folder_not_writable",
        "the folder of a local cache cannot be written",
    ),
    (
        "cache_for_everybody",
        "a compile cache is committed as raw `rustc-wrapper`: a machine without it cannot build",
    ),
    (
        "cache_may_be_missing",
        "an environment has a cache and `if-missing` is not `\"error\"` there",
    ),
    (
        "cache_missing",
        "the cache does not work on this machine and the policy refuses to do without",
    ),
    (
        "cache_never_hits",
        "a cache that has seen everything serves nothing",
    ),
    (
        "cache_passed_over",
        "the cache does not work on this machine",
    ),
    ("cache_server_down", "no cache server runs"),
    (
        "cache_server_elsewhere",
        "the running cache server uses another storage than the build asks for",
    ),
    (
        "cache_server_mute",
        "a process on the cache server's port that does not answer",
    ),
    (
        "cache_server_of_cargo_alone",
        "`[env]` names a cache server that a shell does not find",
    ),
    (
        "cache_server_other_size",
        "the running cache server has another limit than the build asks for",
    ),
    (
        "cache_server_other_version",
        "the running cache server is of another release than the program",
    ),
    (
        "cache_storage_unreachable",
        "the cache's remote storage can't be reached",
    ),
    (
        "cannot_adopt",
        "a setting can't be written into the policy without damage",
    ),
    ("cannot_edit", "a file can't be edited without damage"),
    (
        "cargo_below_the_floor",
        "this machine's Cargo is older than the policy's `toolchain`",
    ),
    (
        "cargo_does_not_answer",
        "Cargo stops at a file of the workspace; the lints looked at the rest",
    ),
    (
        "cfg_matches_nothing",
        "a `cfg(...)` that no target of rustc matches",
    ),
    (
        "cfg_never_decides",
        "a `cfg(...)` asks what Cargo cannot know when it reads its config",
    ),
    (
        "choice_in_environment",
        "an environment lists more than one linker, and nothing is tried there",
    ),
    (
        "ci_without_xtask",
        "`init --ci` in a workspace without an xtask",
    ),
    (
        "compilations_not_known",
        "Cargo does not say what a test build compiles, so suggestions are judged by less",
    ),
    (
        "config_is_ignored",
        "git ignores the Cargo config that the policy writes",
    ),
    (
        "config_not_taken",
        "`init` left a config file out: git ignores it, or other workspaces read it too",
    ),
    (
        "copies_in_memory",
        "the copies that are measured stand in memory and not on a disk",
    ),
    (
        "credential_in_config",
        "a credential of the cache stands in a file that everybody reads",
    ),
    (
        "credential_in_policy",
        "a password, a token or a user name in `[cache.storage]`",
    ),
    (
        "declared_elsewhere",
        "a file that the Cargo config includes sets what the policy sets",
    ),
    ("deprecated_linker", "gold is deprecated"),
    ("doc_profile", "the profile `doc` has no effect"),
    ("doctests_fail", "a doctest fails"),
    (
        "driver_switches_lld_off",
        "a raw `linker` called gcc or clang switches the default LLD off",
    ),
    (
        "ejected_uncommitted",
        "`eject` would delete a file that no commit has as it stands",
    ),
    (
        "ejected_unwritten",
        "`eject` would lose what the policy says and the files do not",
    ),
    (
        "empty_command",
        "a command of `[measure.commands]` without a program",
    ),
    ("empty_linker_list", "a line of `[linker]` without a linker"),
    ("empty_set", "a set that takes in nothing"),
    (
        "env_configures_nothing",
        "a variable under `[env]` was meant to configure Cargo, which never reads it there",
    ),
    (
        "environments_stay",
        "after `eject` the files of environments stay, with the `include` that puts them in force",
    ),
    (
        "fails_in_one_variant",
        "a scenario fails with some layers and not with Cargo's defaults",
    ),
    (
        "fails_with_one_runner",
        "a test fails with one runner and passes with the other",
    ),
    (
        "fewer_rounds",
        "fewer rounds than asked for fit into `--time-budget`",
    ),
    (
        "file_too_large",
        "a file that is larger than anybody writes: it was not read, or not looked at",
    ),
    ("flag_with_space", "two words in one string of rustflags"),
    (
        "flags_at_two_levels",
        "`build.rustflags` is dropped for a target with flags of its own",
    ),
    ("flaky_tests", "a test passed only when it was tried again"),
    (
        "include_below_rust_version",
        "a member declares a `rust-version` that can't read the config's `include`",
    ),
    (
        "include_order",
        "the config includes the machine layer before the portable one",
    ),
    (
        "incomplete_storage",
        "`[cache.storage]` without a back-end, or a back-end without what it needs",
    ),
    (
        "incomplete_value",
        "a table of `[test.nextest]` that lacks a key",
    ),
    (
        "incremental_under_cache",
        "everything incremental and everything cached exclude each other",
    ),
    ("inherits_cycle", "a profile inherits from itself"),
    ("inherits_in_root_profile", "dev or release with `inherits`"),
    (
        "invalid_config_path",
        "`config` is not the relative path of a Cargo config file",
    ),
    (
        "invalid_glob",
        "a pattern of `[packages]` that is no glob, or can match nothing",
    ),
    ("invalid_name", "a name that cannot be one"),
    (
        "invalid_spec",
        "a package that Cargo cannot look up by this text",
    ),
    ("invalid_toml", "a file is not valid TOML"),
    ("invalid_tool", "`tool` is not a version requirement"),
    ("invalid_toolchain", "`toolchain` is not a version"),
    (
        "invalid_value",
        "a value of the right type that the key does not take",
    ),
    (
        "layer_not_measured",
        "a layer that nothing configures here, or that this machine cannot run, is no step of the ladder",
    ),
    (
        "left_out_for_time",
        "what does not fit into `--time-budget` is not run",
    ),
    (
        "legacy_config",
        "`.cargo/config` without extension stands in the way of `config.toml`",
    ),
    (
        "linker_for_other_platform",
        "a linker that does not link for the platform",
    ),
    (
        "linker_named_twice",
        "a raw and a preferred linker for one target",
    ),
    (
        "linker_passed_over",
        "a linker does not work on this machine; the next is tried",
    ),
    (
        "linker_under_shared_cache",
        "a linker chosen per machine and a cache shared by machines defeat each other",
    ),
    (
        "lint_level_expired",
        "a level under `[lint]` whose last day has passed",
    ),
    (
        "lock_file_follows",
        "after `eject` the lock file still has the xtask",
    ),
    (
        "lock_file_grows",
        "the lock file follows what `init` has added to the workspace",
    ),
    (
        "lto_in_rustflags",
        "`-Clto` in rustflags, which rustc refuses",
    ),
    (
        "machine_layer_stays",
        "after `eject` a machine's layer stays that `configure` did not write",
    ),
    (
        "machine_settings_end",
        "after `eject` nothing sets linker and cache for each machine",
    ),
    (
        "managed_and_unmanaged",
        "a key that the policy sets and leaves alone",
    ),
    (
        "measured_twice",
        "a layer or a scenario that an array of `[measure]` names twice",
    ),
    ("missing_cache_tool", "`[cache]` without `tool`"),
    ("missing_inherits", "a custom profile without `inherits`"),
    (
        "missing_nextest_version",
        "`[test.nextest]` without `nextest-version`",
    ),
    (
        "missing_reason",
        "an entry of `[unmanaged]` without a reason",
    ),
    ("missing_schema", "a policy without `schema`"),
    (
        "mold_by_search_path",
        "a `-B` flag that does not select mold any more",
    ),
    (
        "mount_by_hand",
        "a line of the xtask that only a person can place",
    ),
    (
        "native_cpu_under_cache",
        "`-Ctarget-cpu=native` with a cache that several machines use",
    ),
    (
        "never_measured",
        "a line of `[budget]` for a layer that makes no difference to the scenario",
    ),
    (
        "newer_than_nextest",
        "a key of `[test.nextest]` that the required nextest does not know",
    ),
    (
        "newer_than_tool",
        "`schema` or `expansions` of a newer release",
    ),
    (
        "newer_than_toolchain",
        "a key or value that the policy's `toolchain` does not know",
    ),
    (
        "nextest_in_environment",
        "an environment with a `[test.nextest]` of its own",
    ),
    (
        "nextest_is_not_the_runner",
        "`[test.nextest]`, and another runner",
    ),
    (
        "no_linker_works",
        "no linker that the policy names works on this machine",
    ),
    (
        "no_machine_layer",
        "`[linker]` or `[cache]` with a toolchain below 1.94",
    ),
    ("no_policy", "there is no policy"),
    (
        "not_in_override",
        "a key that Cargo does not take for single packages",
    ),
    (
        "not_owned",
        "a config key that Cargo knows and this tool never touches",
    ),
    ("not_utf8", "a file is not UTF-8"),
    (
        "note_without_markdown",
        "`init --ci` for an xtask whose notes have no Markdown",
    ),
    (
        "outside_of_repository",
        "`config` leads outside of the repository",
    ),
    (
        "outside_workspace",
        "a pattern that leads out of the workspace",
    ),
    (
        "over_budget",
        "a measurement does not hold a line of `[budget]`",
    ),
    (
        "overlapping_overrides",
        "two overrides that can mean one package",
    ),
    (
        "override_resets_strip",
        "an override without `strip` resets that of its profile",
    ),
    (
        "package_gets_two_values",
        "two entries give one package two values for one key",
    ),
    (
        "panic_abort_in_dev",
        "`panic = \"abort\"` in a profile that tests are built with",
    ),
    ("panic_ignored", "`panic` in the profiles test or bench"),
    (
        "pattern_matches_nothing",
        "a pattern of a set matches no package",
    ),
    (
        "policy_exists",
        "`init` was asked to write a policy where there is one",
    ),
    (
        "profile_key_in_rustflags",
        "a codegen option in rustflags that a profile could set",
    ),
    (
        "profile_name_collides",
        "a profile name that an environment variable would read as a key",
    ),
    (
        "remote_storage_for_everybody",
        "a storage that everybody's builds depend on",
    ),
    (
        "reserved_profile_name",
        "a profile name that Cargo keeps for itself",
    ),
    (
        "right_on_some_machines",
        "`init` took a value over that other machines can't use; the note has the portable form",
    ),
    (
        "scenario_not_measured",
        "a scenario that says nothing here is not run",
    ),
    (
        "set_for_every_variant",
        "a variable or the user's own config decides in every copy, also in those of Cargo's defaults",
    ),
    ("set_matches_nothing", "a set matches no package"),
    (
        "shell_in_command",
        "a command of `[measure.commands]` that only a shell understands",
    ),
    (
        "step_changes_nothing",
        "with a layer rustc is called exactly as without it",
    ),
    (
        "still_starts_the_tool",
        "a CI job or a container starts the tool that is being ejected",
    ),
    ("storage_named_twice", "two back-ends in `[cache.storage]`"),
    (
        "storage_outranked",
        "an environment's storage, which sccache passes over for that of the base",
    ),
    (
        "storage_outside_of_its_jobs",
        "the cache of GitHub Actions for machines that have none",
    ),
    (
        "storage_overridden",
        "the environment says another storage than the policy",
    ),
    (
        "stray_cache_variable",
        "a variable that switches the cache off",
    ),
    (
        "target_key_named_twice",
        "two tables of `[target]` that set one key of one target",
    ),
    (
        "target_named_twice",
        "a set of `[targets]` that names a target twice",
    ),
    ("tests_fail", "a test fails"),
    (
        "time_not_taken_apart",
        "Cargo's own timings of a build could not be read",
    ),
    (
        "uncommitted_changes",
        "a file that `init` changes has changes that are in no commit",
    ),
    (
        "undeclared",
        "the files say what the policy could own and does not name",
    ),
    ("unknown_key", "a key that does not exist here"),
    (
        "unknown_layer",
        "a name in `[measure]` or `[budget]` that no layer has",
    ),
    ("unknown_linker", "a linker that is not in the table"),
    ("unknown_lint", "a name under `[lint]` that no lint has"),
    (
        "unknown_member",
        "`[measure]` names a member that the workspace does not have",
    ),
    (
        "unknown_package",
        "an override for a package that is not in the workspace or its lock file",
    ),
    (
        "unknown_platform",
        "a key of `[linker]` or `[target]`, or an element of `[targets]`, that is no platform",
    ),
    (
        "unknown_profile",
        "`inherits` names a profile that does not exist",
    ),
    (
        "unknown_scenario",
        "a name in `[measure]` or `[budget]` that no scenario has",
    ),
    (
        "unknown_set",
        "a `\"@name\"` that `[packages]`, for a target `[targets]`, does not have",
    ),
    ("unknown_tradeoff", "a word that is no trade-off"),
    (
        "unknown_unmanaged",
        "an entry of `[unmanaged]` that this tool could not manage anyway",
    ),
    (
        "unlikely_budget",
        "a number in `[budget]` that mistakes a ratio for per cent, or per cent for a share",
    ),
    (
        "unmanaged_is_not_there",
        "`[unmanaged]` names what is not there",
    ),
    (
        "unnamed_profile",
        "a profile of the manifest is not in the policy, so it is left alone",
    ),
    (
        "unpacked_debuginfo_under_cache",
        "`split-debuginfo = \"unpacked\"` under a cache, which loses it on Linux",
    ),
    ("unparsable_cfg", "a `cfg(...)` that cannot be parsed"),
    ("unreachable_linker", "a linker that is never tried"),
    ("unreadable_file", "a file can't be read"),
    (
        "unstable_key",
        "a profile key that stable Cargo refuses or ignores",
    ),
    ("unused_set", "a set that nothing uses"),
    (
        "workflow_exists",
        "`init --ci` where the workflow's file is there already",
    ),
    ("wrapper_named_twice", "a cache and a raw `rustc-wrapper`"),
    (
        "wrong_tool_version",
        "the policy's `tool` excludes this release",
    ),
    ("wrong_type", "a value of another type than the key takes"),
    (
        "xtask_alias_taken",
        "`alias.xtask` runs something that is no member of the workspace",
    ),
    (
        "xtask_excluded",
        "`workspace.exclude` keeps an xtask from being a member",
    ),
    (
        "xtask_exists",
        "the workspace has an xtask; the lines that add this tool to it",
    ),
    (
        "xtask_folder_taken",
        "a folder `xtask` is there and no member of the workspace",
    ),
    (
        "xtask_for_another_machine",
        "`build.target` would build the xtask for another machine, and Cargo is too old to be told otherwise",
    ),
    (
        "xtask_mounted",
        "the workspace's xtask mounts this tool already",
    ),
    (
        "xtask_needs_newer_rust",
        "the toolchain of this workspace is too old to compile the tool as an xtask",
    ),
    (
        "xtask_stays",
        "after `eject` a package that mounts the tool stays, since it does more",
    ),
];

/// Whether a diagnostic may bear this code: one of these, or a lint's name.
pub fn is_known(code: &str) -> bool {
    crate::lint::lint(code).is_some()
        || CODES
            .binary_search_by_key(&code, |(known, _)| known)
            .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_have_a_meaning() {
        assert!(CODES.is_sorted_by(|one, other| one.0 < other.0));
        for (code, meaning) in CODES {
            assert!(!meaning.ends_with('.') && !meaning.is_empty(), "{code}");
        }
    }
}
