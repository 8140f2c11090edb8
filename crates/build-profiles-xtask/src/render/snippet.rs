//! A diagnostic as rustc and Cargo draw it, through `annotate-snippets`.

use std::collections::BTreeMap;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Renderer, Snippet};
use build_profiles::diagnostic::{Diagnostic, FilePath, Level};
use build_profiles::secret;

use super::advice;

/// Draws one finding.
pub(super) fn draw(
    finding: &Diagnostic,
    sources: &BTreeMap<&FilePath, &str>,
    colored: bool,
) -> String {
    let title = match finding.level {
        Level::Error | Level::Deny => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let mut group = Group::with_title(
        title
            .primary_title(finding.message.as_str())
            .id(finding.code),
    );
    let mut files: Vec<&FilePath> = Vec::new();
    for label in &finding.labels {
        if !files.contains(&&label.file) {
            files.push(&label.file);
        }
    }
    for file in files {
        let Some(source) = sources.get(file) else {
            continue;
        };
        let labels = finding
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.file == *file);
        let annotations = labels.map(|(i, label)| {
            let kind = if i == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(within(source, &label.span));
            if label.text.is_empty() {
                annotation
            } else {
                annotation.label(label.text.as_str())
            }
        });
        group = group.element(
            Snippet::source(secret::masked(source))
                .path(file.as_str())
                .annotations(annotations),
        );
    }
    for note in &finding.notes {
        group = group.element(Title::NOTE.message(advice(note)));
    }
    for help in &finding.help {
        group = group.element(Title::HELP.message(advice(help)));
    }
    let renderer = if colored {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.render(&[group])
}

/// The span, cut to the text: a label never makes us fail to say what we have to say.
fn within(source: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = span.end.min(source.len());
    span.start.min(end)..end
}
