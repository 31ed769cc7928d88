// Runs Together's SDK for JavaScript through a job's whole life; prints what it found as JSON.
// Usage: node together_flow.mjs PATH_OF_THE_SDK BASE_URL SIM_URL

const [sdk, baseURL, simUrl] = process.argv.slice(2);
const { default: Together } = await import(sdk);

const client = new Together({ apiKey: "of-the-caller", baseURL, maxRetries: 0 });
const tuning = client.fineTuning;
const order = {
  training_file: "file-train",
  model: "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference",
};

async function sim(name, fields) {
  const answer = await fetch(`${simUrl}/__sim__/${name}`, {
    method: "POST",
    body: JSON.stringify(fields),
    headers: { "Content-Type": "application/json" },
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function statusOf(call) {
  try {
    await call;
    return 200;
  } catch (error) {
    return error.status;
  }
}

const job = (await tuning.create(order)).id;
const found = { listed: (await tuning.list()).data.some((item) => item.id === job) };
await sim("advance", { id: job, to: "completed" });
await sim("mode", { size: 3_000_000 });
found.retrieved = (await tuning.retrieve(job)).status;
found.events = (await tuning.listEvents(job)).data.length;
found.checkpoints = (await tuning.listCheckpoints(job)).data.length;
found.metrics = (await tuning.listMetrics(job, {})).metrics.length;
found.limits = (await tuning.modelLimits({ model_name: order.model })).model_name;
found.price = (await tuning.estimatePrice(order)).estimation_available;
found.bytes = (await (await tuning.content({ ft_id: job, checkpoint: "adapter" })).arrayBuffer()).byteLength;
const other = (await tuning.create(order)).id;
found.cancelled = (await tuning.cancel(other)).status;
found.deleted = await statusOf(tuning.delete(job, { force: true }));
found.then = await statusOf(tuning.retrieve(job));
console.log(JSON.stringify(found));
