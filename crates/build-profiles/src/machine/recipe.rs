//! How a linker is called: for each platform the ways that keep everybody's rustflags out of it.
//!
//! On Unix that is a driver script. It survives a `RUSTFLAGS` in the environment and reaches build scripts under
//! `--target`; the same linker asked for by rustflags does neither.

use std::collections::BTreeMap;

use super::stable_hash;

/// Programs of PATH, by the name they were looked up under: absolute paths, symlinks left alone.
pub type Found = BTreeMap<String, String>;

/// The programs that recipes are made of; [`ways`] looks for no other.
pub const PROGRAMS: [&str; 8] = [
    "cc", "clang", "ld.mold", "mold", "ld.lld", "wild", "ld64.lld", "lld-link",
];

/// One way to call a linker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// Unix: a script that calls the C compiler, which calls the linker.
    Driver {
        /// Name of the script in the user's cache folder. It changes with the text, so that two workspaces with
        /// different compilers on their PATHs never call one another's, and Cargo relinks when the compiler moves.
        file_name: String,
        /// The script.
        script: String,
    },
    /// Windows: the linker itself.
    Direct {
        /// What `linker` is set to: an absolute path, or a program that rustc brings along.
        program: String,
    },
}

/// The ways to call `linker` for `triple` with the programs of this machine, best first; or why there is none.
pub fn ways(linker: &str, triple: &str, found: &Found) -> Result<Vec<Recipe>, String> {
    let platform = Platform::of(triple);
    match (linker, platform) {
        ("mold" | "wild" | "lld", Platform::Elf) => drivers(linker, found),
        ("lld", Platform::Apple) => {
            let program = look_up(found, &["ld64.lld"])?;
            let compiler = look_up(found, &["cc", "clang"])?;
            Ok(vec![by_path(linker, compiler, program)])
        }
        ("mold" | "wild", Platform::Apple) => Err(format!("`{linker}` does not link for macOS")),
        ("rust-lld", Platform::Msvc) => Ok(vec![Recipe::Direct {
            program: "rust-lld".to_owned(),
        }]),
        ("lld-link", Platform::Msvc) => Ok(vec![Recipe::Direct {
            program: look_up(found, &["lld-link"])?.to_owned(),
        }]),
        ("lld", Platform::Msvc) => {
            Err("on Windows LLD is called `rust-lld` or `lld-link`".to_owned())
        }
        ("rust-lld" | "lld-link", Platform::Elf | Platform::Apple) => Err(format!(
            "`{linker}` is for Windows; here LLD is called `lld`"
        )),
        ("mold" | "wild" | "lld" | "rust-lld" | "lld-link", _) => {
            Err(format!("no way is known to call `{linker}` for {triple}"))
        }
        _ => Err(format!("no way is known to call `{linker}`")),
    }
}

/// What decides how linkers are called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Platform {
    Elf,
    Apple,
    Msvc,
    Other,
}

impl Platform {
    fn of(triple: &str) -> Self {
        let has = |word: &str| triple.split('-').any(|part| part.starts_with(word));
        if has("apple") {
            Self::Apple
        } else if has("windows") && has("msvc") {
            Self::Msvc
        } else if [
            "linux",
            "android",
            "freebsd",
            "netbsd",
            "openbsd",
            "dragonfly",
        ]
        .into_iter()
        .any(has)
        {
            Self::Elf
        } else {
            Self::Other
        }
    }
}

/// ELF: through `cc` where it knows the linker by name, else through Clang by path.
fn drivers(linker: &str, found: &Found) -> Result<Vec<Recipe>, String> {
    // GCC looks for `ld.<name>`, and does not know Wild.
    let (by_name, by_any_name): (Option<&str>, &[&str]) = match linker {
        "mold" => (Some("ld.mold"), &["mold", "ld.mold"]),
        "lld" => (Some("ld.lld"), &["ld.lld"]),
        _ => (None, &["wild"]),
    };
    let program = look_up(found, by_any_name)?;
    let named = by_name.and_then(|name| found.get(name));
    let mut ways = Vec::new();
    if let (Some(named), Some(cc)) = (named, found.get("cc")) {
        ways.push(by_folder(linker, cc, named));
    }
    if let Some(clang) = found.get("clang") {
        ways.push(by_path(linker, clang, program));
    }
    if ways.is_empty() {
        return Err(match named {
            Some(_) => format!("neither `cc` nor `clang` is on PATH to call `{linker}`"),
            None => format!("`clang` is not on PATH, and `cc` cannot call `{linker}`"),
        });
    }
    Ok(ways)
}

fn look_up<'f>(found: &'f Found, names: &[&str]) -> Result<&'f str, String> {
    names
        .iter()
        .find_map(|name| found.get(*name))
        .map(String::as_str)
        .ok_or_else(|| format!("`{}` is not on PATH", names.join("` or `")))
}

/// `cc -B<folder> "$@" -fuse-ld=<name>`. `-fuse-ld` is last and wins over rustc's own `-fuse-ld=lld`; `-B` is first, so
/// that the program found is the one that links, and not the toolchain's LLD that rustc names by a later `-B`.
fn by_folder(linker: &str, compiler: &str, program: &str) -> Recipe {
    let call = format!(
        "exec {} -B{} \"$@\" -fuse-ld={linker}",
        sh_quoted(compiler),
        sh_quoted(folder(program))
    );
    driver(linker, compiler, program, &call)
}

/// `clang "$@" --ld-path=<program>`, which overrides every `-fuse-ld`.
fn by_path(linker: &str, compiler: &str, program: &str) -> Recipe {
    let call = format!(
        "exec {} \"$@\" --ld-path={}",
        sh_quoted(compiler),
        sh_quoted(program)
    );
    driver(linker, compiler, program, &call)
}

fn driver(linker: &str, compiler: &str, program: &str, call: &str) -> Recipe {
    let mut folders = vec![folder(compiler), folder(program)];
    folders.dedup();
    // A folder with a colon cannot stand in PATH; nothing but the compiler's own parts is looked up there.
    folders.retain(|folder| !folder.contains(':'));
    let script = format!(
        "#!/bin/sh\n\
         # Links with {linker}. Written by build-profiles; `configure` writes it again where it is wanted.\n\
         # PATH: an editor's environment often lacks the folders of the shell that configured.\n\
         PATH=\"${{PATH:+$PATH:}}\"{}\n\
         export PATH\n\
         {call}\n",
        sh_quoted(&folders.join(":"))
    );
    // rustc infers how to talk to a linker from its file stem: `mold-driver-<hash>` tells it nothing, and it goes on
    // as for `cc`. A stem that ends in `-ld`, `-gcc` or is `lld` would be taken for another kind of program.
    let file_name = format!("{linker}-driver-{}", &stable_hash(&script)[..8]);
    Recipe::Driver { file_name, script }
}

fn folder(program: &str) -> &str {
    match program.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// As one word of a shell.
pub(crate) fn sh_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(programs: &[&str]) -> Found {
        programs
            .iter()
            .map(|path| {
                let name = path.rsplit(['/', '\\']).next().expect("split gives one");
                (name.trim_end_matches(".exe").to_owned(), (*path).to_owned())
            })
            .collect()
    }

    fn scripts(linker: &str, triple: &str, programs: &[&str]) -> Vec<String> {
        ways(linker, triple, &found(programs))
            .expect("a way")
            .into_iter()
            .map(|recipe| match recipe {
                Recipe::Driver { script, .. } => {
                    script.lines().last().expect("never empty").to_owned()
                }
                Recipe::Direct { program } => program,
            })
            .collect()
    }

    fn refusal(linker: &str, triple: &str, programs: &[&str]) -> String {
        ways(linker, triple, &found(programs)).expect_err("no way")
    }

    const LINUX: &str = "x86_64-unknown-linux-gnu";
    const MACOS: &str = "aarch64-apple-darwin";
    const WINDOWS: &str = "x86_64-pc-windows-msvc";

    #[test]
    fn a_driver_is_readable_and_quoted() {
        let ways = ways(
            "mold",
            LINUX,
            &found(&["/usr/bin/cc", "/opt/it's mine/ld.mold"]),
        );
        let Ok([Recipe::Driver { file_name, script }]) = ways.as_deref() else {
            panic!("{ways:?}");
        };
        assert_eq!(
            script,
            "#!/bin/sh\n\
             # Links with mold. Written by build-profiles; `configure` writes it again where it is wanted.\n\
             # PATH: an editor's environment often lacks the folders of the shell that configured.\n\
             PATH=\"${PATH:+$PATH:}\"'/usr/bin:/opt/it'\\''s mine'\n\
             export PATH\n\
             exec '/usr/bin/cc' -B'/opt/it'\\''s mine' \"$@\" -fuse-ld=mold\n"
        );
        assert_eq!(
            file_name,
            &format!("mold-driver-{}", &stable_hash(script)[..8])
        );
    }

    #[test]
    fn gcc_calls_by_name_and_clang_by_path() {
        assert_eq!(
            scripts(
                "mold",
                LINUX,
                &["/b/cc", "/b/clang", "/m/ld.mold", "/m/mold"]
            ),
            [
                "exec '/b/cc' -B'/m' \"$@\" -fuse-ld=mold",
                "exec '/b/clang' \"$@\" --ld-path='/m/mold'"
            ]
        );
        assert_eq!(
            scripts("wild", LINUX, &["/b/cc", "/b/clang", "/m/wild"]),
            ["exec '/b/clang' \"$@\" --ld-path='/m/wild'"]
        );
        assert_eq!(
            scripts("lld", "aarch64-unknown-linux-gnu", &["/b/cc", "/b/ld.lld"]),
            ["exec '/b/cc' -B'/b' \"$@\" -fuse-ld=lld"]
        );
        assert_eq!(
            scripts("lld", MACOS, &["/usr/bin/cc", "/opt/homebrew/bin/ld64.lld"]),
            ["exec '/usr/bin/cc' \"$@\" --ld-path='/opt/homebrew/bin/ld64.lld'"]
        );
    }

    #[test]
    fn windows_calls_the_linker_itself() {
        assert_eq!(scripts("rust-lld", WINDOWS, &[]), ["rust-lld"]);
        assert_eq!(
            scripts("lld-link", WINDOWS, &[r"C:\A B\lld-link.exe"]),
            [r"C:\A B\lld-link.exe"]
        );
    }

    #[test]
    fn what_cannot_be_called_says_why() {
        for (linker, triple, programs, reason) in [
            (
                "mold",
                LINUX,
                &["/b/cc"][..],
                "`mold` or `ld.mold` is not on PATH",
            ),
            (
                "mold",
                LINUX,
                &["/b/ld.mold"],
                "neither `cc` nor `clang` is on PATH to call `mold`",
            ),
            (
                "mold",
                LINUX,
                &["/b/cc", "/b/mold"],
                "`clang` is not on PATH, and `cc` cannot call `mold`",
            ),
            (
                "wild",
                LINUX,
                &["/b/cc", "/b/wild"],
                "`clang` is not on PATH, and `cc` cannot call `wild`",
            ),
            (
                "mold",
                MACOS,
                &["/b/cc", "/b/mold"],
                "`mold` does not link for macOS",
            ),
            (
                "rust-lld",
                LINUX,
                &[],
                "`rust-lld` is for Windows; here LLD is called `lld`",
            ),
            (
                "lld",
                WINDOWS,
                &[],
                "on Windows LLD is called `rust-lld` or `lld-link`",
            ),
            ("lld-link", WINDOWS, &[], "`lld-link` is not on PATH"),
            (
                "mold",
                WINDOWS,
                &[],
                "no way is known to call `mold` for x86_64-pc-windows-msvc",
            ),
            (
                "lld",
                "x86_64-pc-windows-gnu",
                &[],
                "no way is known to call `lld` for x86_64-pc-windows-gnu",
            ),
            ("gold", LINUX, &["/b/cc"], "no way is known to call `gold`"),
        ] {
            assert_eq!(refusal(linker, triple, programs), reason);
        }
    }
}
