"""The official Python client lists and uses everything that the server has, over stdio or HTTP.

Reads from standard input where to go:
    {"command": ..., "arguments": [...], "environment": {...}, "mode": "auto" | "legacy", "tour": tests/clients/tour.json}
or, instead of the command with its arguments and its environment,
    {"url": ..., "transport": "streamable" | "sse", "headers": {...}, ...}
and writes to standard output what came of it (the same as tests/node/tour.mjs):
    {"version": ..., "tools": [...], "answers": [{"tool": ..., "is_error": ..., "text": ..., "structured": ...}, ...],
     "templates": [...], "resources": {address: text}, "prompts": {name: text}, "completions": [[...], ...]}
What it means is judged by the caller; what the tour has no row for is an error here.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack

import httpx2
import jsonschema
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import PromptReference, ResourceTemplateReference


class Tour:
    """One walk over everything."""

    def __init__(self, client: Client, rows: dict) -> None:
        self.client = client
        self.rows = rows
        self.key = ""
        self.inputs = {}
        self.answers = []

    def filled(self, value):
        return json.loads(json.dumps(value).replace("$hash", self.key))

    async def call(self, tool: str, given: dict) -> None:
        arguments = self.filled(given)
        jsonschema.validate(arguments, self.inputs[tool])
        result = await self.client.call_tool(tool, arguments)
        self.key = self.key or result.structured_content["content_hash"]
        self.answers.append(
            {
                "tool": tool,
                "is_error": bool(result.is_error),
                "text": result.content[0].text,
                "structured": result.structured_content,
            }
        )

    async def read(self) -> tuple[list[str], dict[str, str]]:
        listed = (await self.client.list_resources()).resources
        templates = [
            template.uri_template
            for template in (await self.client.list_resource_templates()).resource_templates
        ]
        addresses = [str(resource.uri) for resource in listed]
        addresses += [self.filled(self.rows["addresses"][template]) for template in templates]
        texts = {}
        for address in addresses:
            texts[address] = (await self.client.read_resource(address)).contents[0].text
        return templates, texts

    async def prompts(self) -> dict[str, str]:
        texts = {}
        for prompt in (await self.client.list_prompts()).prompts:
            result = await self.client.get_prompt(prompt.name, self.rows["prompts"][prompt.name])
            texts[prompt.name] = result.messages[0].content.text
        return texts

    async def completions(self) -> list[list[str]]:
        kinds = {"ref/prompt": PromptReference, "ref/resource": ResourceTemplateReference}
        completed = []
        for reference, argument in self.rows["completions"]:
            result = await self.client.complete(kinds[reference["type"]](**reference), argument)
            completed.append(result.completion.values)
        return completed

    async def walk(self) -> dict:
        tools = (await self.client.list_tools()).tools
        for tool in tools:
            for schema in (tool.input_schema, tool.output_schema):
                jsonschema.Draft202012Validator.check_schema(schema)
            self.inputs[tool.name] = tool.input_schema
        for tool, arguments in self.rows["stores"]:
            await self.call(tool, arguments)
        templates, resources = await self.read()
        prompts = await self.prompts()
        completions = await self.completions()
        for tool, arguments in self.rows["calls"]:
            await self.call(tool, arguments)
        return {
            "version": self.client.session.protocol_version,
            "tools": [tool.name for tool in tools],
            "answers": self.answers,
            "templates": templates,
            "resources": resources,
            "prompts": prompts,
            "completions": completions,
        }


async def destination(plan: dict, stack: AsyncExitStack):
    if "command" in plan:
        return StdioServerParameters(
            command=plan["command"], args=plan["arguments"], env=plan["environment"]
        )
    if plan["transport"] == "sse":
        return sse_client(plan["url"], headers=plan["headers"])
    http = httpx2.AsyncClient(headers=plan["headers"], timeout=120)
    await stack.enter_async_context(http)
    return streamable_http_client(plan["url"], http_client=http)


async def main() -> None:
    plan = json.load(sys.stdin)
    async with AsyncExitStack() as stack:
        server = await destination(plan, stack)
        client = await stack.enter_async_context(
            Client(server, mode=plan["mode"], read_timeout_seconds=120)
        )
        report = await Tour(client, plan["tour"]).walk()
    json.dump(report, sys.stdout)


asyncio.run(main())
