/** @file Documents of the library: their text for clients, and requests in them. */
import { HoverRequest } from "vscode-languageserver-protocol";
import { expect, it } from "vitest";
import { libraryText } from "../../src/library/text.generated.js";
import { connect } from "./client.js";

it("gives the text of a document, null for others", async () => {
  const client = await connect();
  const text = (uri: unknown) => client.connection.sendRequest("netc/libraryText", { uri });
  expect(await text("netc-library:/dense.net")).toEqual({ text: libraryText["dense.net"] });
  for (const uri of ["netc-library:/none.net", "file:///project/dense.net", undefined, 3])
    expect(await text(uri)).toBeNull();
  const textDocument = { uri: "netc-library:/dense.net" };
  const line = libraryText["dense.net"]!.split("\n").findIndex((one) => one.startsWith("layer dense"));
  const found = await client.request(HoverRequest.type, { textDocument, position: { line, character: 7 } });
  expect(JSON.stringify(found)).toContain("layer dense(units: int");
  await client.stop();
});
