import { hasMenuButton, showAppMenu } from "./state/app-menu.ts";
import { focusComposer, typesOutsideReview } from "./lib/focus.ts";
import { jumpToNextNeed } from "./state/attention.ts";
import { openSettings, pickProject, setTrusted, updateSettings, useApp } from "./state/app.ts";
import type { Command } from "./state/commands.ts";
import { copyConversation, stopTurn, useConversation } from "./state/conversation.ts";
import { runningTurn } from "./state/conversation-view.ts";
import { selectConversation, stepConversation } from "./state/conversations.ts";
import { openFind } from "./state/find.ts";
import { toggleReview, toggleSidebar, useLayout } from "./state/layout.ts";
import { reportError } from "./state/notices.ts";
import { openPalette } from "./state/palette.ts";
import { stepPrompt } from "./state/prompt-steps.ts";
import { useReview } from "./state/review.ts";
import { newTerminal, openTerminals, toggleTerminals } from "./state/terminals.ts";
import { revertLastTurn, revert } from "./state/undo.ts";
import { canStep, stepVisited } from "./state/visited.ts";

const hasProject = (): boolean => (useApp.getState().app?.project ?? null) !== null;
const hasConversation = (): boolean => useConversation.getState().id !== null;
const isRunning = (): boolean => runningTurn(useConversation.getState().view) !== null;
const hasChanges = (): boolean => useConversation.getState().view.patches.length > 0;

const reviewActions = () => useReview.getState().actions;
const isReviewing = (): boolean => reviewActions() !== null;

/** Every command of the window, with its usual keys. */
export const commands: readonly Command[] = [
  { id: "palette.open", title: "Show all commands", group: "Application", keys: "Mod+K", run: () => openPalette("") },
  { id: "conversation.new", title: "New conversation", group: "Conversation", keys: "Mod+N", possible: hasProject, run: newConversation },
  {
    id: "conversation.next",
    title: "Next conversation",
    group: "Conversation",
    keys: "Mod+Alt+ArrowDown",
    possible: hasProject,
    run: () => stepConversation(1),
  },
  {
    id: "conversation.previous",
    title: "Previous conversation",
    group: "Conversation",
    keys: "Mod+Alt+ArrowUp",
    possible: hasProject,
    run: () => stepConversation(-1),
  },
  {
    id: "conversation.back",
    title: "Go back to the conversation shown before",
    group: "Conversation",
    keys: "Alt+ArrowLeft",
    possible: () => canStep("back"),
    run: () => stepVisited("back"),
  },
  {
    id: "conversation.forward",
    title: "Go forward again",
    group: "Conversation",
    keys: "Alt+ArrowRight",
    possible: () => canStep("forward"),
    run: () => stepVisited("forward"),
  },
  {
    id: "conversation.stop",
    title: "Stop the turn",
    group: "Conversation",
    keys: null,
    possible: isRunning,
    run: () => void stopTurn().catch(reportError),
  },
  {
    id: "conversation.copy",
    title: "Copy conversation as Markdown",
    group: "Conversation",
    keys: null,
    possible: hasConversation,
    run: () => void copyConversation().catch(reportError),
  },
  {
    id: "composer.focus",
    title: "Write a prompt",
    group: "Conversation",
    keys: "Mod+L",
    possible: hasProject,
    run: () => void focusComposer(),
  },
  {
    id: "conversation.find",
    title: "Find in the conversation",
    group: "Conversation",
    keys: "Mod+F",
    possible: hasConversation,
    run: openFind,
  },
  {
    id: "conversation.previousPrompt",
    title: "Go to the prompt before",
    group: "Conversation",
    keys: "Alt+ArrowUp",
    possible: hasConversation,
    run: () => stepPrompt(-1),
  },
  {
    id: "conversation.nextPrompt",
    title: "Go to the next prompt",
    group: "Conversation",
    keys: "Alt+ArrowDown",
    possible: hasConversation,
    run: () => stepPrompt(1),
  },
  { id: "tasks.nextNeed", title: "Go to the next that needs me", group: "Tasks", keys: "Mod+Shift+J", run: jumpToNextNeed },
  { id: "project.open", title: "Open a folder", group: "Project", keys: "Mod+O", run: openFolder },
  {
    id: "project.trust",
    title: "Trust this folder",
    group: "Project",
    keys: null,
    possible: () => useApp.getState().app?.project?.trusted === false,
    run: () => void setTrusted(true).catch(reportError),
  },
  {
    id: "changes.undo",
    title: "Undo the changes of the last turn",
    group: "Changes",
    keys: "Mod+Alt+Z",
    possible: hasChanges,
    run: () => revertLastTurn(false),
  },
  {
    id: "changes.redo",
    title: "Redo the changes of the last turn",
    group: "Changes",
    keys: "Mod+Alt+Shift+Z",
    possible: hasChanges,
    run: () => revertLastTurn(true),
  },
  {
    id: "changes.undoAll",
    title: "Undo all changes of the conversation",
    group: "Changes",
    keys: null,
    possible: () => hasChanges() && !isRunning(),
    run: () => void revert({ kind: "conversation" }, false),
  },
  { id: "view.sidebar", title: "Show or hide the sidebar", group: "View", keys: "Mod+B", possible: hasProject, run: toggleSidebar },
  {
    id: "review.nextHunk",
    title: "Review: next hunk",
    group: "Changes",
    keys: "F7",
    possible: isReviewing,
    run: () => reviewActions()?.step(1, "hunk"),
  },
  {
    id: "review.previousHunk",
    title: "Review: previous hunk",
    group: "Changes",
    keys: "Shift+F7",
    possible: isReviewing,
    run: () => reviewActions()?.step(-1, "hunk"),
  },
  {
    id: "review.nextFile",
    title: "Review: next file",
    group: "Changes",
    keys: null,
    possible: isReviewing,
    run: () => reviewActions()?.step(1, "file"),
  },
  {
    id: "review.previousFile",
    title: "Review: previous file",
    group: "Changes",
    keys: null,
    possible: isReviewing,
    run: () => reviewActions()?.step(-1, "file"),
  },
  {
    id: "review.accept",
    title: "Review: accept the hunk, or not any more",
    group: "Changes",
    keys: "F8",
    possible: isReviewing,
    run: () => reviewActions()?.accept(),
  },
  {
    id: "review.acceptAll",
    title: "Review: accept all hunks",
    group: "Changes",
    keys: "Mod+Enter",
    possible: () => isReviewing() && !typesOutsideReview(),
    run: () => reviewActions()?.acceptAll(),
  },
  {
    id: "review.reject",
    title: "Review: reject the hunk",
    group: "Changes",
    keys: "Shift+F8",
    possible: isReviewing,
    run: () => reviewActions()?.reject(),
  },
  {
    id: "review.undo",
    title: "Review: undo the last step",
    group: "Changes",
    keys: null,
    possible: isReviewing,
    run: () => reviewActions()?.undo(),
  },
  {
    id: "review.comment",
    title: "Review: comment on the hunk",
    group: "Changes",
    keys: null,
    possible: isReviewing,
    run: () => reviewActions()?.comment(),
  },
  {
    id: "review.openFile",
    title: "Open the reviewed file in the editor",
    group: "Changes",
    keys: null,
    possible: isReviewing,
    run: () => reviewActions()?.openFile(),
  },
  { id: "view.review", title: "Show or hide the review", group: "View", keys: "Mod+.", possible: hasProject, run: toggleReview },
  { id: "view.terminal", title: "Show or hide the terminal", group: "View", keys: "Mod+`", possible: hasProject, run: toggleTerminals },
  {
    id: "terminal.new",
    title: "New terminal",
    group: "View",
    keys: null,
    possible: hasProject,
    run: () => {
      // The drawer alone would begin with a terminal of its own.
      newTerminal();
      openTerminals();
    },
  },
  {
    id: "view.diffStyle",
    title: "Switch between unified and split diffs",
    group: "View",
    keys: null,
    possible: hasProject,
    run: toggleDiffStyle,
  },
  {
    id: "view.diffWrap",
    title: "Wrap or cut long lines of diffs",
    group: "View",
    keys: null,
    possible: hasProject,
    run: () => useLayout.setState(({ diffWrap }) => ({ diffWrap: !diffWrap })),
  },
  {
    id: "view.light",
    title: "Use the light theme",
    group: "View",
    keys: null,
    run: () => void updateSettings({ theme: "light" }).catch(reportError),
  },
  {
    id: "view.dark",
    title: "Use the dark theme",
    group: "View",
    keys: null,
    run: () => void updateSettings({ theme: "dark" }).catch(reportError),
  },
  {
    id: "view.system",
    title: "Use the theme of the system",
    group: "View",
    keys: null,
    run: () => void updateSettings({ theme: "system" }).catch(reportError),
  },
  { id: "view.larger", title: "Make everything larger", group: "View", keys: "Mod+=", alsoKeys: ["Mod++"], run: () => zoom(0.1) },
  { id: "view.smaller", title: "Make everything smaller", group: "View", keys: "Mod+-", run: () => zoom(-0.1) },
  { id: "view.usualSize", title: "Use the usual size", group: "View", keys: "Mod+0", run: () => zoom(null) },
  {
    id: "approvals.plan",
    title: "Plan only: nothing is written or run",
    group: "Approvals",
    keys: null,
    run: () => void updateSettings({ approval: "plan" }).catch(reportError),
  },
  {
    id: "approvals.ask",
    title: "Ask first: decide about each write and command",
    group: "Approvals",
    keys: null,
    run: () => void updateSettings({ approval: "ask" }).catch(reportError),
  },
  {
    id: "approvals.auto",
    title: "Auto: what the sandbox allows runs",
    group: "Approvals",
    keys: null,
    run: () => void updateSettings({ approval: "auto" }).catch(reportError),
  },
  {
    id: "app.menu",
    title: "Show the menu of the application",
    group: "Application",
    keys: "F10",
    possible: hasMenuButton,
    run: () => showAppMenu({ x: 8, y: 40 }),
  },
  { id: "settings.open", title: "Open the settings", group: "Application", keys: "Mod+,", run: () => openSettings(true) },
];

/** By a step, within what the settings allow; null: as designed. */
function zoom(step: number | null): void {
  const appearance = useApp.getState().app?.settings.appearance;
  if (appearance === undefined) return;
  const wanted = step === null ? 1 : Math.min(2, Math.max(0.7, Math.round((appearance.zoom + step) * 10) / 10));
  void updateSettings({ appearance: { ...appearance, zoom: wanted } }).catch(reportError);
}

function newConversation(): void {
  selectConversation(null);
  focusComposer();
}

function openFolder(): void {
  void pickProject().then((project) => (project === null ? undefined : focusComposer()), reportError);
}

function toggleDiffStyle(): void {
  useLayout.setState(({ diffStyle }) => ({ diffStyle: diffStyle === "unified" ? "split" : "unified" }));
}
