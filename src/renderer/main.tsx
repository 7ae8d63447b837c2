import { requireHarmlessMarkup } from "./trusted-markup.ts";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { catchTyping } from "./shortcuts.ts";
import { applyTheme, rememberedTheme } from "./state/app.ts";
import "./theme.css";

requireHarmlessMarkup();
// Before the first paint, so that a dark window never flashes white.
applyTheme(rememberedTheme());
catchTyping();

const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no #root.");
createRoot(root).render(<App />);
