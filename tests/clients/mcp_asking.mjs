// Calls the tool `scrap` of a server, which asks, with a TypeScript client of the protocol; prints what it was
// asked and what it got as JSON.
//
// Usage: node mcp_asking.mjs NODE_MODULES auto|legacy|sdk URL; `sdk` is the client of the line before.

import { pathToFileURL } from "node:url";

const [modules, era, url] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/@modelcontextprotocol/${path}`).href);
const capabilities = { elicitation: { form: {} }, sampling: {} };
const asked = [];

const form = async ({ params }) => {
  asked.push(params.message);
  return { action: "accept", content: { flag: params.requestedSchema.properties.flag.enum[1] } };
};
const answer = async ({ params }) => {
  asked.push(params.messages[0].content.text);
  return { role: "assistant", model: "m", content: { type: "text", text: "She sailed." }, stopReason: "endTurn" };
};

async function opened() {
  if (era === "sdk") {
    const { Client } = await load("sdk/dist/esm/client/index.js");
    const { StreamableHTTPClientTransport } = await load("sdk/dist/esm/client/streamableHttp.js");
    const { ElicitRequestSchema, CreateMessageRequestSchema } = await load("sdk/dist/esm/types.js");
    const client = new Client({ name: "test", version: "1" }, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, form);
    client.setRequestHandler(CreateMessageRequestSchema, answer);
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return client;
  }
  const { Client, StreamableHTTPClientTransport } = await load("client/dist/index.mjs");
  const client = new Client({ name: "test", version: "1" }, { capabilities, versionNegotiation: { mode: era } });
  client.setRequestHandler("elicitation/create", form);
  client.setRequestHandler("sampling/createMessage", answer);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

const client = await opened();
const result = await client.callTool({ name: "scrap", arguments: { imo: "7" } });
console.log(JSON.stringify({ asked, data: result.structuredContent, content: result.content }));
await client.close();
