"""An MCP server that a test starts as a program of its own."""

import os

from mcp.server.mcpserver import MCPServer

server = MCPServer("desk")


@server.tool()
def pid() -> str:
    """Tell the program's number."""
    return str(os.getpid())


@server.tool()
def leave() -> str:
    """End the program."""
    os._exit(1)


if __name__ == "__main__":
    server.run()
