//! The verdicts as a note: what is not in force first, the rest folded.

use build_profiles::diagnostic::{Diagnostic, Level};
use build_profiles::verdict::{Outcome, Verdict};
use handlebars::Handlebars;
use serde_json::{Value, json};

use super::Verified;
use crate::render::markdown::escape;

pub(super) fn report(verified: &Verified<'_>) -> String {
    let mut templates = Handlebars::new();
    templates.register_escape_fn(escape);
    let fails =
        |verdict: &&Verdict| matches!(verdict.outcome, Outcome::Inactive | Outcome::Unproven);
    let (failing, others): (Vec<&Verdict>, Vec<&Verdict>) =
        verified.verdicts.iter().partition(fails);
    let rows =
        |verdicts: &[&Verdict]| -> Vec<Value> { verdicts.iter().copied().map(row).collect() };
    let counts = |finding: &&Diagnostic| finding.level > Level::Note;
    let findings = verified.findings.iter().filter(counts).map(|finding| {
        let help = finding.help.iter().map(|help| crate::render::advice(help));
        let said = std::iter::once(finding.message.clone()).chain(help);
        said.collect::<Vec<_>>().join("; ")
    });
    let data = json!({
        "option": verified.option(),
        "summary": verified.summary(),
        "target": verified.toolchain.triple,
        "cargo": verified.toolchain.cargo.to_string(),
        "failing": rows(&failing),
        "others": rows(&others),
        "others_count": others.len(),
        "notes": findings.chain(verified.stray()).collect::<Vec<_>>(),
        "command": verified.command(),
    });
    templates
        .render_template(include_str!("../verify.md.hbs"), &data)
        .expect("the template and its data are ours")
}

fn row(verdict: &Verdict) -> Value {
    json!({
        "key": format!("{} = {}", verdict.claim.key, verdict.claim.wanted),
        "outcome": verdict.outcome.name(),
        "evidence": verdict.evidence.join("; "),
        "control": verdict.control.as_deref().unwrap_or(""),
        "help": verdict.help.as_deref().map(crate::render::advice).unwrap_or_default(),
    })
}
