import { type Command, CommandError, parse } from "./command.ts";
import { isSetup, runCommand } from "./commands.ts";
import { Stage } from "./stage.ts";
import { tellChanges, tellMessage, viewOf } from "./telling.ts";

/** Plays a transcript's commands. Returns the transcript with the actual outcome below each command. */
export function play(file: string, text: string): string {
  const stage = new Stage();
  const lines = parse(file, text).flatMap((line) =>
    line.kind === "prose" ? [line.text] : [line.text, ...outcome(stage, line).map((what) => `  ${what}`)],
  );
  return `${lines.join("\n")}\n`;
}

function outcome(stage: Stage, command: Command): readonly string[] {
  if (!stage.isOpen && isSetup(command.words)) return attempt(command, stage);
  const { cluster } = stage;
  const sentBefore = cluster.sent.length;
  const before = cluster.nodes.map(viewOf);
  const said = attempt(command, stage);
  const changes = cluster.nodes.flatMap((node, i) => tellChanges(node, before[i] ?? viewOf(node)));
  const sent = cluster.sent.slice(sentBefore);
  const isRun = command.words[0] === "run";
  const messages = isRun
    ? [`${sent.length} more messages until all is quiet`]
    : sent.map((message) => tellMessage(message));
  return [...said, ...changes, ...messages];
}

function attempt(command: Command, stage: Stage): readonly string[] {
  try {
    return runCommand(stage, command.words);
  } catch (error) {
    throw new CommandError(command, error instanceof Error ? error.message : String(error));
  }
}
