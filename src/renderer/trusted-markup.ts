import { z } from "zod";

// Imported first: schemas would otherwise try out at once whether they may make code from text, which the page forbids and reports.
z.config({ jitless: true });

/** What our own Markdown and the drawing of diffs are made of. Nothing here loads, runs or asks anything. */
const elements = new Set(
  (
    "a b blockquote br button code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p pre s samp section slot small " +
    "span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr " +
    "svg symbol defs g path use circle ellipse line polygon polyline rect title text tspan clippath mask lineargradient radialgradient stop"
  ).split(" "),
);
const attribute = /\s+([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/y;
const loading = /^(?:on.*|src|srcset|srcdoc|action|formaction|background|poster|ping|data|xlink:href|is)$/i;

/**
 * True for markup that can neither run nor load anything: known elements only, no handlers, links to the web or within the page. Text must
 * be escaped: a `<` that does not begin a whole tag is refused, because a browser may read it otherwise.
 */
export function isHarmlessMarkup(html: string): boolean {
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at)) {
    const tag = /^<\/?([a-z][a-z0-9-]*)/i.exec(html.slice(at, at + 64));
    const name = tag?.[1]?.toLowerCase();
    // A name with a dash is an element nobody defined.
    if (tag === null || name === undefined || !(elements.has(name) || name.includes("-"))) return false;
    attribute.lastIndex = at + tag[0].length;
    let end = attribute.lastIndex;
    for (let found = attribute.exec(html); found !== null; found = attribute.exec(html)) {
      end = attribute.lastIndex;
      if (!isHarmlessAttribute(found[1] ?? "", found[2] ?? found[3] ?? found[4] ?? "")) return false;
    }
    const close = /^\s*\/?>/.exec(html.slice(end, end + 16));
    if (close === null) return false;
    at = end + close[0].length;
  }
  return true;
}

function isHarmlessAttribute(name: string, value: string): boolean {
  if (name.toLowerCase() === "href") return /^(?:#|https?:\/\/|mailto:)/i.test(value);
  return !loading.test(name);
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(html: string): string | null; createScriptURL(url: string): string | null; createScript(): null },
  ): unknown;
}

/**
 * Makes the page's one policy for text that becomes markup or code (the content policy demands one): harmless markup, workers from our own
 * files, no code. Anything else throws where it is assigned. Called once, before anything is drawn.
 */
export function requireHarmlessMarkup(): void {
  const { trustedTypes } = globalThis as unknown as { readonly trustedTypes: TrustedTypes };
  trustedTypes.createPolicy("default", {
    createHTML: (html) => (isHarmlessMarkup(html) ? html : null),
    createScriptURL: (url) => (new URL(url, location.href).href.startsWith(`${location.origin}/assets/`) ? url : null),
    createScript: () => null,
  });
}
