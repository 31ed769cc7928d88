// Lists and calls the tools of servers with a TypeScript client of the protocol; prints what it found as JSON.
//
// Usage: node mcp_flow.mjs NODE_MODULES sdk|client|legacy|auto|modern TARGETS, as visiting.py says. The last
// three are the inspector's command line, which starts anew for each call and speaks that era.

import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, line, targets] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${modules}/@modelcontextprotocol/${path}`).href);

const LINES = {
  sdk: async () =>
    opener(
      await load("sdk/dist/esm/client/index.js"),
      await load("sdk/dist/esm/client/streamableHttp.js"),
      await load("sdk/dist/esm/client/stdio.js"),
      {},
    ),
  client: async () => {
    const all = await load("client/dist/index.mjs");
    return opener(all, all, await load("client/dist/stdio.mjs"), { versionNegotiation: { mode: "auto" } });
  },
};

function opener({ Client }, { StreamableHTTPClientTransport }, { StdioClientTransport }, options) {
  const transportTo = (at) =>
    typeof at === "string"
      ? new StreamableHTTPClientTransport(new URL(at))
      : new StdioClientTransport({ command: at[0], args: at.slice(1), stderr: "ignore", env: process.env });

  return async (at) => {
    const client = new Client({ name: "test", version: "1" }, options);
    await client.connect(transportTo(at));
    return {
      list: async () => (await client.listTools()).tools,
      call: (name, given) => client.callTool({ name, arguments: given }),
      close: () => client.close(),
    };
  };
}

async function inspector() {
  const { runCli } = await load("inspector/clients/cli/build/index.js");
  const folder = await mkdtemp(join(tmpdir(), "inspector-"));
  const environ = ["TOGETHER_AI_API_KEY", "PYTHONPATH"]
    .filter((name) => process.env[name])
    .flatMap((name) => ["-e", `${name}=${process.env[name]}`]);
  let runs = 0;

  async function run(at, ...asked) {
    const output = join(folder, `${(runs += 1)}.json`);
    const options = ["--protocol-era", line, "--connect-timeout", "60000", "--output", output, ...asked];
    const target = typeof at === "string" ? [at, ...options] : [...environ, ...options, "--", ...at];
    try {
      await runCli(["node", "mcp-inspector", ...target]);
    } catch (error) {
      if (error.exitCode !== 5) throw error; // the result of a tool that says it failed
    }
    const found = JSON.parse(await readFile(output, "utf-8"));
    return found.result ?? found;
  }

  return (at) => ({
    list: async () => (await run(at, "--method", "tools/list", "--strict")).tools,
    call: (name, given) =>
      run(at, "--method", "tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(given)),
    close: () => {},
  });
}

function idOf(result) {
  try {
    return JSON.parse(result.content[0].text).id;
  } catch {
    return undefined;
  }
}

async function visit(open, { at, calls }) {
  const { list, call, close } = await open(at);
  const tools = (await list()).map((tool) => tool.name);
  const errors = {};
  let known;
  for (const [name, given] of calls) {
    const result = await call(name, JSON.parse(JSON.stringify(given).replaceAll("$id", known)));
    errors[name] = result.isError ?? false;
    known ??= idOf(result);
  }
  await close();
  return { tools, errors };
}

const open = await (LINES[line] ?? inspector)();
const waiting = [...JSON.parse(targets).entries()];
const found = [];
async function visitNext() {
  while (waiting.length > 0) {
    const [place, target] = waiting.shift();
    found[place] = await visit(open, target);
  }
}
await Promise.all([visitNext(), visitNext()]); // more at once can take longer than clients wait
console.log(JSON.stringify(found));
process.exit(0); // the inspector leaves handles open
