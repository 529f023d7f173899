"""One session of the official MCP client with a server that wants an OAuth token.

Reads from standard input, in one line, what to do:
    {"url": "http://.../mcp", "calls": [[tool, arguments], ...], "refresh": true | false}
writes a line {"authorize": "<where the browser is to go>"}, reads a line with the address that the browser was sent back to,
and writes what came of it:
    {"tools": [...], "answers": [{"is_error": ..., "text": ...}, ...], "scope": ..., "refreshed": true | false}
What it means is judged by the caller.
"""

import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata


class Memory:
    """Keeps what the client learns."""

    def __init__(self) -> None:
        self.tokens = None
        self.client_info = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens) -> None:
        self.tokens = tokens

    async def get_client_info(self):
        return self.client_info

    async def set_client_info(self, client_info) -> None:
        self.client_info = client_info


async def ask(address: str) -> None:
    print(json.dumps({"authorize": address}), flush=True)


async def come_back() -> AuthorizationCodeResult:
    line = await asyncio.to_thread(sys.stdin.readline)
    answer = parse_qs(urlsplit(line.strip()).query)
    return AuthorizationCodeResult(
        code=answer["code"][0], state=answer["state"][0], iss=answer.get("iss", [None])[0]
    )


async def session(plan, provider) -> tuple[list, list]:
    answers = []
    async with create_mcp_http_client(auth=provider) as http_client:
        transport = streamable_http_client(plan["url"], http_client=http_client)
        async with Client(transport, read_timeout_seconds=120) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            for tool, arguments in plan["calls"]:
                result = await client.call_tool(tool, arguments)
                answers.append({"is_error": bool(result.is_error), "text": result.content[0].text})
    return tools, answers


async def main() -> None:
    plan = json.loads(sys.stdin.readline())
    memory = Memory()
    provider = OAuthClientProvider(
        server_url=plan["url"],
        client_metadata=OAuthClientMetadata(
            client_name="official client", redirect_uris=["http://127.0.0.1:9/callback"]
        ),
        storage=memory,
        redirect_handler=ask,
        callback_handler=come_back,
    )
    tools, answers = await session(plan, provider)
    first = memory.tokens
    if plan["refresh"]:
        # The client believes now that its token is over: it asks for another one before it does anything else.
        provider.context.token_expiry_time = time.time() - 1
        await session({**plan, "calls": []}, provider)
    refreshed = memory.tokens.access_token != first.access_token
    told = {"tools": tools, "answers": answers, "scope": first.scope, "refreshed": refreshed}
    print(json.dumps(told), flush=True)


asyncio.run(main())
