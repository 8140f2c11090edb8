//! Rustc's command lines, as `cargo build -vv` prints them.

use serde::{Deserialize, Serialize};

use super::Role;

/// A command that Cargo ran: its variables and its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// What Cargo set in its environment.
    pub variables: Vec<(String, String)>,
    /// The program and its arguments.
    pub words: Vec<String>,
}

/// The commands in what `cargo build -vv --color=never` said, in order. On Unix they are quoted as a shell takes them,
/// and a value may hold line ends.
pub fn commands(stderr: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut rest = stderr;
    while let Some(at) = next_start(rest) {
        rest = &rest[at..];
        let Some((words, end)) = words(rest) else {
            continue;
        };
        rest = &rest[end..];
        let variables: Vec<(String, String)> = words
            .iter()
            .map_while(|word| {
                let (name, value) = word.split_once('=')?;
                let is_name = !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
                    && !name.starts_with('-');
                is_name.then(|| (name.to_owned(), value.to_owned()))
            })
            .collect();
        let words = words.into_iter().skip(variables.len()).collect();
        commands.push(Command { variables, words });
    }
    commands
}

/// Where the next command starts, after its backtick.
fn next_start(text: &str) -> Option<usize> {
    const START: &str = "     Running `";
    if text.starts_with(START) {
        return Some(START.len());
    }
    text.find(&format!("\n{START}"))
        .map(|at| at + 1 + START.len())
}

/// The words up to the closing backtick, and where that ends.
fn words(text: &str) -> Option<(Vec<String>, usize)> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            _ if quoted => word.get_or_insert_default().push(c),
            '`' => {
                words.extend(word);
                return Some((words, at + 1));
            }
            '\\' if cfg!(not(windows)) => {
                let (_, next) = chars.next()?;
                word.get_or_insert_default().push(next);
            }
            '"' if cfg!(windows) => {
                for (_, c) in chars.by_ref().take_while(|(_, c)| *c != '"') {
                    word.get_or_insert_default().push(c);
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    None
}

/// One compilation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Name of the package.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Name of the crate.
    pub crate_name: String,
    /// What is compiled.
    pub role: Role,
    /// What stands in front of rustc.
    pub wrappers: Vec<String>,
    /// The `--target` it is compiled for; `None`: the host.
    pub target: Option<String>,
    /// Rustc's arguments, without those that say where files are.
    pub args: Vec<String>,
}

impl Call {
    /// The compilation that a command is; `None`: the command is none.
    pub fn of(command: &Command) -> Option<Self> {
        let variable = |wanted: &str| {
            command
                .variables
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.clone())
        };
        let at = command
            .words
            .iter()
            .position(|word| word == "--crate-name")?;
        let crate_name = command.words.get(at + 1)?.clone();
        let (programs, arguments) = command.words.split_at(at);
        let (_, wrappers) = programs.split_last()?;
        let mut call = Self {
            // With a single `-v` Cargo says no variables.
            package: variable("CARGO_PKG_NAME").unwrap_or_else(|| crate_name.clone()),
            version: variable("CARGO_PKG_VERSION").unwrap_or_default(),
            wrappers: wrappers.to_vec(),
            ..Self::default()
        };
        let mut kinds = Vec::new();
        let mut arguments = arguments.iter().peekable();
        while let Some(argument) = arguments.next() {
            let (name, joined) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            match name {
                "--test" => kinds.push("test".to_owned()),
                "--crate-type" => kinds.extend(joined.or_else(|| arguments.next().cloned())),
                "--target" => call.target = joined.or_else(|| arguments.next().cloned()),
                // Places, and what follows from the sources alone.
                "--extern" | "-L" | "--check-cfg" | "--out-dir" | "--crate-name" | "-l" => {
                    if joined.is_none() {
                        arguments.next();
                    }
                }
                "--error-format" | "--json" | "--diagnostic-width" | "--edition" | "--emit" => {}
                "-C" if arguments.peek().is_some_and(|next| {
                    next.starts_with("metadata=") || next.starts_with("extra-filename=")
                }) =>
                {
                    arguments.next();
                }
                "-C" | "--cfg" | "-Z" | "-A" | "-W" | "-D" | "-F" => {
                    call.args.push(argument.clone());
                    call.args.extend(arguments.next().cloned());
                }
                _ => call.args.push(argument.clone()),
            }
        }
        let build_script = crate_name.starts_with("build_script_");
        call.role = match Role::of(kinds.iter().map(String::as_str)) {
            Role::Program if build_script => Role::BuildScript,
            role => role,
        };
        call.crate_name = crate_name;
        Some(call)
    }

    /// The value of a codegen option as rustc takes it: the last one counts. An option without a value is `""`.
    pub fn codegen(&self, option: &str) -> Option<&str> {
        let mut found = None;
        let mut args = self.args.iter();
        while let Some(arg) = args.next() {
            let text = match arg.as_str() {
                "-C" | "--codegen" => args.next().map(String::as_str),
                // `-O` and `-g` are what an old hand writes into RUSTFLAGS.
                "-O" => Some("opt-level=3"),
                "-g" => Some("debuginfo=2"),
                arg => arg
                    .strip_prefix("-C")
                    .or_else(|| arg.strip_prefix("--codegen=")),
            };
            let Some(text) = text else { continue };
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            if name.replace('_', "-") == option {
                found = Some(value);
            }
        }
        found
    }

    /// Whether `flags` stand in the arguments, one after the other. `-C x` and `-Cx` are the same to rustc.
    pub fn has_flags(&self, flags: &[String]) -> bool {
        let (args, flags) = (joined(&self.args), joined(flags));
        flags.is_empty()
            || args
                .windows(flags.len())
                .any(|window| window == flags.as_slice())
    }
}

/// Arguments with each option that takes its value as the next word joined to it.
fn joined(args: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-C" | "-Z" | "-A" | "-W" | "-D" | "-F" => {
                joined.push(format!("{arg}{}", args.next().map_or("", String::as_str)));
            }
            "--cfg" | "--codegen" | "--check-cfg" => {
                let value = args.next().map_or("", String::as_str);
                joined.push(format!("{arg}={value}").replace("--codegen=", "-C"));
            }
            arg => joined.push(arg.replace("--codegen=", "-C")),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = concat!(
        "   Compiling app v0.1.0 (/tmp/f1/app)\n",
        "     Running `CARGO=/bin/cargo CARGO_PKG_DESCRIPTION='a '\\''quoted'\\'' `thing`\n",
        "and '\\!'more' CARGO_PKG_NAME=app CARGO_PKG_VERSION=0.1.0 /bin/sccache /bin/rustc --crate-name build_script_build ",
        "--edition=2021 app/build.rs --error-format=json --crate-type bin --emit=dep-info,link -C embed-bitcode=no ",
        "--check-cfg 'cfg(docsrs,test)' -C metadata=68 -C extra-filename=-58 --out-dir /t/debug/build/app-58 ",
        "-C incremental=/t/debug/incremental -L dependency=/t/debug/deps --cfg tokio_unstable -Clink-arg=-s`\n",
        "     Running `CARGO_PKG_NAME=app OUT_DIR=/t/out /t/debug/build/app-58/build-script-build`\n",
        "[app 0.1.0] cargo::warning=Running `x`\n",
        "warning: app@0.1.0:      Running `x`\n",
        "     Running `CARGO_PKG_NAME=app /bin/rustc --crate-name app --crate-type=bin --test -C opt-level=1 -Copt_level=2`\n",
    );

    #[test]
    fn commands_are_read_as_a_shell_reads_them() {
        let commands = commands(SAID);
        assert_eq!(commands.len(), 3);
        assert_eq!(
            commands[0].variables[1],
            (
                "CARGO_PKG_DESCRIPTION".to_owned(),
                "a 'quoted' `thing`\nand !more".to_owned()
            )
        );
        assert_eq!(commands[0].words[..2], ["/bin/sccache", "/bin/rustc"]);
        assert_eq!(
            commands[1].words,
            ["/t/debug/build/app-58/build-script-build"]
        );
    }

    #[test]
    fn a_call_knows_what_it_compiles() {
        let calls: Vec<Call> = commands(SAID).iter().filter_map(Call::of).collect();
        let [build_script, harness] = &calls[..] else {
            panic!("{calls:#?}");
        };
        assert_eq!(build_script.role, Role::BuildScript);
        assert_eq!(build_script.wrappers, ["/bin/sccache"]);
        assert_eq!(
            build_script.args,
            [
                "app/build.rs",
                "-C",
                "embed-bitcode=no",
                "-C",
                "incremental=/t/debug/incremental",
                "--cfg",
                "tokio_unstable",
                "-Clink-arg=-s"
            ]
        );
        assert_eq!(harness.role, Role::Test);
        assert_eq!(
            harness.codegen("opt-level"),
            Some("2"),
            "the last one counts"
        );
        assert_eq!(harness.codegen("debuginfo"), None);
    }

    #[test]
    fn flags_are_found_in_either_spelling() {
        let calls: Vec<Call> = commands(SAID).iter().filter_map(Call::of).collect();
        let has = |flags: &[&str]| {
            let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
            calls[0].has_flags(&flags)
        };
        assert!(has(&["--cfg", "tokio_unstable", "-C", "link-arg=-s"]));
        assert!(has(&["--cfg=tokio_unstable"]));
        assert!(has(&[]));
        assert!(!has(&["-Clink-arg=-s", "--cfg", "tokio_unstable"]));
        assert!(!has(&["-Clink-arg=-fuse-ld=mold"]));
    }

    #[test]
    fn a_cut_line_is_no_command() {
        for end in 0..SAID.len() {
            if SAID.is_char_boundary(end) {
                commands(&SAID[..end]);
            }
        }
        assert!(commands("     Running `'open").is_empty());
    }
}
