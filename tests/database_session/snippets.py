"""Run the Python of one section of the README as a script would: `python -m …snippets`.

Each block sees what those before it made. What the README calls the reader's own (`user_id`,
`db_session`, `message`, the address for an AsyncSession) comes from the command line.
"""

import ast
import asyncio
import inspect
import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

README = Path(__file__).parents[2] / "README.md"


def blocks(section: str) -> list[str]:
    text = README.read_text()
    body = re.split(r"^## ", text.split(f"\n## {section}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```python\n(.*?)^```", body, flags=re.DOTALL | re.MULTILINE)


async def run_blocks(names: dict[str, Any]) -> None:
    for number, block in enumerate(blocks("DatabaseSession"), 1):
        code = compile(
            block, f"README, block {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        made = eval(code, names)  # noqa: S307 - our own README
        if inspect.isawaitable(made):
            await made


def main() -> None:
    user_id, async_url, message = sys.argv[1:]
    engine = create_engine(os.environ["DATABASE_URL"])
    names: dict[str, Any] = {
        "user_id": UUID(user_id),
        "async_url": async_url,
        "message": message,
        "db_session": sessionmaker(engine),
    }
    asyncio.run(run_blocks(names))
    with names["app"].test_request_context("/", json={"message": "From a view"}):
        answer = names["chat_with_agent"]("from_a_view")
        listed = names["list_user_sessions"]()
    shown = {name: names[name] for name in ("messages", "recent_messages", "last_message")}
    results = {name: names[name].final_output for name in ("support_result", "billing_result")}
    sys.stdout.write(json.dumps({**shown, **results, "answer": answer, "listed": listed}))
    engine.dispose()


if __name__ == "__main__":
    main()
