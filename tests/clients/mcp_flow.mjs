// Lists and calls the tools of a server with a TypeScript SDK of the protocol; prints what it found as JSON.
//
// Usage: node mcp_flow.mjs NODE_MODULES sdk|client URL|COMMAND [ARGUMENT…]; all but a URL is started over stdio.

import { pathToFileURL } from "node:url";

const [modules, line, target, ...rest] = process.argv.slice(2);
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
const transport = target.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(target))
  : new StdioClientTransport({ command: target, args: rest, stderr: "ignore", env: process.env });
const options = line === "client" ? { versionNegotiation: { mode: "auto" } } : {};
const client = new Client({ name: "test", version: "1" }, options);
await client.connect(transport);

const order = { model: "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference", training_file: "file-train" };
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const created = await client.callTool({ name: "create-job", arguments: { body: order } });
const id = created.structuredContent.id;
const known = {
  "estimate-price": { body: order },
  "get-model-limits": { model_name: order.model },
  "list-all-jobs": {},
  "list-supported-models": {},
};
const called = tools.filter((name) => !["create-job", "download-model", "delete-fine-tune-job"].includes(name));
const errors = [];
for (const name of called) {
  errors.push((await client.callTool({ name, arguments: known[name] ?? { id } })).isError ?? false);
}
const missing = await client.callTool({ name: "cancel-job", arguments: {} });
let unknown = 0;
try {
  await client.callTool({ name: "cancel-jobs", arguments: {} });
} catch (error) {
  unknown = error.code;
}
console.log(JSON.stringify({ tools, created: created.structuredContent.status, errors, missing: missing.isError, unknown }));
await client.close();
