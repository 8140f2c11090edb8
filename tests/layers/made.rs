//! A workspace whose profiles are made up: members, packages beside it, one of a registry; and layers of every kind.

use std::fmt::Write as _;

use crate::random::Random;
use crate::sandbox::{Case, Sandbox};

/// The workspace root; a config may stand above it.
pub(crate) const ROOT: &str = "up/work";

/// A case, and what Cargo is asked.
pub(crate) struct Made {
    pub(crate) case: Case,
    pub(crate) arguments: Vec<String>,
    /// The profile that the command asks for.
    pub(crate) profile: &'static str,
    /// Whether the command is for tests, so that everything unwinds.
    pub(crate) tests: bool,
    /// Whether it names a target.
    pub(crate) for_a_target: bool,
}

/// Folder, name, version, the rest of the manifest.
const PACKAGES: [(&str, &str, &str, &str); 10] = [
    (
        "up/work/app",
        "app",
        "0.1.0",
        "[dependencies]\nlib1 = { path = \"../lib1\" }\nmac = { path = \"../mac\" }\next = { path = \"../../../beside/ext\" }\n\
         shared = { path = \"../../../beside/shared\" }\ndup = { path = \"../../../beside/dup1\" }\n\
         other = { package = \"dup\", path = \"../../../beside/dup2\" }\npre = { path = \"../../../beside/pre\" }\nreg = \"1\"\n\
         [build-dependencies]\nshared = { path = \"../../../beside/shared\" }\nreg = \"1\"\n",
    ),
    (
        "up/work/lib1",
        "lib1",
        "0.2.0",
        "[dependencies]\nshared = { path = \"../../../beside/shared\" }\n",
    ),
    (
        "up/work/mac",
        "mac",
        "0.1.0",
        "[lib]\nproc-macro = true\n[dependencies]\nshared = { path = \"../../../beside/shared\" }\nlib1 = { path = \"../lib1\" }\n",
    ),
    (
        "beside/ext",
        "ext",
        "1.2.3",
        "[dependencies]\nshared = { path = \"../shared\" }\nxmac = { path = \"../xmac\" }\n",
    ),
    ("beside/shared", "shared", "0.9.0", ""),
    ("beside/dup1", "dup", "1.0.0", ""),
    ("beside/dup2", "dup", "2.1.0", ""),
    ("beside/pre", "pre", "0.3.0-rc.1", ""),
    (
        "beside/xmac",
        "xmac",
        "0.1.0",
        "[lib]\nproc-macro = true\n[dependencies]\nreg = \"1\"\n",
    ),
    ("vendor/reg", "reg", "1.4.2", ""),
];

const BUILD_SCRIPTS: [&str; 3] = ["up/work/app", "beside/ext", "vendor/reg"];

/// The packages, and the lock file.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, name, version, rest) in PACKAGES {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{rest}"
        );
        sandbox.put(&format!("{folder}/Cargo.toml"), &manifest);
        sandbox.put(&format!("{folder}/src/lib.rs"), "");
    }
    for folder in BUILD_SCRIPTS {
        sandbox.put(&format!("{folder}/build.rs"), "fn main() {}");
    }
    sandbox.put("up/work/app/src/main.rs", "fn main() {}");
    sandbox.put("up/work/app/tests/whole.rs", "");
    sandbox.put("up/work/app/benches/fast.rs", "");
    sandbox.put("vendor/reg/.cargo-checksum.json", "{\"files\":{}}");
    sandbox.put(&format!("{ROOT}/Cargo.toml"), HEAD);
    std::fs::create_dir_all(sandbox.path("home")).expect("it is ours");
    sandbox
}

const HEAD: &str = "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"lib1\", \"mac\"]\n";

/// Arguments for Cargo that give it our registry.
pub(crate) fn with_sources<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let sources = [
        "--config=source.crates-io.replace-with='ours'",
        "--config=source.ours.directory='../../vendor'",
    ];
    sources
        .into_iter()
        .chain(arguments.iter().copied())
        .collect()
}

const PROFILES: [&str; 7] = ["dev", "release", "test", "bench", "fast", "tiny", "odd-1"];
const CUSTOM: [&str; 3] = ["fast", "tiny", "odd-1"];

/// Keys with values that Cargo takes.
const VALUES: [(&str, &[&str]); 11] = [
    ("opt-level", &["0", "1", "2", "3", "\"s\"", "\"z\""]),
    (
        "debug",
        &[
            "0",
            "1",
            "2",
            "true",
            "false",
            "\"none\"",
            "\"limited\"",
            "\"full\"",
            "\"line-tables-only\"",
            "\"line-directives-only\"",
            "0",
            "false",
        ],
    ),
    (
        "split-debuginfo",
        &["\"off\"", "\"packed\"", "\"unpacked\"", "\"other\""],
    ),
    (
        "strip",
        &["true", "false", "\"none\"", "\"debuginfo\"", "\"symbols\""],
    ),
    ("debug-assertions", &["true", "false"]),
    ("overflow-checks", &["true", "false"]),
    (
        "lto",
        &[
            "true", "false", "\"fat\"", "\"thin\"", "\"off\"", "\"no\"", "\"n\"", "\"none\"",
        ],
    ),
    ("panic", &["\"unwind\"", "\"abort\""]),
    ("incremental", &["true", "false"]),
    ("codegen-units", &["1", "16", "300"]),
    ("rpath", &["true", "false"]),
];

/// Values that are wrong for most keys.
const WRONG: [&str; 8] = [
    "\"1\"",
    "7",
    "-1",
    "\"true\"",
    "[]",
    "\"\"",
    "{}",
    "\"abort\"",
];

pub(crate) fn made(random: &mut Random, sandbox: &Sandbox) -> Made {
    let mut case = Case::default();
    let mut named = Vec::new();
    let manifest = layer(random, sandbox, true, &mut named);
    // Only what a config file names has a variable.
    named.clear();
    let manifest = format!("{HEAD}{manifest}");
    case.files.insert(format!("{ROOT}/Cargo.toml"), manifest);
    for place in [
        "home/config.toml",
        "up/.cargo/config.toml",
        "up/work/.cargo/config.toml",
    ] {
        if !random.chance(45) {
            continue;
        }
        let mut text = layer(random, sandbox, false, &mut named);
        if random.chance(15) {
            let _ = write!(
                text,
                "[build]\nincremental = {}\n",
                random.pick(&["true", "false"])
            );
        }
        if random.chance(20) {
            let file = place.replace("config", "more");
            let more = layer(random, sandbox, false, &mut named);
            case.files.insert(file, more);
            text = format!("include = [\"more.toml\"]\n{text}");
        }
        case.files.insert(place.to_owned(), text);
    }
    variables(random, &named, &mut case);
    asked(random, case)
}

fn variables(random: &mut Random, named: &[(&str, String)], case: &mut Case) {
    let mut set = |name: String, value: &str| {
        let value = value.trim_matches('"').to_owned();
        case.variables.insert(name, value);
    };
    for _ in 0..random.below(5) {
        let profile = random.pick(&PROFILES).to_uppercase().replace('-', "_");
        let (key, values) = VALUES[random.below(VALUES.len())];
        let name = key.to_uppercase().replace('-', "_");
        let value = match random.below(40) {
            0 => random.pick(&WRONG),
            _ => random.pick(values),
        };
        match random.below(48) {
            0..=7 if !matches!(key, "lto" | "panic" | "rpath") => {
                set(
                    format!("CARGO_PROFILE_{profile}_BUILD_OVERRIDE_{name}"),
                    value,
                );
            }
            14..=21 if !matches!(key, "lto" | "panic" | "rpath") => {
                let (profile, spec) = match named {
                    [] => (profile, "EXT".to_owned()),
                    named => {
                        let (profile, spec) = &named[random.below(named.len())];
                        let spec = match random.below(8) {
                            0 => spec.to_uppercase(),
                            _ => spec.clone(),
                        };
                        (profile.to_uppercase().replace('-', "_"), spec)
                    }
                };
                set(
                    format!("CARGO_PROFILE_{profile}_PACKAGE_{spec}_{name}"),
                    value,
                );
            }
            8 => set(format!("CARGO_PROFILE_{profile}_{name}_X"), value),
            9 => set(format!("CARGO_PROFILE_{profile}"), "x"),
            10 => set(
                format!("CARGO_PROFILE_{profile}_INHERITS"),
                random.pick(&["dev", "tiny"]),
            ),
            11 => set(format!("CARGO_PROFILE_{profile}_RUBBISH"), "x"),
            _ => set(format!("CARGO_PROFILE_{profile}_{name}"), value),
        }
    }
    if random.chance(6) {
        let value = random.pick(&["0", "1", "true", ""]);
        set("CARGO_INCREMENTAL".to_owned(), value);
    }
    if random.chance(6) {
        let value = random.pick(&["true", "false", "1"]);
        set("CARGO_BUILD_INCREMENTAL".to_owned(), value);
    }
}

fn asked(random: &mut Random, case: Case) -> Made {
    let (mut arguments, mut profile, mut tests): (Vec<&str>, _, _) = match random.below(7) {
        0 => (vec!["build", "-p", "app"], "dev", false),
        1 => (vec!["build", "--workspace", "--all-targets"], "dev", false),
        2 => (vec!["test", "--workspace", "--no-run"], "test", true),
        3 => (vec!["bench", "--workspace", "--no-run"], "bench", true),
        4 => (vec!["check", "--workspace"], "dev", false),
        _ => (vec!["build", "--workspace"], "dev", false),
    };
    if random.chance(70) {
        profile = random.pick(&PROFILES);
        arguments.extend(["--profile", profile]);
        // Of old, `check --profile test` checks the tests.
        tests |= arguments[0] == "check" && profile == "test";
    }
    let for_a_target = random.chance(15);
    let host = format!("--target={}", host());
    let mut arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    arguments.extend(for_a_target.then_some(host));
    Made {
        case,
        arguments,
        profile,
        tests,
        for_a_target,
    }
}

/// The triple that this was compiled for, near enough to the host's.
fn host() -> &'static str {
    if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
        "aarch64-unknown-linux-gnu"
    } else {
        "x86_64-unknown-linux-gnu"
    }
}

/// Profiles of one layer.
fn layer(
    random: &mut Random,
    sandbox: &Sandbox,
    of_manifest: bool,
    named: &mut Vec<(&'static str, String)>,
) -> String {
    let mut text = String::new();
    for profile in PROFILES {
        let is_custom = CUSTOM.contains(&profile);
        if !random.chance(if of_manifest { 60 } else { 35 }) {
            continue;
        }
        let _ = writeln!(text, "[profile.{profile}]");
        let inherits = match (is_custom, of_manifest) {
            (true, true) => random.below(150) != 0,
            (true, false) => random.chance(50),
            (false, _) => {
                matches!(profile, "test" | "bench") && random.chance(4) || random.below(400) == 0
            }
        };
        if inherits {
            let _ = writeln!(text, "inherits = \"{}\"", parent(random, profile));
        }
        let keys = keys(random, 5, false);
        text += &keys;
        for spec in overrides(random, sandbox, profile, &mut text) {
            named.push((profile, spec));
        }
    }
    text
}

fn parent(random: &mut Random, of: &str) -> &'static str {
    match random.below(240) {
        0 => return "gone",
        1 => return "debug",
        2 => return random.pick(&PROFILES),
        _ => {}
    }
    // Mostly no circle.
    match of {
        "fast" => random.pick(&["dev", "release", "test"]),
        "tiny" => random.pick(&["dev", "release", "fast", "bench"]),
        _ => random.pick(&["dev", "release", "fast", "tiny"]),
    }
}

/// Lines with keys, each at most once.
fn keys(random: &mut Random, most: usize, in_override: bool) -> String {
    let mut text = String::new();
    let mut left: Vec<usize> = (0..VALUES.len()).collect();
    for _ in 0..random.below(most + 1) {
        let (key, values) = VALUES[left.remove(random.below(left.len()))];
        if in_override && matches!(key, "lto" | "panic" | "rpath") && random.below(200) != 0 {
            continue;
        }
        let value = match random.below(2000) {
            0 => random.pick(&WRONG),
            _ => random.pick(values),
        };
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

fn overrides(
    random: &mut Random,
    sandbox: &Sandbox,
    profile: &str,
    text: &mut String,
) -> Vec<String> {
    if random.chance(35) {
        let keys = keys(random, 3, true);
        let _ = write!(text, "[profile.{profile}.build-override]\n{keys}");
    }
    let mut specs: Vec<String> = Vec::new();
    if random.chance(40) {
        specs.push("*".to_owned());
    }
    for _ in 0..random.below(3) {
        let spec = match random.below(14) {
            0 => "app".to_owned(),
            1 => "lib1".to_owned(),
            2 => "mac".to_owned(),
            3 => "shared".to_owned(),
            4 => random.pick(&["ext", "ext@1", "ext:1.2.3"]).to_owned(),
            5 => random.pick(&["dup@1", "dup@1.0.0", "dup:1.0"]).to_owned(),
            6 => random.pick(&["dup@2", "dup:2.1.0"]).to_owned(),
            7 => random.pick(&["reg", "reg@1.4", "reg@2"]).to_owned(),
            8 => random
                .pick(&["pre", "pre@0.3", "pre@0.3.0-rc.1"])
                .to_owned(),
            9 => random.pick(&["gone", "xmac", "other", "App"]).to_owned(),
            10 => "https://github.com/rust-lang/crates.io-index#reg@1.4.2".to_owned(),
            11 => format!("path+file://{}#1.2.3", sandbox.path("beside/ext").display()),
            12 => format!("file://{}", sandbox.path("beside/shared").display()),
            _ if random.chance(10) => random.pick(&["dup", "ext@^1", "a b", "*x"]).to_owned(),
            _ => "xmac".to_owned(),
        };
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    for (count, spec) in specs.iter().enumerate() {
        let keys = keys(random, 3, true);
        match random.below(2) {
            0 => {
                let _ = write!(text, "[profile.{profile}.package.\"{spec}\"]\n{keys}");
            }
            _ => {
                let members = keys.lines().collect::<Vec<_>>().join(", ");
                let _ = write!(
                    text,
                    "[profile.{profile}.package]\n\"{spec}\" = {{ {members} }}\n"
                );
                // A second such header would be one too many.
                specs.truncate(count + 1);
                return specs;
            }
        }
    }
    specs
}
