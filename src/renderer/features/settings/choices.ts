import type { ApprovalMode, SandboxLevel, Settings } from "../../../protocol/settings.ts";
import type { SelectChoice } from "../../ui/select.tsx";

export const approvalChoices: readonly SelectChoice<ApprovalMode>[] = [
  { value: "plan", label: "Plan only", detail: "Nothing is written or run." },
  { value: "ask", label: "Ask first", detail: "You decide on commands and writes." },
  { value: "auto", label: "Auto", detail: "What the sandbox allows runs without a question." },
];

export const sandboxChoices: readonly SelectChoice<SandboxLevel>[] = [
  { value: "read-only", label: "Read only", detail: "Commands and patches write nothing." },
  { value: "workspace-write", label: "Project only", detail: "The project and a private temp folder." },
  { value: "full", label: "Full access", detail: "Everything you may write yourself." },
];

export const themeChoices: readonly SelectChoice<Settings["theme"]>[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export const diffColorChoices: readonly SelectChoice<string>[] = [
  { value: "green-red", label: "Green and red" },
  { value: "blue-orange", label: "Blue and orange", detail: "Also for who does not tell green from red." },
];

export const motionChoices: readonly SelectChoice<string>[] = [
  { value: "system", label: "As the system" },
  { value: "reduced", label: "Nothing moves or fades" },
];

export const effortChoices: readonly SelectChoice<string>[] = [
  { value: "", label: "Model’s default" },
  { value: "minimal", label: "Minimal" },
  { value: "low", label: "Low" },
  { value: "medium", label: "Medium" },
  { value: "high", label: "High" },
];
