/** @file Requests that the client takes back are answered at once, by the error that the protocol has for them. */
import {
  CancellationTokenSource,
  CodeLensRequest,
  CodeLensResolveRequest,
  DocumentFormattingRequest,
  HoverRequest,
  LSPErrorCodes,
} from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { connect } from "./client.js";

const text = "model M {\n  input  x: f32[3]\n  output y = x -> relu\n}\n";
const options = { tabSize: 2, insertSpaces: true };
const cancelled = { code: LSPErrorCodes.RequestCancelled };

it("does nothing for a request that is cancelled before its turn", async () => {
  let asked = 0;
  const formatOptions = async () => {
    asked++;
    return {};
  };
  const client = await connect({ "a.net": text }, { host: { formatOptions } });
  await client.open("a.net");
  const source = new CancellationTokenSource();
  const params = { ...client.in("a.net"), options };
  // All of this is on its way before the server reads any of it.
  const taken = Array.from({ length: 20 }, () =>
    client.connection.sendRequest(DocumentFormattingRequest.type, params, source.token),
  );
  const kept = client.request(DocumentFormattingRequest.type, params);
  source.cancel();
  const outcomes = await Promise.allSettled(taken);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: cancelled });
  expect(await kept).toEqual([]);
  expect(asked).toBe(1);
  await client.stop();
});

it("answers one that is cancelled while it waits for a plan of memory, without the plan", async () => {
  let begun!: (signal: AbortSignal) => void;
  const planning = new Promise<AbortSignal>((resolve) => (begun = resolve));
  const planMemory = (_: unknown, signal: AbortSignal) =>
    new Promise<undefined>((settle) => {
      begun(signal);
      signal.addEventListener("abort", () => settle(undefined));
    });
  const client = await connect({ "a.net": text }, { host: { planMemory } });
  await client.open("a.net");
  const [lens] = (await client.request(CodeLensRequest.type, client.in("a.net")))!;
  const source = new CancellationTokenSource();
  const resolved = client.connection.sendRequest(CodeLensResolveRequest.type, lens!, source.token);
  const signal = await planning;
  expect(await client.request(HoverRequest.type, client.at("a.net", { line: 2, character: 20 }))).not.toBeNull();
  expect(signal.aborted).toBe(false);
  source.cancel();
  await expect(resolved).rejects.toMatchObject(cancelled);
  expect(signal.aborted).toBe(true);
  await client.stop();
});
