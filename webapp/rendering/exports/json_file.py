"""A chat as JSON: nothing of it is lost, and `services.imports` reads it again.

```
{"format": "parley-chat", "version": 1,
 "session": {"session_id": …, "session_name": …, "description": …, "agent_name": …,
             "agent_instructions": …, "is_active": …, "created_at": …, "updated_at": …,
             "last_activity_at": …},
 "messages": [{"at": …, "agent_name": …, "item": {…}}, …]}
```

`item` is an item of the OpenAI Agents SDK, as it was stored. Times are ISO 8601 in UTC.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime

from webapp.services.exports import FORMAT, VERSION, ExportedChat, ExportedMessage


def json_file(chat: ExportedChat, messages: Iterable[ExportedMessage]) -> Iterator[str]:
    session = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(chat).items()
        if name != "id"
    }
    yield f'{{"format": "{FORMAT}", "version": {VERSION},\n'
    yield f' "session": {json.dumps(session)},\n "messages": ['
    between = "\n"
    for message in messages:
        agent = json.dumps(message.agent_name)
        said = (
            f'{{"at": "{message.at.isoformat()}", "agent_name": {agent}, "item": {message.json}}}'
        )
        yield f"{between}  {said}"
        between = ",\n"
    yield "\n ]}\n"
