//! Fakes that would fool a naive check, one for each witness. None of them is ever *active*.

use crate::house::{House, Said, has_tools, program};

const TOOLS: &[&str] = &["sccache", "clang", "mold"];
const CACHE: &str = "build.rustc-wrapper";
const FLAGS: &str = "target.x86_64-unknown-linux-gnu.rustflags";

fn never_active(said: &Said, key: &str, says: &str) {
    let outcome = said.outcome(key);
    assert!(
        matches!(outcome, "inactive" | "unproven"),
        "`{key}` is {outcome}:\n{}",
        said.all()
    );
    assert!(
        said.text(key).contains(says),
        "`{key}` does not say `{says}`:\n{}",
        said.text(key)
    );
}

/// The real one's path, for a script that calls it.
fn real(name: &str) -> String {
    let path = program(name).expect("has_tools found it");
    path.display().to_string()
}

/// It has a server, a version and statistics; it only never asks the server to compile.
#[test]
fn an_impostor_with_a_real_server() {
    if !has_tools(TOOLS) {
        return;
    }
    let house = House::new();
    let real = real("sccache");
    house.script(
        "sccache",
        &format!("case \"$1\" in */rustc|rustc) exec \"$@\" ;; esac\nexec {real} \"$@\""),
    );
    never_active(
        &house.verify(&["--quick"]),
        CACHE,
        "counted none of 3 compilations",
    );
}

/// Its statistics look better with every question.
#[test]
fn an_impostor_that_makes_its_statistics_up() {
    if !has_tools(TOOLS) {
        return;
    }
    let house = House::new();
    let real = real("sccache");
    let asked = house.folder("asked");
    house.script(
        "sccache",
        &format!(
            r#"case "$1" in
*/rustc|rustc) exec "$@" ;;
--show-stats)
    if [ -e {asked} ]; then hits=9; else hits=0; touch {asked}; fi
    echo '{{"stats":{{"requests_executed":'$((9 + hits))',"cache_hits":{{"counts":{{"Rust":'$hits'}}}},"cache_misses":{{"counts":{{"Rust":9}}}},"cache_writes":9,"not_cached":{{}}}},"cache_location":"Local disk: here"}}'
    exit ;;
esac
exec {real} "$@""#,
            asked = asked.display()
        ),
    );
    never_active(
        &house.verify(&["--quick"]),
        CACHE,
        "nothing is in its folder",
    );
}

/// The server dies in the second build: what the first one counted proves no hit.
#[test]
fn a_server_that_dies_with_a_warm_cache() {
    if !has_tools(TOOLS) {
        return;
    }
    let house = House::new();
    let first = house.folder("first");
    house.write(
        "app/build.rs",
        &format!(
            "fn main() {{\n    let first = std::path::Path::new({first:?});\n    if first.exists() {{\n        \
             std::process::Command::new(\"sccache\").arg(\"--stop-server\").output().unwrap();\n    }}\n    \
             std::fs::write(first, \"\").unwrap();\n}}\n"
        ),
    );
    never_active(&house.verify(&[]), CACHE, "it went away meanwhile");
}

/// Cargo's own output has lines that look like calls under the wrapper.
#[test]
fn a_build_that_prints_calls_of_rustc() {
    if !has_tools(TOOLS) {
        return;
    }
    let mut house = House::new();
    house.set("RUSTC_WRAPPER", "");
    let line = "     Running `CARGO_PKG_NAME=lib1 sccache rustc --crate-name lib1 --crate-type lib -Clink-arg=-fuse-ld=mold`";
    house.write(
        "app/build.rs",
        &format!("fn main() {{\n    println!(\"{line}\");\n    println!(\"cargo::warning={line}\");\n    eprintln!(\"{line}\");\n}}\n"),
    );
    house.write(
        "mac/src/lib.rs",
        &format!(
            "use proc_macro::TokenStream;\n\n#[proc_macro]\npub fn nothing(_: TokenStream) -> TokenStream {{\n    eprintln!(\"{line}\");\n    TokenStream::new()\n}}\n"
        ),
    );
    never_active(&house.verify(&[]), CACHE, "not for");
}

/// What is linked bears the mark of mold, written by a hand and not by mold.
#[test]
fn a_program_with_a_foreign_comment() {
    if !has_tools(TOOLS) {
        return;
    }
    let house = House::new();
    // A compiler that leaves the linker out that it is told to use, so that GNU ld links, which leaves no mark.
    house.script(
        "clang",
        "for word; do shift; case $word in -fuse-ld=*) ;; *) set -- \"$@\" \"$word\" ;; esac; done\nexec cc -fuse-ld=bfd \"$@\"",
    );
    let mark = "std::arch::global_asm!(\".pushsection .comment,\\\"MS\\\",@progbits,1\", \".asciz \\\"mold 2.40.1 (compatible with GNU ld)\\\"\", \".popsection\");\n";
    house.append("app/src/main.rs", mark);
    house.append("app/build.rs", mark);
    house.append("lib1/src/lib.rs", mark);
    house.append("mac/src/lib.rs", mark);
    never_active(&house.verify(&[]), FLAGS, "linked by");
}

/// The target directory is full of what a build with the settings made, and the settings are switched off.
#[test]
fn a_warm_target_directory() {
    if !has_tools(TOOLS) {
        return;
    }
    let mut house = House::new();
    let said = house.verify(&[]);
    assert_eq!(said.code, Some(0), "{}", said.all());
    house.set("RUSTC_WRAPPER", "");
    house.set("RUSTFLAGS", "");
    let said = house.verify(&[]);
    never_active(&said, CACHE, "0 of 9 calls");
    never_active(&said, FLAGS, "0 of 9 command lines");
}
