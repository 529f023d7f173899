"""One session of the official MCP client over stdio.

Reads from standard input what to do:
    {"command": ..., "arguments": [...], "environment": {...}, "mode": "auto" | "legacy", "calls": [[tool, arguments], ...]}
and writes to standard output what came of it:
    {"version": ..., "tools": [...], "answers": [{"is_error": ..., "text": ..., "structured": ...}, ...]}
What it means is judged by the caller.
"""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters


async def main() -> None:
    plan = json.load(sys.stdin)
    server = StdioServerParameters(
        command=plan["command"], args=plan["arguments"], env=plan["environment"]
    )
    answers = []
    async with Client(server, mode=plan["mode"], read_timeout_seconds=120) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        for tool, arguments in plan["calls"]:
            result = await client.call_tool(tool, arguments)
            answers.append(
                {
                    "is_error": bool(result.is_error),
                    "text": result.content[0].text,
                    "structured": result.structured_content,
                }
            )
        version = client.session.protocol_version
    json.dump({"version": version, "tools": tools, "answers": answers}, sys.stdout)


asyncio.run(main())
