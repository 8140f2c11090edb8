//! The machine layer: what this machine is asked to prove, and what `.cargo/machine.toml` says once it has.
//!
//! The door looks programs up and tries what [`next`] tells it to try; which candidate wins and what is said about the
//! others is decided here. So the machine layer of Windows and macOS is computed and tested on any machine.

pub mod inherited;
pub mod mark;
mod recipe;
pub mod start;

pub(crate) use recipe::sh_quoted;
pub use recipe::{Found, PROGRAMS, Recipe, ways};

use toml_edit::{DocumentMut, Item};

use crate::diagnostic::{Diagnostic, Level};
use crate::facts::{Host, Trial};
use crate::policy::IfMissing;
use crate::value::{KeyPath, Value};

/// What the policy wants of a machine, settled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// For each target triple the linkers, best first; `default` ends the list where nothing need be done.
    pub linkers: Vec<(String, Vec<String>)>,
    /// The compiler cache.
    pub cache: Option<CacheWant>,
    /// [`policy_hash`] of what all this was settled from.
    pub policy_hash: String,
}

/// The compiler cache that the policy wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheWant {
    /// The wrapper.
    pub tool: String,
    /// Whether members are cached too, which switches incremental compilation off.
    pub everything: bool,
    /// What to do without it.
    pub if_missing: IfMissing,
}

impl Wants {
    /// The programs to look up on PATH.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        let cache = self.cache.as_ref().map(|cache| cache.tool.as_str());
        PROGRAMS.into_iter().chain(cache)
    }

    /// The linkers for the host. What is wanted for other platforms is none of this machine's business.
    fn linkers_of(&self, host: &Host) -> &[String] {
        self.linkers
            .iter()
            .find(|(triple, _)| *triple == host.triple)
            .map_or(&[], |(_, linkers)| linkers)
    }
}

/// A candidate to try next. Its [`Trial`] bears the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// `mold`, `sccache`.
    pub name: String,
    /// What to try; or why there is nothing to try.
    pub how: Result<Proof, String>,
}

/// How a candidate is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The first of these ways that links a program which runs and bears the linker's [`mark`].
    Link(Vec<Recipe>),
    /// The wrapper at this path compiles a library, and its own server has seen it.
    Wrap(String),
}

/// The candidate to try after those in `host.trials`; `None` when enough is known to [`render`].
pub fn next(wants: &Wants, host: &Host, found: &Found) -> Option<Attempt> {
    for linker in wants.linkers_of(host) {
        match trial_of(host, linker) {
            _ if linker == DEFAULT => break,
            Some(Trial { outcome: Ok(_), .. }) => break,
            Some(Trial {
                outcome: Err(_), ..
            }) => {}
            None => {
                return Some(Attempt {
                    name: linker.clone(),
                    how: ways(linker, &host.triple, found).map(Proof::Link),
                });
            }
        }
    }
    let CacheWant { tool, .. } = wants.cache.as_ref()?;
    trial_of(host, tool).is_none().then(|| Attempt {
        name: tool.clone(),
        how: match found.get(tool) {
            _ if tool != "sccache" => {
                Err("the only cache that can be proved is `sccache`".to_owned())
            }
            None => Err(format!("`{tool}` is not on PATH")),
            Some(program) => Ok(Proof::Wrap(program.clone())),
        },
    })
}

/// The linker that needs no proof: whatever links without us.
const DEFAULT: &str = "default";

fn trial_of<'h>(host: &'h Host, name: &str) -> Option<&'h Trial> {
    host.trials.iter().find(|trial| trial.name == name)
}

/// `.cargo/machine.toml`, and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineFile {
    /// The text of the file: TOML 1.0, or only the header where nothing was wanted or proved.
    pub text: String,
    /// What was passed over, and what is missing. [`Level::Error`] where the policy refuses to do without.
    pub diagnostics: Vec<Diagnostic>,
}

/// The machine layer of a machine on which the trials that [`next`] asked for have been made.
pub fn render(wants: &Wants, host: &Host) -> MachineFile {
    let mut diagnostics = Vec::new();
    let linker = proved_linker(wants, host, &mut diagnostics);
    let wrapper = proved_wrapper(wants, host, &mut diagnostics);

    let machine = one_line(&host.machine);
    let mut text = format!(
        "{FIRST_LINE}\n\
         # If Cargo does not start, delete this file: every build works without it.\n\
         {POLICY_LINE}{}\n\
         {MACHINE_LINE}{machine} ({})\n",
        wants.policy_hash, host.triple
    );
    if let Some((program, everything)) = wrapper {
        text += &format!("\n[build]\nrustc-wrapper = {}\n", Value::from(program));
        if everything {
            text += "incremental = false\n";
        }
    }
    if let Some(program) = linker {
        let table = KeyPath::new(["target", &host.triple]);
        text += &format!("\n[{table}]\nlinker = {}\n", Value::from(program));
    }
    MachineFile { text, diagnostics }
}

fn proved_linker<'h>(
    wants: &Wants,
    host: &'h Host,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'h str> {
    let linkers = wants.linkers_of(host);
    for linker in linkers {
        if linker == DEFAULT {
            return None;
        }
        let trial = trial_of(host, linker)?;
        match &trial.outcome {
            Ok(program) => return Some(program),
            Err(reason) => diagnostics.push(
                Diagnostic::new(
                    Level::Note,
                    "linker_passed_over",
                    format!("the linker `{linker}` is passed over on this machine"),
                )
                .with_note(reason),
            ),
        }
    }
    if let [best, ..] = linkers {
        diagnostics.push(
            Diagnostic::warning(
                "no_linker_works",
                format!(
                    "no linker that the policy names for {} works on this machine",
                    host.triple
                ),
            )
            .with_note("programs are linked as Cargo links them by default")
            .with_help(format!(
                "install `{best}`, or end the list in the policy with \"{DEFAULT}\""
            )),
        );
    }
    None
}

fn proved_wrapper<'h>(
    wants: &Wants,
    host: &'h Host,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'h str, bool)> {
    let CacheWant {
        tool,
        everything,
        if_missing,
    } = wants.cache.as_ref()?;
    let reason = match &trial_of(host, tool)?.outcome {
        Ok(program) => return Some((program, *everything)),
        Err(reason) => reason,
    };
    let (level, code) = match if_missing {
        IfMissing::Skip => (Level::Note, "cache_passed_over"),
        IfMissing::Warn => (Level::Warning, "cache_passed_over"),
        IfMissing::Error => (Level::Error, "cache_missing"),
    };
    let mut diagnostic = Diagnostic::new(
        level,
        code,
        format!("the cache `{tool}` does not work on this machine"),
    )
    .with_note(reason);
    if tool == "sccache" {
        diagnostic = diagnostic.with_help(format!("install it: {}", sccache_hint(&host.triple)));
    }
    diagnostics.push(diagnostic);
    None
}

fn sccache_hint(triple: &str) -> &'static str {
    if triple.contains("apple") {
        "`brew install sccache`"
    } else if triple.contains("windows") {
        "`winget install Mozilla.sccache`"
    } else {
        "`cargo install --locked sccache`, or the distribution's package `sccache`"
    }
}

/// Whether a `machine.toml` is what the policy would make of this machine today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Written from this policy.
    Current,
    /// Written from an earlier one.
    Stale,
    /// Not written by us: a person's, or an environment's file put in its place.
    Foreign,
}

/// What to think of the `machine.toml` that is there.
pub fn is_current(machine_text: &str, wants: &Wants) -> Freshness {
    let mut lines = machine_text.trim_start_matches('\u{feff}').lines();
    if lines.next() != Some(FIRST_LINE) {
        return Freshness::Foreign;
    }
    let hash = lines
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix(POLICY_LINE));
    if hash == Some(wants.policy_hash.as_str()) {
        Freshness::Current
    } else {
        Freshness::Stale
    }
}

/// The machine that one of our files was written on.
pub fn written_on(machine_text: &str) -> Option<String> {
    let line = machine_text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix(MACHINE_LINE))?;
    let (name, _triple) = line.rsplit_once(" (")?;
    Some(name.to_owned())
}

const FIRST_LINE: &str = "# Written by `cargo xtask configure` for this machine; not for git.";
const POLICY_LINE: &str = "# policy: ";
const MACHINE_LINE: &str = "# machine: ";

/// The programs that a `machine.toml` of ours names by path. Once one of them is gone, Cargo starts nothing: then the
/// file is as stale as one from another policy.
pub fn programs_in(machine_text: &str) -> Vec<String> {
    let Ok(machine) = machine_text
        .trim_start_matches('\u{feff}')
        .parse::<DocumentMut>()
    else {
        return Vec::new();
    };
    let table = |name: &str| machine.get(name).and_then(Item::as_table_like);
    let wrapper = table("build").and_then(|build| build.get("rustc-wrapper"));
    let linkers = table("target")
        .into_iter()
        .flat_map(|targets| targets.iter())
        .filter_map(|(_, target)| target.as_table_like()?.get("linker"));
    wrapper
        .into_iter()
        .chain(linkers)
        .filter_map(Item::as_str)
        .filter(|program| program.contains(['/', '\\']))
        .map(str::to_owned)
        .collect()
}

/// A hash of the policy that is the same in every release of this tool and on every machine.
pub fn policy_hash(text: &str) -> String {
    stable_hash(text)
}

/// FNV-1a, 64 bits, in hexadecimal. Nobody attacks it: it tells one's own texts apart.
fn stable_hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A name from the world, fit for a comment.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests;
