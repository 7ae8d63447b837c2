import { SpindleError } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import { modelMessages } from "../agent/history.ts";
import { modelTools } from "../agent/model-tools.ts";
import { systemPrompt } from "../agent/prompt.ts";
import type { RequestedCall } from "../agent/turn.ts";
import type { TurnSetup, TurnStart } from "../conversations/conversation.ts";
import type { ModelMessage, ModelRequest, Provider } from "../providers/provider.ts";
import { freeformFieldOf, toolDeclarations } from "../tools/declarations.ts";
import type { Tool } from "../tools/tool.ts";
import systemTemplate from "../../../resources/prompts/system.md?raw";
import { loadImages } from "./load-images.ts";
import { type CallParts, type CallScene, runCall, toolsOf } from "./tool-context.ts";

export interface TurnSetupDeps {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly parts: CallParts;
  sceneOf(start: Pick<TurnStart, "conversation" | "turnId">): CallScene;
  providerOf(scene: CallScene): { readonly provider: Provider; readonly model: string };
}

/** Prepares a turn: which model, what it reads, how its calls run. Throws `no_api_key` when the provider cannot be used. */
export async function setUpTurn(start: TurnStart, deps: TurnSetupDeps): Promise<TurnSetup> {
  const scene = deps.sceneOf(start);
  const { provider, model } = deps.providerOf(scene);
  const missing = provider.missing();
  if (missing !== null) {
    throw new SpindleError("no_api_key", missing, {
      hint: "Set it in the settings or the environment, or choose the Demo provider, which needs no key.",
    });
  }
  const tools = toolsOf(scene, deps.tools);
  deps.parts.watch.prepare(scene.projectRoot);
  const effort = scene.settings.providers[provider.id].effort;
  return {
    provider: provider.id,
    model,
    approval: scene.approval,
    sandbox: scene.sandboxLevel,
    settled: () => deps.parts.watch.settled(),
    ports: {
      provider,
      maxRequests: scene.settings.maxRequestsPerTurn,
      async buildRequest(): Promise<ModelRequest> {
        return {
          model,
          system: systemOf(tools, scene.agent?.system ?? null),
          messages: await requestMessages(scene, deps.parts),
          tools: modelTools(tools.values()),
          cacheKey: scene.conversationId,
          ...(effort === undefined ? {} : { effort }),
        };
      },
      async runCall(call, signal) {
        await runCall(
          { callId: call.callId, name: call.name, input: callInput(call), wireCallId: call.wireCallId, wireFormat: call.format },
          scene,
          deps.parts,
          signal,
        );
      },
      // What may write files keeps its place among its neighbours, a patch in a command too.
      isParallel: (call) =>
        call.name !== "applyPatch" && call.name !== "script" && !(call.name === "exec" && /apply_?patch/.test(call.input)),
    },
  };
}

/** The system prompt for a set of tools. `script` itself is not on `tools` in a script. */
function systemOf(tools: ReadonlyMap<string, Tool>, added: string | null): string {
  const usual = systemPrompt(systemTemplate, toolDeclarations([...tools.values()].filter((tool) => tool.name !== "script")));
  return added === null ? usual : `${usual.trimEnd()}\n\n# Your part\n\n${added}\n`;
}

/** The messages of the next request: the log's fold, with the pictures that came with prompts. */
export async function requestMessages(
  scene: CallScene,
  parts: Pick<CallParts, "sandbox" | "reachOf" | "isTrusted">,
): Promise<ModelMessage[]> {
  const { enforcer } = parts.sandbox.info;
  return modelMessages(
    scene.events,
    {
      projectRoot: scene.projectRoot,
      platform: process.platform,
      date: new Date().toISOString().slice(0, 10),
      approval: scene.approval,
      sandbox: scene.sandboxLevel,
      enforcer: enforcer === "none" ? null : enforcer,
      reach: parts.reachOf(scene.projectRoot),
      trusted: parts.isTrusted(scene.projectRoot),
    },
    await loadImages(scene.events, {
      projectRoot: scene.projectRoot,
      readGrants: scene.readGrants(),
      hidden: parts.sandbox.hidden(),
      anywhere: false,
    }),
  );
}

/** Raw wire input as a tool's input. What is no JSON goes on as it is: the gate then says what was expected. */
function callInput(call: RequestedCall): Json {
  const textField = freeformFieldOf(call.name);
  if (call.format === "custom" && textField !== undefined) return { [textField]: call.input };
  try {
    return JSON.parse(call.input === "" ? "{}" : call.input) as Json;
  } catch {
    return call.input;
  }
}
