//! How long each link takes: a script in the linker's place that calls it, and what it writes down.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::{Chain, Said};
use crate::machine::sh_quoted;
use crate::value::KeyPath;

/// One link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Seconds by the clock.
    pub seconds: f64,
    /// The file that it made.
    pub output: String,
}

/// The linkers of a build: for each target triple the program that the config names, absolute unless it is looked up on
/// PATH. A triple of which nothing is said is left out, but for the host's: there rustc calls `cc`.
pub fn linkers(
    chain: &Chain,
    host: &str,
    variables: &BTreeMap<String, String>,
    root: &str,
) -> BTreeMap<String, String> {
    let winner = |triple: &str, path: &KeyPath| -> Option<Said> {
        let said = chain.parsed(triple, variables).said(path);
        said.into_iter().find(|said| said.wins)
    };
    let mut triples = vec![host.to_owned()];
    // One, or a list of them.
    if let Some(said) = winner(host, &KeyPath::new(["build", "target"])) {
        let names = said.value.split(['[', ']', ',', '"', '\'', ' ']);
        triples.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    let mut linkers = BTreeMap::new();
    for triple in triples {
        let said = winner(&triple, &KeyPath::new(["target", &triple, "linker"]));
        let linker = said.map(|said| program(&said, root));
        let default = (triple == host).then(|| "cc".to_owned());
        linkers.extend(linker.or(default).map(|linker| (triple, linker)));
    }
    linkers
}

/// A program as Cargo finds it: from the folder that holds the file's `.cargo`, if it is named with a slash.
fn program(said: &Said, root: &str) -> String {
    let program = said.value.trim_matches(['"', '\'']);
    if !program.contains('/') || program.starts_with('/') {
        return program.to_owned();
    }
    let file = said.at.as_ref().map_or("", |at| &at.file);
    let base = file.rsplitn(3, '/').nth(2).unwrap_or_default();
    match (base.starts_with('/'), base) {
        (true, base) => format!("{base}/{program}"),
        (false, "") => format!("{root}/{program}"),
        (false, base) => format!("{root}/{base}/{program}"),
    }
}

/// A script that calls `linker` as it was called itself, and adds a line to `log`: when it began, when it ended, and the
/// output. It needs a `date` that knows parts of a second, as GNU's does.
pub fn script(linker: &str, log: &str) -> String {
    // A command line that is too long for the system stands in a file: `@file`, one word a line.
    format!(
        "#!/bin/sh\n\
         begin=$(date +%s.%N)\n\
         {linker} \"$@\"\n\
         code=$?\n\
         end=$(date +%s.%N)\n\
         before=; output=\n\
         for word; do\n    \
             case $before in -o) output=$word ;; esac\n    \
             case $word in @*) output=$(sed -n '/^-o$/{{n;p;q;}}' \"${{word#@}}\") ;; esac\n    \
             before=$word\n\
         done\n\
         printf '%s %s %s\\n' \"$begin\" \"$end\" \"$output\" >> {log}\n\
         exit $code\n",
        linker = sh_quoted(linker),
        log = sh_quoted(log),
    )
}

/// The links in a log. A line that is none, and one without an output, is none of Cargo's.
pub fn links(log: &str) -> Vec<Link> {
    log.lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let mut time = || words.next()?.parse::<f64>().ok();
            let (begin, end) = (time()?, time()?);
            let output = words.next().filter(|output| !output.is_empty())?;
            // A clock can be set back.
            Some(Link {
                seconds: (end - begin).max(0.0),
                output: output.to_owned(),
            })
        })
        .filter(|link| link.seconds.is_finite())
        .collect()
}

/// Whether `date +%s.%N` answers with parts of a second here.
pub fn is_a_clock(answer: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = answer.trim().split_once('.');
    parts.is_some_and(|(seconds, parts)| is_number(seconds) && is_number(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_and_what_is_no_link_is_left_out() {
        let log = "10.500000000 12.250000000 /t/debug/deps/app-1f\n\
                   5.0 4.0 /t/a b\n\
                   1.0 2.0 \n\
                   x 2.0 /t/c\n\
                   1.0";
        let link = |seconds, output: &str| Link {
            seconds,
            output: output.to_owned(),
        };
        assert_eq!(
            links(log),
            [link(1.75, "/t/debug/deps/app-1f"), link(0.0, "/t/a b")]
        );
    }

    #[test]
    fn a_date_without_parts_of_a_second_is_no_clock() {
        assert!(is_a_clock("1795412345.123456789\n"));
        assert!(!is_a_clock("1795412345.N\n"));
        assert!(!is_a_clock("1795412345.%N"));
        assert!(!is_a_clock("1795412345"));
    }
}
