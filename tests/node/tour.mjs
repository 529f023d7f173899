// The official TypeScript client lists and uses everything that the server has, over stdio or HTTP.
//
// Started with the folder that has the client in its node_modules. Reads from standard input where to go:
//     {"command": ..., "arguments": [...], "environment": {...}, "version": null | "2025-06-18", "tour": tests/clients/tour.json}
// or, instead of the command with its arguments and its environment,
//     {"url": ..., "headers": {...}, ...}
// and writes to standard output what came of it (the same as tests/python/tour.py):
//     {"version": ..., "tools": [...], "answers": [{"tool": ..., "is_error": ..., "text": ..., "structured": ...}, ...],
//      "templates": [...], "resources": {address: text}, "prompts": {name: text}, "completions": [[...], ...]}
// Without a version, the newest is agreed on. What it means is judged by the caller; what the tour has no row for is an
// error here.

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const require = createRequire(`${process.argv[2]}/`);
const { Client, StreamableHTTPClientTransport } = require("@modelcontextprotocol/client");
const { StdioClientTransport } = require("@modelcontextprotocol/client/stdio");
const { AjvJsonSchemaValidator } = require("@modelcontextprotocol/client/validators/ajv");

const plan = JSON.parse(await text(process.stdin));
const { tour, version } = plan;
const options =
  version === null
    ? { versionNegotiation: { mode: "auto" } }
    : { versionNegotiation: { mode: "legacy" }, supportedProtocolVersions: [version] };
const client = new Client({ name: "tour", version: "1" }, options);
const transport = plan.url
  ? new StreamableHTTPClientTransport(new URL(plan.url), { requestInit: { headers: plan.headers } })
  : new StdioClientTransport({
      command: plan.command,
      args: plan.arguments,
      env: plan.environment,
      stderr: "inherit",
    });
await client.connect(transport);

let hash;
const filled = (value) => JSON.parse(JSON.stringify(value).replaceAll("$hash", hash));
const row = (table, name) => {
  if (!Object.hasOwn(table, name)) throw new Error(`tests/clients/tour.json has no row for ${name}`);
  return filled(table[name]);
};

// The client compiles the output schemas itself, and checks every answer against them; input schemas it leaves alone.
const { tools } = await client.listTools();
for (const { name, outputSchema } of tools) {
  if (!outputSchema) throw new Error(`${name} declares no output schema: nothing would be checked`);
}
const schemas = new AjvJsonSchemaValidator();
const accepts = new Map(tools.map((tool) => [tool.name, schemas.getValidator(tool.inputSchema)]));
const answers = [];
const call = async ([name, given]) => {
  const input = filled(given);
  if (!accepts.has(name)) throw new Error(`the server lists no ${name}: it lists ${[...accepts.keys()]}`);
  const checked = accepts.get(name)(input);
  if (!checked.valid) throw new Error(`${name} ${JSON.stringify(input)}: ${checked.errorMessage}`);
  const answer = await client.callTool({ name, arguments: input });
  hash ??= answer.structuredContent?.content_hash;
  answers.push({
    tool: name,
    is_error: Boolean(answer.isError),
    text: answer.content[0].text,
    structured: answer.structuredContent ?? null,
  });
};

for (const store of tour.stores) await call(store);

const { resources } = await client.listResources();
const { resourceTemplates } = await client.listResourceTemplates();
const templates = resourceTemplates.map((template) => template.uriTemplate);
const addresses = [
  ...resources.map((resource) => resource.uri),
  ...templates.map((template) => row(tour.addresses, template)),
];
const read = {};
for (const uri of addresses) {
  const { contents } = await client.readResource({ uri });
  read[uri] = contents[0].text;
}

const made = {};
for (const { name } of (await client.listPrompts()).prompts) {
  const { messages } = await client.getPrompt({ name, arguments: row(tour.prompts, name) });
  made[name] = messages[0].content.text;
}

const completions = [];
for (const [ref, argument] of tour.completions) {
  completions.push((await client.complete({ ref, argument })).completion.values);
}

for (const one of tour.calls) await call(one);

const agreed = client.getNegotiatedProtocolVersion();
await client.close();
console.log(
  JSON.stringify({
    version: agreed,
    tools: tools.map((tool) => tool.name),
    answers,
    templates,
    resources: read,
    prompts: made,
    completions,
  }),
);
