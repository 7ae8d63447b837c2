import { readFileSync } from "node:fs";
import { isInside } from "../lib/paths.ts";

/**
 * The first program in the sandbox when folders below the project are mounted one by one: looks at what bubblewrap really mounted,
 * then becomes the command. bubblewrap follows links, so a command that still runs could replace such a folder by a link to
 * somewhere else between the search and the mount (measured: a write outside). From here on the mounts stand for good.
 *
 * Every mount at or below a shown folder must be that folder's own place on its disk, one of the host's mounts in it, or a hidden
 * place; nothing else may be writable. Arguments: shown folders, the host's mounts in them, hidden places, temp folders (lines each),
 * then the command.
 */
const script = `
bases=$1 also=$2 hidden=$3 temp=$4; shift 4
nl='
'
refuse() { echo "sandbox: $1 is not what the sandbox was to mount there; a folder of the project was replaced while the command started." >&2; exit 1; }
holds() { case "$nl$1$nl" in *"$nl$2$nl"*) return 0;; esac; return 1; }
below() {
  while read -r wantDev wantRoot base; do
    case $point in
      "$base") [ "$dev $root" = "$wantDev $wantRoot" ] && return 0; odd=1;;
      "$base"/*) [ "$dev $root" = "$wantDev \${wantRoot%/}\${point#"$base"}" ] && return 0; odd=1;;
    esac
  done <<END
$bases
END
  return 1
}
while read -r id up dev root point opts rest; do
  odd=0
  below && continue
  holds "$also" "$dev $root $point" && continue
  case $opts in
    ro*) holds "$hidden" "$point" && continue; [ $odd = 0 ] && continue;;
    *) if [ $odd = 0 ]; then
      holds "$temp" "$point" && continue
      case $point in /dev|/dev/*|/run) case $rest in *'- tmpfs '*|*'- devtmpfs '*|*'- devpts '*|*'- mqueue '*) continue;; esac;; esac
    fi;;
  esac
  refuse "$point"
done </proc/self/mountinfo
exec "$@"
`;

export interface MountsWanted {
  /** Folders mounted at their own place. */
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
  readonly tmpFolders: readonly string[];
}

/** The words before a command that check the mounts. A refusal is `sandbox: …` on standard error and exit code 1. */
export function mountCheck({ shown, hidden, tmpFolders }: MountsWanted): readonly string[] {
  const mounts = hostMounts();
  const bases = shown.map((folder) => placeOf(escaped(folder), mounts));
  const also = mounts.filter(({ point }) => shown.some((folder) => isInside(escaped(folder), point)));
  const lines = (all: readonly string[]): string => all.join("\n");
  return [
    "/bin/sh",
    "-c",
    script,
    "mount-check",
    lines(bases),
    lines(also.map(({ dev, root, point }) => `${dev} ${root} ${point}`)),
    lines(hidden.map(escaped)),
    lines(tmpFolders.map(escaped)),
  ];
}

interface Mount {
  readonly dev: string;
  readonly root: string;
  readonly point: string;
}

/** As the kernel writes them: white space and backslashes as octal numbers. The last of several at one place is the one on top. */
function hostMounts(): readonly Mount[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , dev = "", root = "", point = ""] = line.split(" ");
      return { dev, root, point };
    });
}

/** Device and place on it of a folder: those of the mount that covers it. */
function placeOf(folder: string, mounts: readonly Mount[]): string {
  const over = mounts.filter(({ point }) => isInside(point, folder));
  const longest = Math.max(...over.map(({ point }) => point.length));
  const mount = over.findLast(({ point }) => point.length === longest);
  if (mount === undefined) throw new Error(`No mount covers ${folder}.`);
  const below = mount.point === "/" ? folder : folder.slice(mount.point.length);
  return `${mount.dev} ${mount.root === "/" ? below || "/" : mount.root + below} ${folder}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[ \t\n\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
