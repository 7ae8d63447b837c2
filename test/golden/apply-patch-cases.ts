/** One run of the patch command in a folder. Texts are UTF-8 unless `beforeBytes` says otherwise. `{ROOT}` is the folder. */
export interface PatchCase {
  readonly name: string;
  readonly patch: string;
  readonly before?: Readonly<Record<string, string>>;
  readonly beforeBytes?: Readonly<Record<string, readonly number[]>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Files afterwards. Default: as before. */
  readonly after?: Readonly<Record<string, string>>;
  /** Expected success list, without the heading. Absent: it fails. */
  readonly list?: readonly string[];
  /** Expected standard error of a failure, without the final newline. */
  readonly error?: string;
}

/** A patch from its inner lines. */
function patch(...lines: readonly string[]): string {
  return ["*** Begin Patch", ...lines, "*** End Patch", ""].join("\n");
}

/** A patch that updates `f`. */
function update(...lines: readonly string[]): string {
  return patch("*** Update File: f", ...lines);
}

const notAHeader = (line: number, text: string): string =>
  `Invalid patch hunk on line ${line}: '${text}' is not a valid hunk header. Valid hunk headers: '*** Add File: {path}', '*** Delete File: {path}', '*** Update File: {path}'`;
const unexpectedLine = (line: number, text: string): string =>
  `Invalid patch hunk on line ${line}: Unexpected line found in update hunk: '${text}'. Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)`;
const needsChunk = (line: number, text: string): string => `Invalid patch hunk on line ${line}: Expected update hunk to start with a @@ context marker, got: '${text}'`;
const noLines = (line: number): string => `Invalid patch hunk on line ${line}: Update hunk does not contain any lines`;
const emptyUpdate = (line: number, path: string): string => `Invalid patch hunk on line ${line}: Update file hunk for path '${path}' is empty`;
const firstLine = "Invalid patch: The first line of the patch must be '*** Begin Patch'";
const lastLine = "Invalid patch: The last line of the patch must be '*** End Patch'";
const notFound = (lines: string, file = "f"): string => `Failed to find expected lines in {ROOT}/${file}:\n${lines}`;

const three = { f: "red\ngreen\nblue\n" };
const M = ["M f"];

const grammar: readonly PatchCase[] = [
  { name: "an added file has its lines, each ended", patch: patch("*** Add File: n", "+a", "+", "+b"), after: { n: "a\n\nb\n" }, list: ["A n"] },
  { name: "an added file without lines is empty", patch: patch("*** Add File: n"), after: { n: "" }, list: ["A n"] },
  { name: "a carriage return inside an added line is kept, at its end it is dropped", patch: patch("*** Add File: n", "+a\rb\r"), after: { n: "a\rb\n" }, list: ["A n"] },
  { name: "a patch whose lines end with CRLF reads like one with LF", before: three, patch: update("@@", "-green", "+teal").replaceAll("\n", "\r\n"), after: { f: "red\nteal\nblue\n" }, list: M },
  { name: "padding around the markers and headers is ignored", before: three, patch: " *** Begin Patch \n  *** Delete File: f  \n *** End Patch ", after: {}, list: ["D f"] },
  { name: "an indented header inside an update is a context line", before: { f: "*** Delete File: f\nx\n" }, patch: update(" *** Delete File: f", "-x", "+y"), after: { f: "*** Delete File: f\ny\n" }, list: M },
  { name: "an indented end marker in the last line ends the patch", before: three, patch: "*** Begin Patch\n*** Update File: f\n-red\n   *** End Patch", after: { f: "green\nblue\n" }, list: M },
  { name: "the end marker may stand twice", before: three, patch: `${patch("*** Delete File: f")}\n*** End Patch`, after: {}, list: ["D f"] },
  { name: "a here-document around the patch is taken off", patch: `<<'EOF'\n${patch("*** Add File: n", "+x")}EOF`, after: { n: "x\n" }, list: ["A n"] },
  { name: "a here-document's last line only has to end with EOF", patch: `<<EOF\n${patch("*** Add File: n", "+x")} not EOF`, after: { n: "x\n" }, list: ["A n"] },
  { name: "another here-document word is not taken off", patch: `<<DONE\n${patch("*** Add File: n", "+x")}DONE`, error: firstLine },
  { name: "a here-document with a faulty patch names the patch's fault", patch: "<<EOF\n*** Begin Patch\n*** Delete File: f\nEOF", error: lastLine },
  { name: "blanks only have no last line", patch: " \n\t\n", error: lastLine },
  { name: "text before the first marker is refused", patch: `Here you are:\n${patch("*** Add File: n")}`, error: firstLine },
  { name: "text after the last marker is refused", patch: `${patch("*** Add File: n")}Done.`, error: lastLine },
  { name: "two patches in one input are refused", patch: patch("*** Add File: n") + patch("*** Add File: m"), error: lastLine },
  { name: "a byte order mark before the first marker is refused", patch: `\uFEFF${patch("*** Add File: n")}`, error: firstLine },
  { name: "a blank line between operations is refused", patch: patch("*** Add File: n", "+x", "", "*** Add File: m"), error: notAHeader(4, "") },
  { name: "an unknown header is refused, trimmed in the message", patch: patch("  *** Copy File: n "), error: notAHeader(2, "*** Copy File: n") },
  { name: "headers are case-sensitive", patch: patch("*** add file: n"), error: notAHeader(2, "*** add file: n") },
  { name: "a header without a path is no header", patch: patch("*** Delete File: "), error: notAHeader(2, "*** Delete File:") },
  { name: "an environment id before the first operation is ignored", patch: patch("*** Environment ID: box", "*** Add File: n"), after: { n: "" }, list: ["A n"] },
  { name: "an environment id must have a value", patch: patch("*** Environment ID:   ", "*** Add File: n"), error: "Invalid patch: apply_patch environment_id cannot be empty" },
  { name: "an environment id may stand once", patch: patch("*** Environment ID: a", "*** Environment ID:"), error: "Invalid patch: apply_patch environment_id cannot be specified more than once" },
  { name: "a patch without operations changes nothing", patch: patch(), error: "No files were modified." },
  { name: "an update without chunks is refused at its header", before: three, patch: patch("*** Add File: n", "*** Update File: f"), error: emptyUpdate(3, "f") },
  { name: "a move without a chunk is refused", before: three, patch: update("*** Move to: g"), error: emptyUpdate(2, "f") },
  { name: "a chunk without lines is refused", before: three, patch: update("@@"), error: noLines(4) },
  { name: "an end-of-file marker right after the chunk's start is refused", before: three, patch: update("@@", "*** End of File"), error: noLines(4) },
  { name: "a chunk that follows an empty chunk is refused as it stands", before: three, patch: update("@@", "@@ red  "), error: unexpectedLine(4, "@@ red  ") },
  { name: "a header that follows an empty chunk is refused without its padding", before: three, patch: update("@@", "*** Delete File: f  "), error: unexpectedLine(4, "*** Delete File: f") },
  { name: "a chunk's start needs a space before its text", before: three, patch: update("@@red"), error: unexpectedLine(3, "@@red") },
  { name: "a line without a sign after lines asks for a chunk's start", before: three, patch: update("@@", "-red", "green"), error: needsChunk(5, "green") },
  { name: "a second move line is no move line", before: three, patch: update("*** Move to: g", "*** Move to: h", " red"), error: unexpectedLine(4, "*** Move to: h") },
  { name: "after the end-of-file marker only a new chunk may follow", before: three, patch: update("@@", "-blue", "*** End of File", "*** End of File"), error: needsChunk(6, "*** End of File") },
  { name: "blanks after the end-of-file marker are skipped", before: three, patch: update("@@", "-blue", "*** End of File", "  ", ""), after: { f: "red\ngreen\n" }, list: M },
  { name: "an end-of-file marker before the first chunk is ignored", before: three, patch: update("*** End of File", "@@", "-red"), after: { f: "green\nblue\n" }, list: M },
  { name: "the marker for a missing newline is refused", before: three, patch: update("-blue", "+sky", "\\ No newline at end of file"), error: needsChunk(5, "\\ No newline at end of file") },
];

const matching: readonly PatchCase[] = [
  { name: "an exact match further down beats a loose one nearby", before: { f: "x \nx\n" }, patch: update("@@", "-x", "+y"), after: { f: "x \ny\n" }, list: M },
  { name: "blanks at the end of a line do not hinder, and go with the line", before: { f: "x \t\n" }, patch: update("@@", "-x", "+y"), after: { f: "y\n" }, list: M },
  { name: "another indentation does not hinder, and context keeps its own", before: { f: "\tif\n\t\tgo\n" }, patch: update("@@", " if", "-    go", "+    stop"), after: { f: "\tif\n    stop\n" }, list: M },
  { name: "typographic dashes, quotes and spaces are plain ones", before: { f: "“a” – b\u00A0c’s\n" }, patch: update('-"a" - b c\'s', "+z"), after: { f: "z\n" }, list: M },
  { name: "U+0085 at the end of a line is white space", before: { f: "x\u0085\n" }, patch: update("-x", "+y"), after: { f: "y\n" }, list: M },
  { name: "U+FEFF is not white space, so line 1 after a byte order mark does not match", before: { f: "\uFEFFx\n" }, patch: update("-x", "+y"), error: notFound("x") },
  { name: "an ellipsis is not three dots", before: { f: "wait…\n" }, patch: update("-wait...", "+go"), error: notFound("wait...") },
  { name: "U+2001 inside a line is not folded", before: { f: "a\u2001b\n" }, patch: update("-a b", "+go"), error: notFound("a b") },
  { name: "case counts", before: three, patch: update("-Red", "+x"), error: notFound("Red") },
  { name: "chunks are looked for downwards only", before: three, patch: update("@@", "-green", "@@", "-red"), error: notFound("red") },
  { name: "a chunk's text finds the line to start after", before: { f: "a {\nx\n}\nb {\nx\n}\n" }, patch: update("@@ b {", "-x", "+y"), after: { f: "a {\nx\n}\nb {\ny\n}\n" }, list: M },
  { name: "leading blanks of a chunk's text count in the exact pass but not in the loose ones", before: { f: "  b\nx\n" }, patch: update("@@ b", "-x"), after: { f: "  b\n" }, list: M },
  { name: "a chunk's text that is nowhere is named", before: three, patch: update("@@ pink", "-red"), error: "Failed to find context 'pink' in {ROOT}/f" },
  { name: "line numbers after @@ are text like any other", before: three, patch: update("@@ -1,2 +1,2 @@", "-red"), error: "Failed to find context '-1,2 +1,2 @@' in {ROOT}/f" },
  { name: "a blank line before the end is dropped when the file has none", before: three, patch: update("@@", "-blue", "+sky", ""), after: { f: "red\ngreen\nsky\n" }, list: M },
  { name: "a dropped blank context line before additions is added", before: { f: "a\n" }, patch: update(" a", "", "+b"), after: { f: "a\n\nb\n" }, list: M },
  { name: "a blank context line in an empty file is added", before: { f: "" }, patch: update("", "+b"), after: { f: "\nb\n" }, list: M },
  { name: "removing a blank that is not there after the last line removes the line", before: three, patch: update("-blue", "-"), after: { f: "red\ngreen\n" }, list: M },
  { name: "a missing block is quoted with its trailing blank", before: three, patch: update("-pink", "", "@@", "-red"), error: notFound("pink\n") },
  { name: "the end-of-file marker takes the last of equal blocks", before: { f: "x\ny\nx\n" }, patch: update("@@", "-x", "+z", "*** End of File"), after: { f: "x\ny\nz\n" }, list: M },
  { name: "the end-of-file marker never falls back to an earlier place", before: three, patch: update("@@", "-red", "*** End of File"), error: notFound("red") },
  { name: "additions alone go to the end, whatever the chunk's text says", before: three, patch: update("@@ red", "+pink"), after: { f: "red\ngreen\nblue\npink\n" }, list: M },
  { name: "a chunk after an addition at the end still finds lines above", before: three, patch: update("@@", "+end", "@@", "-red", "+RED"), after: { f: "RED\ngreen\nblue\nend\n" }, list: M },
];

const content: readonly PatchCase[] = [
  { name: "added lines get the file's first terminator, others keep theirs", before: { f: "a\r\nb\nc\r\n" }, patch: update("@@", " b", "-c", "+C"), after: { f: "a\r\nb\nC\r\n" }, list: M },
  { name: "a lone carriage return ends a line too", before: { f: "a\rb\rc\r" }, patch: update("-b", "+B"), after: { f: "a\rB\rc\r" }, list: M },
  { name: "a last line without terminator gets one, though it is only context", before: { f: "a\nb" }, patch: update(" b"), after: { f: "a\nb\n" }, list: M },
  { name: "a last line without terminator gets one before lines that follow it", before: { f: "a\r\nb" }, patch: update("+c"), after: { f: "a\r\nb\r\nc\r\n" }, list: M },
  { name: "removing every line leaves an empty file", before: { f: "a\n" }, patch: update("-a"), after: { f: "" }, list: M },
  { name: "a byte order mark stays when other lines change", before: { f: "\uFEFFa\nb\n" }, patch: update("-b", "+c"), after: { f: "\uFEFFa\nc\n" }, list: M },
  { name: "NUL bytes are text", before: { f: "a\0\nb\n" }, patch: update("-b", "+c"), after: { f: "a\0\nc\n" }, list: M },
  { name: "a second chunk that fails writes nothing of the first", before: three, patch: update("@@", "-red", "+x", "@@", "-pink"), error: notFound("pink") },
];

const files: readonly PatchCase[] = [
  { name: "the list has added, then changed, then deleted files, as the patch wrote them", before: { a: "1\n", f: "1\n" }, patch: patch("*** Delete File: a", "*** Update File: ./f", "-1", "+2", "*** Add File: d//n"), after: { f: "2\n", "d/n": "" }, list: ["A d//n", "M ./f", "D a"] },
  { name: "a file may be named twice and is changed in order", before: { f: "1\n" }, patch: patch("*** Update File: f", "-1", "+2", "*** Update File: f", "-2", "+3"), after: { f: "3\n" }, list: ["M f", "M f"] },
  { name: "what was written stays when a later file fails", before: { f: "1\n" }, patch: patch("*** Update File: f", "-1", "+2", "*** Delete File: none"), after: { f: "2\n" }, error: "Failed to delete file {ROOT}/none" },
  { name: "adding over a file replaces it", before: { f: "old\n" }, patch: patch("*** Add File: f", "+new"), after: { f: "new\n" }, list: ["A f"] },
  { name: "adding below a file fails", before: { f: "1\n" }, patch: patch("*** Add File: f/n", "+x"), error: "Failed to write file {ROOT}/f/n" },
  { name: "adding below a link to nowhere fails at the folders", links: { a: "nowhere" }, patch: patch("*** Add File: a/b", "+x"), error: "Failed to create parent directories for {ROOT}/a/b" },
  { name: "adding over a folder fails", before: { "d/f": "1\n" }, patch: patch("*** Add File: d", "+x"), error: "Failed to write file {ROOT}/d" },
  { name: "updating a missing file names the system's reason", patch: update("-a"), error: "Failed to read file to update {ROOT}/f: No such file or directory (os error 2)" },
  { name: "updating a folder says that it is not a file", before: { "f/x": "1\n" }, patch: update("-a"), error: "Failed to read file to update {ROOT}/f: path `{ROOT}/f` is not a file" },
  { name: "updating below a file names the system's reason", before: { f: "1\n" }, patch: patch("*** Update File: f/x", "-a"), error: "Failed to read file to update {ROOT}/f/x: Not a directory (os error 20)" },
  { name: "updating a file that is not UTF-8 says where", beforeBytes: { f: [0x61, 0x0a, 0xe9, 0x0a] }, patch: update("-a"), error: "Failed to read file to update {ROOT}/f: invalid utf-8 sequence of 1 bytes from index 2" },
  { name: "updating a file that ends inside a character says so", beforeBytes: { f: [0x61, 0xe2, 0x82] }, patch: update("-a"), error: "Failed to read file to update {ROOT}/f: incomplete utf-8 byte sequence from index 1" },
  { name: "deleting a folder fails", before: { "d/f": "1\n" }, patch: patch("*** Delete File: d"), error: "Failed to delete file {ROOT}/d" },
  { name: "a path is resolved by its text: a missing folder before .. does not matter", patch: patch("*** Add File: no/../n", "+x"), after: { n: "x\n" }, list: ["A no/../n"] },
  { name: "a path is literal: quotes, tilde, dollar and percent mean nothing", patch: patch("*** Add File: ~/'$HOME'%20", "+x"), after: { "~/'$HOME'%20": "x\n" }, list: ["A ~/'$HOME'%20"] },
  { name: "a tab in a path is dropped", patch: patch("*** Add File: a\tb", "+x"), after: { ab: "x\n" }, list: ["A a\tb"] },
  { name: "a slash at the end of a path is dropped", patch: patch("*** Add File: n/", "+x"), after: { n: "x\n" }, list: ["A n/"] },
  { name: "a move writes the new place, makes its folders and removes the old one", before: three, patch: update("*** Move to: d/e/g", "@@", "-red", "+x"), after: { "d/e/g": "x\ngreen\nblue\n" }, list: ["M d/e/g"] },
  { name: "a move replaces what stands at its destination", before: { f: "1\n", g: "2\n" }, patch: update("*** Move to: g", " 1"), after: { g: "1\n" }, list: ["M g"] },
  { name: "an update writes through a link", before: { real: "1\n" }, links: { f: "real" }, patch: update("-1", "+2"), after: { real: "2\n" }, list: M },
  { name: "adding through a dangling link makes its target", links: { f: "real" }, patch: patch("*** Add File: f", "+x"), after: { real: "x\n" }, list: ["A f"] },
  { name: "deleting a link leaves its target", before: { real: "1\n" }, links: { f: "real" }, patch: patch("*** Delete File: f"), after: { real: "1\n" }, list: ["D f"] },
  { name: "deleting a dangling link fails", links: { f: "real" }, patch: patch("*** Delete File: f"), error: "Failed to delete file {ROOT}/f" },
  // Deliberate differences: the original would lose the file.
  { name: "difference: a move onto the same path updates the file", before: three, patch: update("*** Move to: ./f", "-red", "+x"), after: { f: "x\ngreen\nblue\n" }, list: ["M ./f"] },
  { name: "difference: a move onto a link to the same file updates the file", before: { f: "1\n" }, links: { g: "f" }, patch: update("*** Move to: g", "-1", "+2"), after: { f: "2\n" }, list: ["M g"] },
];

/** Written by hand from the rules of the patch format; every rule has at least one case. */
export const patchCases: readonly PatchCase[] = [...grammar, ...matching, ...content, ...files];
