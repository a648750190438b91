import { requestJson } from "../../../scripts/files/http.ts";
import { readFrom } from "../../cluster/requests.ts";
import { recordOf } from "../clients/record-of.ts";
import { type NativeRecord, seenOf } from "../followers/native-queries.ts";
import type { FinalLogs } from "../history.ts";
import type { LogKind, LogPlan } from "./plan.ts";
import type { Scene } from "./scene.ts";

const json = { "Content-Type": "application/json" };
const settings: Readonly<Record<LogKind, string>> = {
  text: '{"content_type":"text/plain"}',
  json: '{"content_type":"application/json"}',
  plain: "{}",
};

const urlOf = (scene: Scene, { name }: LogPlan, path = ""): URL =>
  new URL(`/v1/logs/${encodeURIComponent(name)}${path}`, scene.cluster.url);

export async function createLogs(scene: Scene): Promise<void> {
  for (const log of scene.plan.logs)
    await requestJson(urlOf(scene, log), { method: "PUT", headers: json, body: settings[log.kind] });
}

/** Appends a last record to each log: a follower that has it has all. Some logs are closed with it. */
export async function closeLogs(scene: Scene): Promise<void> {
  for (const log of scene.plan.logs) {
    const text = `last. of ${log.name}\n`;
    const records = [recordOf(log.kind, text)];
    const headers = { ...json, "Producer-Id": "last", "Producer-Epoch": "0", "Producer-Seq": "0" };
    const init = { method: "POST", headers, body: JSON.stringify({ records }) };
    const url = urlOf(scene, log, `/records${log.closes ? "?close=true" : ""}`);
    const { start } = await requestJson<{ readonly start: number }>(url, init);
    const attempts = [{ kind: "acknowledged", start } as const];
    const last = { writer: "last", log: log.name, records: [text], isNumbered: true, isDoomed: false };
    scene.appends.push({ ...last, attempts });
  }
}

/** All records of all logs, from the beginning. */
export async function readLogs(scene: Scene): Promise<FinalLogs> {
  const logs = new Map<string, readonly string[]>();
  for (const { name } of scene.plan.logs) logs.set(name, await readLog(scene, name));
  return logs;
}

async function readLog(scene: Scene, name: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (;;) {
    const page = await readFrom(scene.cluster.url, encodeURIComponent(name), `from=${texts.length}`);
    if (page.records.length === 0) return texts;
    for (const record of page.records as readonly NativeRecord[]) {
      const { seq, text } = seenOf(record);
      if (seq !== texts.length) throw new Error(`${name}: record ${seq} is read at ${texts.length}`);
      texts.push(text);
    }
  }
}
