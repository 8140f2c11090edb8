//! The verdicts as one JSON object, with all the evidence: docs/json.md says what it holds, and a verdict can be computed
//! again from it.

use build_profiles::evidence::{BuildKind, Evidence};
use build_profiles::verdict::Verdict;
use serde::Serialize;

use super::Verified;

/// The version of the object's shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    command: String,
    exit: u8,
    workspace: &'a str,
    tool: &'static str,
    rustc: String,
    cargo: String,
    seconds: Seconds,
    summary: Vec<Count>,
    environment: Vec<String>,
    builds: Vec<JsonBuild<'a>>,
    verdicts: &'a [Verdict],
    diagnostics: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a Evidence>,
}

/// Of the clock.
#[derive(Serialize)]
struct Seconds {
    /// From the first look at the files to the last verdict.
    all: f64,
    /// Of these, not spent waiting for cargo, rustc, sccache, nextest.
    own: f64,
}

#[derive(Serialize)]
struct Count {
    outcome: build_profiles::verdict::Outcome,
    count: usize,
}

/// A build that ran, to run it again and to know how long it takes.
#[derive(Serialize)]
struct JsonBuild<'a> {
    what: BuildKind,
    command: &'a str,
    compiled: usize,
    seconds: f64,
    cpu_seconds: Option<f64>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    notes: &'a [String],
    help: &'a [String],
}

/// The whole of it.
pub(super) fn report(verified: &Verified<'_>) -> String {
    object(verified, Some(verified.evidence))
}

/// What ran, where, and what it came to, to be kept beside the build.
pub(crate) fn receipt(verified: &Verified<'_>) -> String {
    object(verified, None)
}

fn object(verified: &Verified<'_>, evidence: Option<&Evidence>) -> String {
    let json = Json {
        schema: SCHEMA,
        command: verified.command(),
        exit: verified.exit.code(),
        workspace: verified.repository.root.as_str(),
        tool: env!("CARGO_PKG_VERSION"),
        rustc: verified.toolchain.rustc.to_string(),
        cargo: verified.toolchain.cargo.to_string(),
        seconds: Seconds {
            all: verified.seconds.0,
            own: verified.seconds.1,
        },
        summary: verified
            .counts()
            .into_iter()
            .map(|(outcome, count)| Count { outcome, count })
            .collect(),
        environment: verified.stray(),
        builds: verified
            .evidence
            .builds
            .iter()
            .map(|build| JsonBuild {
                what: build.what,
                command: &build.command,
                compiled: build.compiled,
                seconds: build.seconds,
                cpu_seconds: build.cpu_seconds,
            })
            .collect(),
        verdicts: verified.verdicts,
        diagnostics: verified
            .findings
            .iter()
            .map(|finding| Finding {
                code: finding.code,
                level: crate::render::json::level(finding.level),
                message: &finding.message,
                notes: &finding.notes,
                help: &finding.help,
            })
            .collect(),
        evidence,
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}
