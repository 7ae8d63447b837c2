import path from "node:path";

/** Where keys and passwords lie in a home folder: hidden from sandboxed commands. */
const places = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".password-store",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".git-credentials",
  ".vault-token",
  ".config/gh",
  ".config/gcloud",
  ".config/git/credentials",
  ".config/op",
  ".config/rclone",
  ".config/sops",
  ".local/share/keyrings",
  ".local/share/kwalletd",
  ".mozilla",
  ".thunderbird",
  ".config/google-chrome",
  ".config/chromium",
  ".config/BraveSoftware",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".gem/credentials",
  ".m2/settings.xml",
  ".terraform.d/credentials.tfrc.json",
  ".codex/auth.json",
  ".claude/.credentials.json",
] as const;

/** The secret places of a home folder, absolute; most of them will not exist. */
export function secretFolders(home: string): readonly string[] {
  return places.map((place) => path.join(home, place));
}
