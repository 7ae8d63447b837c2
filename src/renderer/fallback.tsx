import type { ReactNode } from "react";

/** Stand-ins while the panels are being built; this file goes away with them. */
export function Sidebar({ tasks }: { readonly tasks: ReactNode }) {
  return <div className="h-full bg-canvas">{tasks}</div>;
}
export function TaskList() {
  return null;
}
export function ReviewPanel() {
  return <div className="h-full bg-panel" />;
}
export function ApprovalDock() {
  return null;
}
export function SettingsDialog() {
  return null;
}
export function Welcome() {
  return null;
}
