/** Where an attack tries to get to: a server of the test that counts, and addresses that no test may reach. */
export interface Target {
  readonly http: string;
  readonly ws: string;
}

/**
 * Ways of a page to reach a server. Each asks for `<target>/<its name>`; it runs inside the page, so it must not use anything
 * of this module. What throws is blocked.
 */
export const requests: Readonly<Record<string, (target: Target) => unknown>> = {
  fetch: ({ http }) => fetch(`${http}/fetch`, { mode: "no-cors" }),
  xhr({ http }) {
    const request = new XMLHttpRequest();
    request.open("GET", `${http}/xhr`);
    request.send();
  },
  websocket: ({ ws }) => new WebSocket(`${ws}/websocket`),
  "event-source": ({ http }) => new EventSource(`${http}/event-source`),
  beacon: ({ http }) => navigator.sendBeacon(`${http}/beacon`, "secret"),
  image: ({ http }) => (new Image().src = `${http}/image`),
  "image-set": ({ http }) => {
    const image = new Image();
    image.srcset = `${http}/image-set 1x`;
    document.body.append(image);
  },
  "input-image": ({ http }) =>
    document.body.append(Object.assign(document.createElement("input"), { type: "image", src: `${http}/input-image` })),
  "style-attribute": ({ http }) => {
    const box = document.createElement("div");
    box.setAttribute("style", `width:9px;height:9px;background:url("${http}/style-attribute")`);
    document.body.append(box);
  },
  "style-element": ({ http }) => {
    const style = document.createElement("style");
    style.textContent = `@import "${http}/style-element";`;
    document.head.append(style);
  },
  "style-object": ({ http }) => {
    const box = document.createElement("div");
    box.style.cssText = "width:9px;height:9px";
    box.style.backgroundImage = `url("${http}/style-object")`;
    document.body.append(box);
  },
  font: ({ http }) => new FontFace("evil", `url("${http}/font")`).load(),
  stylesheet: ({ http }) =>
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${http}/stylesheet` })),
  prefetch: ({ http }) =>
    document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: `${http}/prefetch` })),
  preload: ({ http }) =>
    document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "image", href: `${http}/preload` })),
  script: ({ http }) => document.head.append(Object.assign(document.createElement("script"), { src: `${http}/script` })),
  module: ({ http }) => document.head.append(Object.assign(document.createElement("script"), { type: "module", src: `${http}/module` })),
  video: ({ http }) => document.body.append(Object.assign(document.createElement("video"), { src: `${http}/video`, preload: "auto" })),
  audio: ({ http }) => (new Audio(`${http}/audio`).preload = "auto"),
  "svg-image": ({ http }) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
    image.setAttribute("href", `${http}/svg-image`);
    svg.append(image);
    document.body.append(svg);
  },
};

/** Further ways, by frames: the content policy for them cannot be switched off in a test. */
export const frames: Readonly<Record<string, (target: Target) => unknown>> = {
  frame: ({ http }) => document.body.append(Object.assign(document.createElement("iframe"), { src: `${http}/frame` })),
  object: ({ http }) => document.body.append(Object.assign(document.createElement("object"), { data: `${http}/object` })),
  embed: ({ http }) => document.body.append(Object.assign(document.createElement("embed"), { src: `${http}/embed` })),
};

/** Ways of a page to run text as code. Each sets `globalThis.ran[<its name>]`; runs inside the page as well. */
export const codes: Readonly<Record<string, () => unknown>> = {
  "inline script": () => {
    const script = document.createElement("script");
    script.append("globalThis.ran['inline script'] = true");
    document.body.append(script);
  },
  "script text": () => {
    const script = document.createElement("script");
    script.text = "globalThis.ran['script text'] = true";
    document.body.append(script);
  },
  handler: () => {
    const image = document.createElement("img");
    image.setAttribute("onerror", "globalThis.ran['handler'] = true");
    image.src = "app://ui/missing.png";
    document.body.append(image);
  },
  "javascript link": () => {
    const link = document.createElement("a");
    link.href = "javascript:globalThis.ran['javascript link'] = true";
    document.body.append(link);
    link.click();
  },
  "javascript location": () => (location.href = "javascript:globalThis.ran['javascript location'] = true"),
  // By a timer: the test's own evaluation may run code from text.
  eval: () => setTimeout(() => (0, eval)("globalThis.ran['eval'] = true")),
  function: () => setTimeout(() => new Function("globalThis.ran['function'] = true")()),
  "timer text": () => setTimeout("globalThis.ran['timer text'] = true"),
  markup: () => {
    const box = document.createElement("div");
    document.body.append(box);
    box.innerHTML = "<img src=x onerror=\"globalThis.ran['markup'] = true\">";
  },
  "adjacent markup": () =>
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=\"globalThis.ran['adjacent markup'] = true\">"),
  "outer markup": () => {
    const box = document.createElement("div");
    document.body.append(box);
    box.outerHTML = "<img src=x onerror=\"globalThis.ran['outer markup'] = true\">";
  },
  fragment: () =>
    document.body.append(document.createRange().createContextualFragment("<script>globalThis.ran['fragment'] = true</" + "script>")),
  parser: () => {
    const parsed = new DOMParser().parseFromString("<img src=x onerror=\"globalThis.ran['parser'] = true\">", "text/html");
    document.body.append(...parsed.body.childNodes);
  },
  "frame text": () => {
    const frame = document.createElement("iframe");
    frame.srcdoc = "<script>parent.ran['frame text'] = true</" + "script>";
    document.body.append(frame);
  },
  "frame javascript": () => {
    const frame = document.createElement("iframe");
    frame.src = "javascript:parent.ran['frame javascript'] = true";
    document.body.append(frame);
  },
  "frame data": () => {
    const frame = document.createElement("iframe");
    frame.src = "data:text/html,<script>parent.postMessage('ran','*')</" + "script>";
    addEventListener("message", () => ((globalThis as unknown as { ran: Record<string, boolean> }).ran["frame data"] = true));
    document.body.append(frame);
  },
  "data script": () =>
    document.head.append(Object.assign(document.createElement("script"), { src: "data:text/javascript,ran['data script']=true" })),
  "data module": () =>
    document.head.append(
      Object.assign(document.createElement("script"), { type: "module", src: "data:text/javascript,globalThis.ran['data module']=true" }),
    ),
  "blob script": () => {
    const url = URL.createObjectURL(new Blob(["globalThis.ran['blob script'] = true"], { type: "text/javascript" }));
    document.head.append(Object.assign(document.createElement("script"), { src: url }));
  },
  "blob worker": () => {
    const worker = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"], { type: "text/javascript" })));
    worker.addEventListener("message", () => ((globalThis as unknown as { ran: Record<string, boolean> }).ran["blob worker"] = true));
  },
  "data worker": () => {
    const worker = new Worker("data:text/javascript,postMessage(1)");
    worker.addEventListener("message", () => ((globalThis as unknown as { ran: Record<string, boolean> }).ran["data worker"] = true));
  },
  "document write": () => document.write("<script>globalThis.ran['document write'] = true</" + "script>"),
};

/** Ways of a page to go elsewhere or to open a window; run inside the page too. */
export const moves: Readonly<Record<string, (target: Target) => unknown>> = {
  location: ({ http }) => (location.href = `${http}/location`),
  replace: ({ http }) => location.replace(`${http}/replace`),
  data: () => (location.href = "data:text/html,gone"),
  file: () => (location.href = "file:///etc/hostname"),
  blob: () => (location.href = URL.createObjectURL(new Blob(["gone"], { type: "text/html" }))),
  "other host": () => (location.href = "app://elsewhere/"),
  link: ({ http }) => {
    const link = Object.assign(document.createElement("a"), { href: `${http}/link`, ping: `${http}/ping` });
    document.body.append(link);
    link.click();
  },
  download: ({ http }) => {
    const link = Object.assign(document.createElement("a"), { href: `${http}/download`, download: "x" });
    document.body.append(link);
    link.click();
  },
  "download of text": () => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob(["x"])), download: "x.sh" });
    document.body.append(link);
    link.click();
  },
  blank: ({ http }) => {
    const link = Object.assign(document.createElement("a"), { href: `${http}/blank`, target: "_blank" });
    document.body.append(link);
    link.click();
  },
  form: ({ http }) => {
    const form = Object.assign(document.createElement("form"), { action: `${http}/form`, method: "post" });
    document.body.append(form);
    form.submit();
  },
  refresh: ({ http }) => {
    const meta = document.createElement("meta");
    meta.httpEquiv = "refresh";
    meta.content = `0;url=${http}/refresh`;
    document.head.append(meta);
  },
  open: ({ http }) => window.open(`${http}/open`),
  "open file": () => window.open("file:///etc/hostname"),
  "open own": () => window.open("app://ui/"),
  "open blank": () => window.open("about:blank"),
};
