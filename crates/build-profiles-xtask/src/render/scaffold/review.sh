#!/usr/bin/env bash
# The check and the note of a pull request, on GitHub. What it needs comes by environment.
#
# The check's exit code is the job's. The note never fails a job: what it cannot say or may not post is said in the log.
set -euo pipefail

marker='<!-- build-profiles: review -->'
read -r -a tool <<< "$COMMAND"
# The tool is what the branch brings, and so is what Cargo starts; the token is for neither.
tool=(env --unset=GH_TOKEN "${tool[@]}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
note=$folder/note.md

# Says what changes in effect; where that can't be told, why.
write_note() {
    # Cargo's unit graph wants the dependencies, and asks no network for them.
    env --unset=GH_TOKEN cargo fetch --locked --quiet || echo '::notice title=build-profiles::the dependencies could not be fetched'
    local base=--base
    if [ -n "$BASE" ]; then base="--base=$BASE"; fi
    CARGO_TERM_COLOR=never "${tool[@]}" configure --diff "$base" --format markdown > "$folder/said" 2> "$folder/errors" ||
        echo '::warning title=build-profiles::the note is not whole, see the log'
    cat "$folder/errors" >&2
    echo "$marker" > "$note"
    if [ -s "$folder/said" ]; then
        grep --invert-match --line-regexp --fixed-strings "$marker" "$folder/said" >> "$note" || true
    else
        # Indented, so that nothing in it is Markdown or HTML.
        { printf '**build-profiles:** what this branch changes could not be told\n\n'; tail -n 20 "$folder/errors" | sed 's/^/    /'; } >> "$note"
    fi
}

# Keeps one comment of the pull request up to date.
comment() {
    local comments="repos/$GITHUB_REPOSITORY/issues" ours
    # A comment that a person began with our marker stays that person's.
    ours=$(gh api --paginate "$comments/$PULL_REQUEST/comments" \
        --jq ".[] | select(.user.type == \"Bot\" and (.body // \"\" | startswith(\"$marker\"))) | .id") || return
    ours=${ours%%$'\n'*}
    if [ -n "$ours" ]; then
        gh api --silent --method PATCH "$comments/comments/$ours" --field "body=@$note"
    elif ! grep --quiet --line-regexp --fixed-strings '**build-profiles:** this branch changes no build' "$note"; then
        gh api --silent --method POST "$comments/$PULL_REQUEST/comments" --field "body=@$note"
    fi # A first note that says that is not worth a comment.
}

verdict=0
"${tool[@]}" configure --check --format github || verdict=$?

write_note
cat "$note" >> "$GITHUB_STEP_SUMMARY"
if [ "$COMMENT" = true ] && [ -n "$PULL_REQUEST" ]; then
    comment || echo '::notice title=build-profiles::this token may not comment; the note is in the job summary'
fi
exit "$verdict"
