//! The machine layer on three systems, none of which need be this one.

use super::*;

const LINUX: &str = "x86_64-unknown-linux-gnu";
const MACOS: &str = "aarch64-apple-darwin";
const WINDOWS: &str = "x86_64-pc-windows-msvc";

fn wants(if_missing: IfMissing) -> Wants {
    let list = |linkers: &[&str]| linkers.iter().map(|&l| l.to_owned()).collect();
    Wants {
        linkers: vec![
            (LINUX.to_owned(), list(&["wild", "mold", "default"])),
            (WINDOWS.to_owned(), list(&["rust-lld"])),
        ],
        cache: Some(CacheWant {
            tool: "sccache".to_owned(),
            everything: true,
            if_missing,
        }),
        policy_hash: policy_hash("schema = 1\n"),
    }
}

fn host(triple: &str, trials: &[(&str, Result<&str, &str>)]) -> Host {
    Host {
        triple: triple.to_owned(),
        machine: "anvil".to_owned(),
        trials: trials
            .iter()
            .map(|(name, outcome)| Trial {
                name: (*name).to_owned(),
                outcome: outcome.map(str::to_owned).map_err(str::to_owned),
            })
            .collect(),
    }
}

/// Said as a list of `level code: note`.
fn said(file: &MachineFile) -> Vec<String> {
    file.diagnostics
        .iter()
        .map(|d| format!("{:?} {}: {}", d.level, d.code, d.notes.join("; ")))
        .collect()
}

#[test]
fn a_linux_machine() {
    let host = host(
        LINUX,
        &[
            ("wild", Err("`wild` is not on PATH")),
            (
                "mold",
                Ok("/home/a/.cache/build-profiles/mold-driver-01234567"),
            ),
            ("sccache", Ok("/usr/bin/sccache")),
        ],
    );
    let file = render(&wants(IfMissing::Warn), &host);
    assert_eq!(
        file.text,
        "# Written by `cargo xtask configure` for this machine; not for git.\n\
         # If Cargo does not start, delete this file: every build works without it.\n\
         # policy: 56848b9479f27988\n\
         # machine: anvil (x86_64-unknown-linux-gnu)\n\
         \n\
         [build]\n\
         rustc-wrapper = \"/usr/bin/sccache\"\n\
         incremental = false\n\
         \n\
         [target.x86_64-unknown-linux-gnu]\n\
         linker = \"/home/a/.cache/build-profiles/mold-driver-01234567\"\n"
    );
    assert_eq!(
        said(&file),
        ["Note linker_passed_over: `wild` is not on PATH"]
    );
}

#[test]
fn a_windows_machine_gets_literal_strings() {
    let host = host(
        WINDOWS,
        &[
            ("rust-lld", Ok("rust-lld")),
            ("sccache", Ok(r"C:\Users\A B\sccache.exe")),
        ],
    );
    let file = render(&wants(IfMissing::Error), &host);
    assert_eq!(
        file.text.split_once("\n\n").expect("a header").1,
        "[build]\n\
         rustc-wrapper = 'C:\\Users\\A B\\sccache.exe'\n\
         incremental = false\n\
         \n\
         [target.x86_64-pc-windows-msvc]\n\
         linker = \"rust-lld\"\n"
    );
    assert!(file.diagnostics.is_empty());
}

#[test]
fn a_bare_mac_gets_a_header_so_that_staleness_can_be_judged() {
    let wants = wants(IfMissing::Skip);
    let host = host(MACOS, &[("sccache", Err("`sccache` is not on PATH"))]);
    let file = render(&wants, &host);
    assert!(
        file.text.lines().all(|line| line.starts_with('#')),
        "{}",
        file.text
    );
    assert_eq!(is_current(&file.text, &wants), Freshness::Current);
    assert_eq!(
        said(&file),
        ["Note cache_passed_over: `sccache` is not on PATH"]
    );
    assert_eq!(
        file.diagnostics[0].help,
        ["install it: `brew install sccache`"]
    );
}

#[test]
fn what_the_policy_cannot_do_without_is_an_error() {
    let host = host(
        WINDOWS,
        &[("rust-lld", Err("no std")), ("sccache", Err("it hangs"))],
    );
    assert_eq!(
        said(&render(&wants(IfMissing::Error), &host)),
        [
            "Note linker_passed_over: no std",
            "Warning no_linker_works: programs are linked as Cargo links them by default",
            "Error cache_missing: it hangs",
        ]
    );
}

#[test]
fn strange_names_stay_in_their_strings() {
    for program in [
        r"C:\it's\sccache.exe",
        "/a \"b\"/sccache",
        "/tab\there",
        "/ü/sccache",
    ] {
        let file = render(&wants(IfMissing::Warn), &{
            let mut host = host(LINUX, &[("wild", Ok(program)), ("sccache", Ok(program))]);
            host.machine = "evil\n[build]\nrustc = 'x'".to_owned();
            host
        });
        let parsed: toml_edit::DocumentMut = file.text.parse().expect("valid TOML");
        assert_eq!(parsed["build"]["rustc-wrapper"].as_str(), Some(program));
        assert_eq!(parsed["target"][LINUX]["linker"].as_str(), Some(program));
        assert!(parsed["build"].get("rustc").is_none());
    }
}

#[test]
fn candidates_are_tried_in_order_until_one_works() {
    let found = Found::from([
        ("cc".to_owned(), "/b/cc".to_owned()),
        ("ld.mold".to_owned(), "/b/ld.mold".to_owned()),
        ("sccache".to_owned(), "/b/sccache".to_owned()),
    ]);
    let run = |works: &dyn Fn(&str) -> bool, triple: &str| {
        let mut host = host(triple, &[]);
        while let Some(attempt) = next(&wants(IfMissing::Warn), &host, &found) {
            assert!(host.trials.len() < 9, "never ends");
            let outcome = match attempt.how {
                Err(reason) => Err(reason),
                Ok(_) if works(&attempt.name) => Ok("/it".to_owned()),
                Ok(_) => Err("it does not".to_owned()),
            };
            host.trials.push(Trial {
                name: attempt.name,
                outcome,
            });
        }
        host.trials
            .into_iter()
            .map(|t| format!("{}: {}", t.name, t.outcome.unwrap_or_else(|reason| reason)))
            .collect::<Vec<_>>()
    };
    let no_wild = "wild: `wild` is not on PATH";
    assert_eq!(
        run(&|_| true, LINUX),
        [no_wild, "mold: /it", "sccache: /it"]
    );
    assert_eq!(
        run(&|_| false, LINUX),
        [no_wild, "mold: it does not", "sccache: it does not"]
    );
    assert_eq!(run(&|_| true, MACOS), ["sccache: /it"]);
    assert_eq!(run(&|_| true, WINDOWS), ["rust-lld: /it", "sccache: /it"]);
}

#[test]
fn another_cache_cannot_be_proved() {
    let mut wants = wants(IfMissing::Warn);
    wants.linkers.clear();
    wants.cache.as_mut().expect("has one").tool = "ccache".to_owned();
    let attempt = next(&wants, &host(LINUX, &[]), &Found::new()).expect("one to name");
    assert_eq!(
        attempt.how,
        Err("the only cache that can be proved is `sccache`".to_owned())
    );
}

#[test]
fn a_machine_file_is_judged_by_its_header() {
    let mut wants = wants(IfMissing::Warn);
    let text = render(&wants, &host(LINUX, &[])).text;
    assert_eq!(is_current(&text, &wants), Freshness::Current);
    assert_eq!(
        is_current(&text.replace('\n', "\r\n"), &wants),
        Freshness::Current
    );
    wants.policy_hash = policy_hash("schema = 1\n\n");
    assert_eq!(is_current(&text, &wants), Freshness::Stale);
    assert_eq!(
        is_current("[build]\njobs = 2\n", &wants),
        Freshness::Foreign
    );
    assert_eq!(is_current("", &wants), Freshness::Foreign);
}

#[test]
fn the_programs_that_must_be_there_are_known() {
    let wants = wants(IfMissing::Warn);
    let sccache = ("sccache", Ok(r"C:\Users\A B\sccache.exe"));
    let text = render(
        &wants,
        &host(WINDOWS, &[("rust-lld", Ok("rust-lld")), sccache]),
    )
    .text;
    assert_eq!(programs_in(&text), [r"C:\Users\A B\sccache.exe"]);
    let text = render(&wants, &host(LINUX, &[("wild", Ok("/c/wild-driver"))])).text;
    assert_eq!(programs_in(&text), ["/c/wild-driver"]);
    assert_eq!(programs_in("[build"), [""; 0]);
}

#[test]
fn the_hash_is_fnv_1a() {
    assert_eq!(policy_hash(""), "cbf29ce484222325");
    assert_eq!(policy_hash("foobar"), "85944171f73967e8");
}
