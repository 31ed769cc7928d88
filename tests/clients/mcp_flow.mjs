// Lists and calls the tools of servers with a TypeScript SDK of the protocol; prints what it found as JSON.
//
// Usage: node mcp_flow.mjs NODE_MODULES sdk|client TARGETS, as visiting.py says.

import { pathToFileURL } from "node:url";

const [modules, line, targets] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/@modelcontextprotocol/${path}`).href);

const LINES = {
  sdk: async () => ({
    ...(await load("sdk/dist/esm/client/index.js")),
    ...(await load("sdk/dist/esm/client/streamableHttp.js")),
    ...(await load("sdk/dist/esm/client/stdio.js")),
  }),
  client: async () => ({
    ...(await load("client/dist/index.mjs")),
    ...(await load("client/dist/stdio.mjs")),
  }),
};
const { Client, StreamableHTTPClientTransport, StdioClientTransport } = await LINES[line]();

function transportTo(at) {
  if (typeof at === "string") return new StreamableHTTPClientTransport(new URL(at));
  return new StdioClientTransport({ command: at[0], args: at.slice(1), stderr: "ignore", env: process.env });
}

function idOf(result) {
  try {
    return JSON.parse(result.content[0].text).id;
  } catch {
    return undefined;
  }
}

async function visit({ at, calls }) {
  const options = line === "client" ? { versionNegotiation: { mode: "auto" } } : {};
  const client = new Client({ name: "test", version: "1" }, options);
  await client.connect(transportTo(at));
  const tools = (await client.listTools()).tools.map((tool) => tool.name);
  const errors = {};
  let known;
  for (const [name, given] of calls) {
    const result = await client.callTool({ name, arguments: JSON.parse(JSON.stringify(given).replaceAll("$id", known)) });
    errors[name] = result.isError ?? false;
    known ??= idOf(result);
  }
  await client.close();
  return { tools, errors };
}

const found = [];
for (const target of JSON.parse(targets)) found.push(await visit(target));
console.log(JSON.stringify(found));
